"""Looking at the sample of a run, releasing it, calling it off. One person releases; a halted run needs two (P2)."""
from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from audit.events import (
    MatchingCancelled,
    MatchingReleased,
    MatchingReleaseProposed,
    MatchingSampleChecked,
)
from audit.log import record
from cases.models import Case, Pensioner
from cases.moves import lock_case
from cases.refused import attempt, refuse
from database import db
from matching.results.models import FINDINGS, ListChange, MatchingRun, MatchingSample
from staff.access import lock_actor
from staff.actor import Actor, in_area
from staff.relatives import related_persons
from workflows.roles import CHAIN, READERS
from workflows.transition import Refusal, TransitionRefused

RELEASERS = ("reviewer", "approver")
# act -> the stages in which it may be done, who may do it
ACTS = {"look": (("proposed", "halted"), CHAIN), "propose": (("halted",), CHAIN),
        "release": (("proposed",), RELEASERS), "cancel": (("proposed", "halted"), CHAIN)}


def visible(public_id: str, actor: Actor) -> MatchingRun | None:
    query = select(MatchingRun).where(MatchingRun.public_id == public_id)
    return db.session.scalar(in_area(query, actor, MatchingRun.area_path, READERS))


def refusals(run: MatchingRun, act: str, actor: Actor) -> tuple[Refusal, ...]:
    """Why the actor may not look, propose, release or call off; empty when they may."""
    stages, roles = ACTS[act]
    found = [] if run.status in stages else [Refusal("WRONG_STAGE", {"stage": run.status})]
    if not actor.roles & set(roles):
        found.append(Refusal("NO_GRANT", {"roles": roles}, "JS-8.1"))
    elif not actor.covers(run.area_path, roles):
        found.append(Refusal("OUT_OF_AREA"))
    if act == "release" and run.halted and run.proposed_by_person == actor.natural_person_id:
        found.append(Refusal("SAME_PERSON", article="JS-8.1"))
    return tuple(found) + (_of_sample(run) if act in ("propose", "release") else ())


def sample(run_id: int) -> list[MatchingSample]:
    """With their cases and persons, in the order of case numbers."""
    query = (select(MatchingSample).join(Case, Case.id == MatchingSample.case_id).where(MatchingSample.run_id == run_id)
             .options(joinedload(MatchingSample.case).joinedload(Case.pensioner)).order_by(Case.case_no))
    return list(db.session.scalars(query))


def changes_of_sample(run_id: int) -> dict[int, ListChange]:
    """Case id -> what the run says of it."""
    drawn = select(MatchingSample.case_id).where(MatchingSample.run_id == run_id)
    found = db.session.scalars(select(ListChange).where(ListChange.run_id == run_id, ListChange.case_id.in_(drawn)))
    return {change.case_id: change for change in found}


def _of_sample(run: MatchingRun) -> tuple[Refusal, ...]:
    """What the sample says against going on."""
    query = select(MatchingSample.finding, func.count()).where(MatchingSample.run_id == run.id)
    found = dict(db.session.execute(query.group_by(MatchingSample.finding)).all())
    said = [("SAMPLE_NOT_LOOKED_AT", found.get(None, 0)), ("SAMPLE_WRONG", found.get("wrong", 0))]
    return tuple(Refusal(code, {"n": number}, "QD-33") for code, number in said if number)


def _locked(run_id: int, act: str, actor: Actor) -> tuple[MatchingRun, Actor]:
    actor = lock_actor(actor)
    run = db.session.get_one(MatchingRun, run_id, with_for_update=True, populate_existing=True)
    if found := refusals(run, act, actor):
        raise TransitionRefused(found)
    return run, actor


def look(run_id: int, case_id: int, finding: str, note: str = "", *, actor: Actor, on: date) -> MatchingSample:
    """What a person found of one case of the sample. Raises TransitionRefused."""
    with attempt("look_at_sample", actor, on, case_id=case_id):
        case = lock_case(case_id)
        run, actor = _locked(run_id, "look", actor)
        row = db.session.get(MatchingSample, (run_id, case_id), populate_existing=True)
        _may_look(row, case.pensioner, finding, note, actor)
        row.finding, row.note, row.looked_on = finding, note.strip() or None, on
        row.looked_by, row.looked_by_person = actor.account_id, actor.natural_person_id
        db.session.flush()
        record(MatchingSampleChecked(run=run.public_id, month=run.month, finding=finding, note=row.note,
                                     person=actor.natural_person_id), case=case, actor=actor, on=on, command="matching")
        return row


def _may_look(row: MatchingSample | None, person: Pensioner, finding: str, note: str, actor: Actor) -> None:
    if row is None or row.finding or finding not in FINDINGS:
        raise refuse("NOTHING_CHANGES")
    if finding == "wrong" and not note.strip():
        raise refuse("OPINION_MISSING")
    if person.natural_person_id == actor.natural_person_id:
        raise refuse("OWN_CASE", "JS-8.1")
    if person.natural_person_id in related_persons(actor.natural_person_id):
        raise refuse("RELATIVE", "JS-8.1")


def propose(run_id: int, *, actor: Actor, on: date) -> MatchingRun:
    """The first of two, of a halted run. Raises TransitionRefused."""
    with attempt("propose_matching_release", actor, on):
        run, actor = _locked(run_id, "propose", actor)
        run.status, run.proposed_on = "proposed", on
        run.proposed_by, run.proposed_by_person = actor.account_id, actor.natural_person_id
        _record(run, MatchingReleaseProposed, actor, on)
        return run


def release(run_id: int, *, actor: Actor, on: date) -> MatchingRun:
    """What follows is done next (`applying.apply`); killed between, by the next. Raises TransitionRefused."""
    with attempt("release_matching", actor, on):
        run, actor = _locked(run_id, "release", actor)
        run.status, run.released_on = "released", on
        run.released_by, run.released_by_person = actor.account_id, actor.natural_person_id
        _record(run, MatchingReleased, actor, on, proposed_by_person=run.proposed_by_person)
        return run


def cancel(run_id: int, note: str, *, actor: Actor, on: date) -> MatchingRun:
    """Nothing comes of it. Raises TransitionRefused."""
    with attempt("cancel_matching", actor, on):
        run, actor = _locked(run_id, "cancel", actor)
        if not note.strip():
            raise refuse("OPINION_MISSING")
        call_off(run, note.strip(), actor, on)
        return run


def call_off(run: MatchingRun, note: str, actor: Actor, on: date) -> None:
    """The same, inside the caller's transaction."""
    run.status, run.cancelled_on, run.cancelled_by = "cancelled", on, actor.account_id
    _record(run, MatchingCancelled, actor, on, note=note)


def _record(run: MatchingRun, kind: type, actor: Actor, on: date, **more: object) -> None:
    db.session.flush()
    record(kind(run=run.public_id, month=run.month, person=actor.natural_person_id, **more), actor=actor, on=on,
           command="matching", office_path=run.area_path)
