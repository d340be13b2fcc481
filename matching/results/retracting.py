"""What a register said and was wrong about is left out of every later run; put back, it counts again (SC 9c, 27b).

A retraction is data: the row of the feed stays as it came. It is decided by people, or follows from an annulled mark of
death; each later run, full or incremental, leaves the same signs out (matching/retracted.py).
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import exists, select

from audit.events import RetractionReversed, SignRetracted
from audit.log import record
from cases import corrections
from cases.models import Case, DeathMark, Decision, VerificationTask
from cases.moves import lock_cases_of_person
from cases.periods import rules_of_case
from cases.refused import attempt, refuse
from database import db, transaction
from matching.definition import UNDATED, Sign, date_of, day_number
from matching.feeds.store import store as folder
from matching.lists import signs_of
from matching.results.acts import STOP_REASON
from matching.results.loads import loads_in_force
from matching.results.models import DataDispute, ListChange, SignRetraction
from matching.results.population import within
from matching.results.releasing import RELEASERS
from matching.results.undoing import CAUSED, undo_change
from matching.retracted import EVERY_LOAD, Retracted
from matching.store import Store
from rules.feeds import Meaning, catalogue
from staff.access import lock_actor
from staff.actor import SYSTEM, Actor


@dataclass(frozen=True)
class Grounds:
    """Why: cause is corrected (by its source), refuted (by people of the agency: task) or annulled (by a decision)."""

    cause: str
    dispute: DataDispute | None = None
    task: VerificationTask | None = None
    decision: int | None = None
    decision_id: str | None = None


class Told(NamedTuple):
    """A retraction, and to whom a correction goes."""

    row: SignRetraction
    told: tuple[str, ...]


def in_force(area: str, on: date) -> tuple[Retracted, ...]:
    """Of people with a case in the area."""
    here = exists().where(Case.pensioner_id == SignRetraction.pensioner_id, within(area))
    query = select(SignRetraction).where(SignRetraction.reversed_on.is_(None), SignRetraction.retracted_on <= on, here)
    return tuple(sorted(map(said, db.session.scalars(query))))


def of_person(pensioner_id: int) -> list[SignRetraction]:
    """All there ever were, the oldest first."""
    return list(db.session.scalars(select(SignRetraction).where(SignRetraction.pensioner_id == pensioner_id)
                                   .order_by(SignRetraction.id)))


def said(row: SignRetraction) -> Retracted:
    through = EVERY_LOAD if row.through_load is None else row.through_load
    return Retracted(row.pensioner_id, row.code, _day(row.sign_on), through)


def _day(day: date | None) -> int:
    return day_number(day) if day else UNDATED


def losses_told(case: Case, on: date) -> list[Sign]:
    """The losses that registers tell of the person, by the loads in force that were brought by that day."""
    loads = [load.id for load in loads_in_force(case.office_path) if load.loaded_on <= on]
    meanings = catalogue().meanings
    return [sign for sign in signs_of(Store(folder()), case.pensioner_id, loads)
            if sign.code in meanings and meanings[sign.code].loss and sign.day <= day_number(on)]


def retract(case: Case, signs: Iterable[Sign], why: Grounds, *, actor: Actor, on: date) -> list[Told]:
    """What these signs say, each statement once. Every case of the person is locked by the caller's transaction."""
    there = {(row.code, row.sign_on) for row in of_person(case.pensioner_id)
             if row.reversed_on is None and row.sign_on is not None}
    found: dict[tuple[int, date | None], int] = {}
    for sign in signs:
        key = sign.code, date_of(sign.day) if sign.day != UNDATED else None
        if key not in there:
            found[key] = max(sign.load, found.get(key, 0))
    return [_retract(case, key, load, why, actor, on) for key, load in sorted(found.items(), key=repr)]


def _retract(case: Case, key: tuple[int, date | None], load: int, why: Grounds, actor: Actor, on: date,
             ) -> Told:
    code, day = key
    meaning = catalogue().meanings[code]
    row = SignRetraction(case_id=case.id, pensioner_id=case.pensioner_id, office_path=case.office_path,
                         source=meaning.source, code=code, sign_on=day, through_load=None if day else load,
                         cause=why.cause, dispute_id=why.dispute and why.dispute.id, task_id=why.task and why.task.id,
                         decision_id=why.decision, retracted_on=on, retracted_by=actor.account_id)
    db.session.add(row)
    db.session.flush()
    told = _to_be_told(case, row, meaning, actor, on)
    record(SignRetracted(
        retraction=row.public_id, source=row.source, code=code, loss=meaning.loss, sign_on=day,
        through=row.through_load, cause=why.cause, dispute=why.dispute and why.dispute.public_id,
        task=why.task and why.task.public_id, decision=why.decision_id, told=told, person=actor.natural_person_id),
        case=case, actor=actor, on=on)
    _undo(case, row, on)
    return Told(row, told)


def _to_be_told(case: Case, row: SignRetraction, meaning: Meaning, actor: Actor, on: date) -> tuple[str, ...]:
    """The source, where it does not know, and whoever was told of the loss: each by a correction to be sent (SC 27b).

    An annulled mark has told the others already (cases/effects.py).
    """
    reason = STOP_REASON.get(meaning.loss or "", "other")
    others = [] if row.cause == "annulled" else corrections.told(reason, rules_of_case(case, on))
    told = tuple(dict.fromkeys([*([] if row.cause == "corrected" else [row.source]), *others]))
    corrections.of_data(case, row.public_id, told, reason, row.sign_on, actor=actor, on=on)
    return told


def _undo(case: Case, row: SignRetraction, on: date) -> None:
    """What came of it and nobody decided yet: of every benefit of the person."""
    cases = {one.id: one for one in db.session.scalars(select(Case).where(Case.pensioner_id == case.pensioner_id))}
    day = ListChange.sign_on.is_(None) if row.sign_on is None else ListChange.sign_on == row.sign_on
    for change in db.session.scalars(select(ListChange).where(
            ListChange.case_id.in_(cases), ListChange.source == row.source, ListChange.code == row.code, day,
            ListChange.outcome.in_(CAUSED), ListChange.undone_on.is_(None)).order_by(ListChange.run_id)).all():
        undo_change(cases[change.case_id], change, on)


def put_back(retraction_id: int, grounds: str, *, actor: Actor, on: date) -> SignRetraction:
    """It counts again, from the next run on: by another person than retracted it. Raises TransitionRefused."""
    case_id = db.session.scalars(select(SignRetraction.case_id).where(SignRetraction.id == retraction_id)).one()
    with attempt("reverse_retraction", actor, on, case_id=case_id):
        case, actor = lock_cases_of_person(case_id), lock_actor(actor)
        row = db.session.get_one(SignRetraction, retraction_id, with_for_update=True, populate_existing=True)
        _may_put_back(row, grounds, actor)
        row.reversed_on, row.reversed_by, row.reversed_grounds = on, actor.account_id, grounds.strip()
        db.session.flush()
        record(RetractionReversed(retraction=row.public_id, source=row.source, grounds=row.reversed_grounds,
                                  person=actor.natural_person_id), case=case, actor=actor, on=on)
        return row


def _may_put_back(row: SignRetraction, grounds: str, actor: Actor) -> None:
    if not actor.covers(row.office_path, RELEASERS):
        raise refuse("OUT_OF_AREA" if actor.roles & set(RELEASERS) else "NO_GRANT", "JS-8.1")
    if row.reversed_on:
        raise refuse("NOTHING_CHANGES")
    if row.retractor and row.retractor.natural_person_id == actor.natural_person_id:
        raise refuse("SAME_PERSON", "JS-8.1")
    if not grounds.strip():
        raise refuse("OPINION_MISSING", "SC-9c")


def follow_annulments(on: date) -> int:
    """Deaths told of people whose mark was annulled by decision: they were alive that day. Returns how many people.

    Found each time a run begins, so that none is missed; done once for each decision.
    """
    done = select(SignRetraction.decision_id).where(SignRetraction.decision_id == DeathMark.annulled_by_decision_id)
    listed = select(ListChange.case_id).join(Case, Case.id == ListChange.case_id).where(
        Case.pensioner_id == DeathMark.pensioner_id, ListChange.code.is_not(None))
    query = select(DeathMark.id).where(DeathMark.annulled_by_decision_id.is_not(None), DeathMark.annulled_on <= on,
                                       ~done.exists(), listed.exists()).order_by(DeathMark.id)
    marks = list(db.session.scalars(query))
    db.session.rollback()
    return sum(_follow(mark, on) for mark in marks)


def _follow(mark_id: int, on: date) -> bool:
    with transaction() as session:
        mark = session.get_one(DeathMark, mark_id)
        decision = session.get_one(Decision, mark.annulled_by_decision_id)
        case = lock_cases_of_person(decision.case_id)
        if session.scalar(select(exists().where(SignRetraction.decision_id == decision.id))):
            return False
        deaths = [sign for sign in losses_told(case, mark.annulled_on)
                  if catalogue().meanings[sign.code].loss == "dead"]
        why = Grounds("annulled", decision=decision.id, decision_id=decision.public_id)
        return bool(retract(case, deaths, why, actor=SYSTEM, on=on))
