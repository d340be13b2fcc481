"""The batch of a month: one person proposes it, another releases it, and its cases are suspended (QD 25)."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from audit.events import SuspensionsProposed, SuspensionsReleased, SuspensionsReturned, SuspensionTakenOut
from audit.log import record
from cases.models import Case, GatheredLoss, NotPassed, Pensioner, SuspensionBatch, SuspensionRow
from cases.moves import lock_case
from cases.periods import rules_of_case
from cases.refused import attempt, refuse
from cases.sweep import Done, suspend
from database import db
from staff.access import lock_actor
from staff.actor import Actor, in_area
from staff.relatives import related_persons
from workflows.case_lifecycle import PAID
from workflows.roles import CHAIN, READERS
from workflows.transition import Refusal, TransitionRefused

RELEASERS = ("reviewer", "approver")


@dataclass(frozen=True)
class Row:
    """A case of a batch, as the page shows it. still: its period is the one gathered, and it is paid."""

    row: SuspensionRow
    not_passed: NotPassed | None
    wanted: bool
    still: bool


def page(actor: Actor) -> list[tuple[SuspensionBatch, int]]:
    """Batches of the area with how many cases stand in each, those that wait first, the newest first."""
    count = select(func.count()).where(SuspensionRow.batch_id == SuspensionBatch.id,
                                       SuspensionRow.taken_out_on.is_(None)).scalar_subquery()
    losses = select(func.count()).where(GatheredLoss.batch_id == SuspensionBatch.id).scalar_subquery()
    query = select(SuspensionBatch, count + losses).order_by(SuspensionBatch.status == "released",
                                                    SuspensionBatch.month.desc(), SuspensionBatch.office_path)
    return [(batch, many) for batch, many in
            db.session.execute(in_area(query, actor, SuspensionBatch.office_path, READERS).limit(200))]


def visible(public_id: str, actor: Actor) -> SuspensionBatch | None:
    query = select(SuspensionBatch).where(SuspensionBatch.public_id == public_id)
    return db.session.scalar(in_area(query, actor, SuspensionBatch.office_path, READERS))


def rows(batch: SuspensionBatch, on: date) -> list[Row]:
    marks = {mark.case_id: mark for mark in db.session.scalars(
        select(NotPassed).join(SuspensionRow, (SuspensionRow.case_id == NotPassed.case_id)
                               & (SuspensionRow.period_due_on == NotPassed.period_due_on))
        .where(SuspensionRow.batch_id == batch.id))}
    query = (select(SuspensionRow).where(SuspensionRow.batch_id == batch.id).order_by(SuspensionRow.id)
             .options(joinedload(SuspensionRow.case).joinedload(Case.pensioner)))
    return [Row(row, marks.get(row.case_id), _wanted(row, on), _still(row)) for row in db.session.scalars(query)]


def _wanted(row: SuspensionRow, on: date) -> bool:
    """Whether the place asks for the reason noted (QD 24)."""
    return rules_of_case(row.case, on).value("not_passed_months_before_due") is not None


def _still(row: SuspensionRow) -> bool:
    return row.case.state in PAID and row.case.due_on == row.period_due_on


def refusals(batch: SuspensionBatch, act: str, actor: Actor, on: date) -> tuple[Refusal, ...]:
    """Why the actor may not propose, return, release or take out; empty when they may."""
    stage, roles = ACTS[act]
    found = [] if batch.status == stage else [Refusal("WRONG_STAGE", {"stage": batch.status})]
    if not actor.roles & set(roles):
        found.append(Refusal("NO_GRANT", {"roles": roles}, "JS-8.1"))
    elif not actor.covers(batch.office_path, roles):
        found.append(Refusal("OUT_OF_AREA"))
    me = actor.natural_person_id
    if stage == "proposed" and me in _first_side(batch):
        found.append(Refusal("SAME_PERSON", article="JS-8.1"))
    concerned = (("OWN_CASE", {me}), ("RELATIVE", related_persons(me)))
    found += [Refusal(code, article="JS-8.1") for code, persons in concerned if _about(batch, persons)]
    if act == "propose" and any(one.wanted and one.still and not one.not_passed and not one.row.taken_out_on
                                for one in rows(batch, on)):
        found.append(Refusal("NOT_PASSED_MISSING", article="QD-24"))
    return tuple(found)


ACTS = {"take_out": ("gathered", CHAIN), "propose": ("gathered", CHAIN), "return": ("proposed", RELEASERS),
        "release": ("proposed", RELEASERS)}


def _first_side(batch: SuspensionBatch) -> set[int | None]:
    """Whoever proposed it or changed what stands in it."""
    return {batch.proposed_by_person, *db.session.scalars(select(SuspensionRow.taken_out_by_person).where(
        SuspensionRow.batch_id == batch.id, SuspensionRow.taken_out_by_person.is_not(None)))}


def _about(batch: SuspensionBatch, persons: Iterable[int | None]) -> bool:
    """Whether a case that stands in it is of one of these persons."""
    query = exists().where(SuspensionRow.batch_id == batch.id, SuspensionRow.taken_out_on.is_(None),
                           SuspensionRow.case_id == Case.id, Case.pensioner_id == Pensioner.id,
                           Pensioner.natural_person_id.in_([one for one in persons if one is not None]))
    return bool(db.session.scalar(select(query)))


def _locked(batch_id: int, act: str, actor: Actor, on: date) -> tuple[SuspensionBatch, Actor]:
    actor = lock_actor(actor)
    batch = db.session.get_one(SuspensionBatch, batch_id, with_for_update=True, populate_existing=True)
    if found := refusals(batch, act, actor, on):
        raise TransitionRefused(found)
    return batch, actor


def take_out(row_id: int, reason: str, *, actor: Actor, on: date) -> SuspensionRow:
    """The case is not suspended with this batch. Raises TransitionRefused."""
    case_id, batch_id = db.session.execute(select(SuspensionRow.case_id, SuspensionRow.batch_id).where(
        SuspensionRow.id == row_id)).one()
    with attempt("take_out_of_batch", actor, on, case_id=case_id):
        case = lock_case(case_id)
        batch, actor = _locked(batch_id, "take_out", actor, on)
        row = db.session.get_one(SuspensionRow, row_id, populate_existing=True)
        if row.taken_out_on:
            raise refuse("NOTHING_CHANGES")
        if not reason.strip():
            raise refuse("OPINION_MISSING")
        row.taken_out_on, row.reason = on, reason
        row.taken_out_by, row.taken_out_by_person = actor.account_id, actor.natural_person_id
        db.session.flush()
        record(SuspensionTakenOut(batch=batch.public_id, month=batch.month, note=reason,
                                  person=actor.natural_person_id), case=case, actor=actor, on=on)
        return row


def propose(batch_id: int, *, actor: Actor, on: date) -> SuspensionBatch:
    """Hand it on to be released. Raises TransitionRefused."""
    with attempt("propose_suspensions", actor, on):
        batch, actor = _locked(batch_id, "propose", actor, on)
        batch.status, batch.proposed_on = "proposed", on
        batch.proposed_by, batch.proposed_by_person = actor.account_id, actor.natural_person_id
        _record(batch, SuspensionsProposed, actor, on)
        return batch


def send_back(batch_id: int, reason: str, *, actor: Actor, on: date) -> SuspensionBatch:
    """Give it back to be put right. Raises TransitionRefused."""
    with attempt("return_suspensions", actor, on):
        batch, actor = _locked(batch_id, "return", actor, on)
        if not reason.strip():
            raise refuse("OPINION_MISSING")
        batch.status = "gathered"
        _record(batch, SuspensionsReturned, actor, on, note=reason)
        return batch


def release(batch_id: int, *, actor: Actor, on: date) -> list[Done]:
    """Another person releases it; its cases are suspended as the sweep suspends, each judged again under its lock.

    Killed between, the next sweep goes on. Returns who was suspended. Raises TransitionRefused.
    """
    with attempt("release_suspensions", actor, on):
        batch, actor = _locked(batch_id, "release", actor, on)
        batch.status, batch.released_on = "released", on
        batch.released_by, batch.released_by_person = actor.account_id, actor.natural_person_id
        _record(batch, SuspensionsReleased, actor, on, proposed_by_person=batch.proposed_by_person)
        path, ids = batch.office_path, _standing(batch)
    return suspend(ids, on, path)


def _standing(batch: SuspensionBatch) -> list[int]:
    return list(db.session.scalars(select(SuspensionRow.case_id).where(
        SuspensionRow.batch_id == batch.id, SuspensionRow.taken_out_on.is_(None)).order_by(SuspensionRow.case_id)))


def _record(batch: SuspensionBatch, kind: type, actor: Actor, on: date, **more: object) -> None:
    db.session.flush()
    record(kind(batch=batch.public_id, month=batch.month, rows=len(_standing(batch)), person=actor.natural_person_id,
                **more), actor=actor, on=on, command="suspension_batch", office_path=batch.office_path)
