"""What is kept no longer is appraised by one person and released by another; then it is erased (JS-8.1).

The log is the register: a proposal is an event, and so is its release.
"""
from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import select

from audit.erasure import erase_due
from audit.events import ErasureProposed, ErasureReleased, Recorded, parse
from audit.log import record
from audit.models import AuditEvent
from audit.retention import counted
from cases.refused import attempt, refuse
from database import db
from database.types import public_id
from staff.access import lock_actor
from staff.actor import Actor

PROPOSER, RELEASER = ("audit_administrator",), ("inspector",)
COMMAND = "erase_due"


def found(on: date) -> dict[str, int]:
    """Values that are kept no longer on that day, by class of retention."""
    counts = Counter[str]()
    for term, number in counted(on):
        counts[term.name] += number
    return dict(counts)


def propose(*, actor: Actor, on: date) -> str:
    """Returns the public id of the proposal. Raises TransitionRefused: no grant, nothing due."""
    with attempt("propose_erasure", actor, on):
        actor = _may(actor, PROPOSER)
        counts = found(on)
        if not counts:
            raise refuse("NOTHING_DUE")
        made = public_id()
        record(ErasureProposed(erasure=made, as_of=on, counts=counts, person=actor.natural_person_id), actor=actor,
               on=on, command=COMMAND)
        return made


def release(erasure: str, *, actor: Actor, on: date) -> int:
    """Erase what was proposed, as of the day it was; killed between, it is run again. Returns how many values went.

    Raises TransitionRefused: no grant, the same person, more is due than was shown; LookupError.
    """
    with attempt("release_erasure", actor, on):
        actor = _may(actor, RELEASER)
        proposed = _of(erasure, ErasureProposed)
        if proposed is None:
            raise LookupError(erasure)
        if proposed.data["person"] == actor.natural_person_id:
            raise refuse("SAME_PERSON", "JS-8.1")
        as_of, counts = date.fromisoformat(proposed.data["as_of"]), proposed.data["counts"]
        here = found(as_of)
        if any(number > counts.get(name, 0) for name, number in here.items()):
            raise refuse("MORE_DUE_THAN_SHOWN", shown=sum(counts.values()), found=sum(here.values()))
        if _of(erasure, ErasureReleased) is None:
            record(ErasureReleased(erasure=erasure, as_of=as_of, counts=here, person=actor.natural_person_id,
                                   proposed_by_person=proposed.data["person"]), actor=actor, on=on, command=COMMAND)
    return erase_due(as_of, actor=actor, check=lambda: _may(actor, RELEASER))


def _may(actor: Actor, roles: tuple[str, ...]) -> Actor:
    """Of the whole country's or installation's area: the rule of retention is one for all of it."""
    actor = lock_actor(actor)
    if not any(path.count("/") == 1 for path in actor.prefixes(roles)):
        raise refuse("NO_GRANT", "JS-8.1", roles=", ".join(roles))
    return actor


def _of(erasure: str, kind: type) -> Recorded | None:
    query = select(AuditEvent.canonical).where(AuditEvent.type == kind.__name__).order_by(AuditEvent.id.desc())
    read = (parse(bytes(canonical)) for canonical in db.session.scalars(query))
    return next((one for one in read if one.data["erasure"] == erasure), None)
