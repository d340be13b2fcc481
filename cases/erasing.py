"""What is kept no longer is appraised by one person and released by another; then it is erased (JS-8.1).

The log is the register: a proposal is an event, and so is its release (cases/erasures.py reads them).
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from audit.erasure import erase_due
from audit.events import ErasureProposed, ErasureReleased
from audit.log import record
from audit.retention import counted
from cases.erasures import Erasure, erasure_of
from cases.refused import attempt
from database.types import public_id
from staff.access import lock_actor
from staff.actor import Actor
from staff.offices import reaches_everything
from workflows.transition import Refusal, TransitionRefused

PROPOSERS, RELEASERS = ("audit_administrator",), ("inspector",)
COMMAND = "erase_due"


def found(on: date) -> dict[str, int]:
    """Values that are kept no longer on that day, by class of retention."""
    counts = Counter[str]()
    for term, number in counted(on):
        counts[term.name] += number
    return dict(counts)


def proposal_refusals(actor: Actor, counts: Mapping[str, int]) -> list[Refusal]:
    """counts: what is due now."""
    return _no_grant(actor, PROPOSERS) + ([] if counts else [Refusal("NOTHING_DUE", article="QD-29")])


def release_refusals(erasure: Erasure, actor: Actor, on: date, here: Mapping[str, int]) -> list[Refusal]:
    """here: what is due now as of the day of the proposal."""
    missing = _no_grant(actor, RELEASERS)
    if erasure.proposed.data["person"] == actor.natural_person_id:
        missing.append(Refusal("SAME_PERSON", article="JS-8.1"))
    if erasure.as_of > on:
        missing.append(Refusal("NOT_YET_DUE", {"as_of": erasure.as_of.isoformat()}, "QD-29"))
    shown = erasure.proposed.data["counts"]
    if any(number > shown.get(name, 0) for name, number in here.items()):
        missing.append(Refusal("MORE_DUE_THAN_SHOWN", {"shown": sum(shown.values()), "found": sum(here.values())}))
    if not here and erasure.released is None:
        missing.append(Refusal("NOTHING_DUE", article="QD-29"))
    return missing


def propose(*, actor: Actor, on: date) -> str:
    """Returns the public id of the proposal. Raises TransitionRefused: no grant, nothing due."""
    with attempt("propose_erasure", actor, on):
        actor, counts = lock_actor(actor), found(on)
        _refused(proposal_refusals(actor, counts))
        made = public_id()
        record(ErasureProposed(erasure=made, as_of=on, counts=counts, person=actor.natural_person_id), actor=actor,
               on=on, command=COMMAND)
        return made


def begin_release(erasure: str, *, actor: Actor, on: date) -> date:
    """Put the release on record; one that broke off is begun again without a second event. Returns the day as of which
    `carry_out` erases.

    Raises TransitionRefused: no grant, the same person, its day has not come, more is due than was shown, nothing is
    left; LookupError.
    """
    with attempt("release_erasure", actor, on):
        actor, standing = lock_actor(actor), erasure_of(erasure)
        here = found(standing.as_of)
        _refused(release_refusals(standing, actor, on, here))
        if standing.released is None:
            record(ErasureReleased(erasure=erasure, as_of=standing.as_of, counts=here, person=actor.natural_person_id,
                                   proposed_by_person=standing.proposed.data["person"]), actor=actor, on=on,
                   command=COMMAND)
    return standing.as_of


def carry_out(as_of: date, *, actor: Actor) -> int:
    """Erase what is due on that day, after `begin_release`; killed between, both are run again. Returns how many
    values went. Raises TransitionRefused when the post is gone: rights are those of each transaction (P4)."""
    return erase_due(as_of, actor=actor, check=lambda: _refused(_no_grant(lock_actor(actor), RELEASERS)))


def release(erasure: str, *, actor: Actor, on: date) -> int:
    """Both at once. Raises as `begin_release` does."""
    return carry_out(begin_release(erasure, actor=actor, on=on), actor=actor)


def _no_grant(actor: Actor, roles: tuple[str, ...]) -> list[Refusal]:
    return [] if reaches_everything(actor, roles) else [Refusal("NO_GRANT", {"roles": ", ".join(roles)}, "JS-8.1")]


def _refused(missing: list[Refusal]) -> None:
    if missing:
        raise TransitionRefused(tuple(missing))
