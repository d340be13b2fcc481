"""Letting a halted run go on: one person proposes it, another releases it, for no more than was shown."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit.events import SweepReleased, SweepReleaseProposed
from audit.log import record
from cases.facts_sql import Scope
from cases.models import Case, SweepHalt
from cases.periods import area_of_path
from cases.refused import attempt
from cases.rule_values import places
from cases.suspension_batches import RELEASERS
from cases.sweep import Done, suspend
from cases.sweep_steps import lapses
from database import db
from staff.access import lock_actor
from staff.actor import Actor, in_area
from workflows.roles import CHAIN, READERS
from workflows.transition import Refusal, TransitionRefused

ACTS = {"propose": ("halted", CHAIN), "release": ("proposed", RELEASERS)}


def halts(actor: Actor) -> list[SweepHalt]:
    """Those of the area that are not over, the oldest first."""
    query = select(SweepHalt).where(SweepHalt.status != "over").order_by(SweepHalt.id)
    return list(db.session.scalars(in_area(query, actor, SweepHalt.office_path, READERS)))


def refusals(halt: SweepHalt, act: str, actor: Actor) -> tuple[Refusal, ...]:
    """Why the actor may not propose or release; empty when they may."""
    stage, roles = ACTS[act]
    found = [] if halt.status == stage else [Refusal("WRONG_STAGE", {"stage": halt.status})]
    if not actor.roles & set(roles):
        found.append(Refusal("NO_GRANT", {"roles": roles}, "JS-8.1"))
    elif not actor.covers(halt.office_path, roles):
        found.append(Refusal("OUT_OF_AREA"))
    if act == "release" and halt.proposed_by_person == actor.natural_person_id:
        found.append(Refusal("SAME_PERSON", article="JS-8.1"))
    return tuple(found)


def _locked(halt_id: int, act: str, actor: Actor) -> tuple[SweepHalt, Actor]:
    actor = lock_actor(actor)
    halt = db.session.get_one(SweepHalt, halt_id, with_for_update=True, populate_existing=True)
    if found := refusals(halt, act, actor):
        raise TransitionRefused(found)
    return halt, actor


def propose(halt_id: int, *, actor: Actor, on: date) -> SweepHalt:
    """Raises TransitionRefused."""
    with attempt("propose_sweep_release", actor, on):
        halt, actor = _locked(halt_id, "propose", actor)
        halt.status, halt.proposed_on = "proposed", on
        halt.proposed_by, halt.proposed_by_person = actor.account_id, actor.natural_person_id
        _record(halt, SweepReleaseProposed, actor, on)
        return halt


def release(halt_id: int, *, actor: Actor, on: date) -> list[Done]:
    """Suspend those the calendar suspends at the office now; killed between, the next sweep goes on.

    Returns who was suspended. Raises TransitionRefused, also where more are due by now than were shown.
    """
    with attempt("release_sweep", actor, on):
        halt, actor = _locked(halt_id, "release", actor)
        path, ids = halt.office_path, due(halt.office_path, on)
        if len(ids) > halt.found:
            raise TransitionRefused((Refusal("MORE_THAN_SHOWN", {"shown": halt.found, "found": len(ids)}),))
        halt.status, halt.released_on = "released", on
        halt.released_by, halt.released_by_person = actor.account_id, actor.natural_person_id
        _record(halt, SweepReleased, actor, on, proposed_by_person=halt.proposed_by_person)
    return suspend(ids, on, path)


def due(path: str, on: date) -> list[int]:
    """Cases of the office that the calendar would suspend."""
    scope = Scope(on, places(on, path))
    query = scope.cases().where(lapses(scope), scope.rule.c.by_calendar, Case.office_path == path)
    return sorted(db.session.scalars(query))


def _record(halt: SweepHalt, kind: type, actor: Actor, on: date, **more: object) -> None:
    db.session.flush()
    record(kind(halt=halt.public_id, office=area_of_path(halt.office_path), found=halt.found,
                person=actor.natural_person_id, **more), actor=actor, on=on, command="sweep_halt",
           office_path=halt.office_path)
