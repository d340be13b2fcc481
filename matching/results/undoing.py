"""A feed withdrawn: what rests on it alone is undone by events of its own; what people decided stays, and is listed.

Person after person, each in a transaction of its own, so that it may be killed and run again.
"""
from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import Select, or_, select, update

from cases.certification_withdrawals import withdraw_certification
from cases.decisions import Proposal
from cases.models import Case, Certification, DeathMark, Decision, Evidence, VerificationTask
from cases.models.decision import OPEN_STAGES
from cases.moves import lock_cases_of_person
from cases.proposals import propose
from cases.verification import close_task
from cases.withdrawals import take_back
from database import db, transaction
from matching.results.models import OPEN, ListChange, MatchingRun
from matching.results.releasing import call_off
from matching.results.signs import prefix_of
from staff.actor import SYSTEM

CAUSED = ("certified", "resumption", "referred", "proposed", "marked")  # outcomes that left something
WITHDRAWN = "withdrawn"  # outcome of a change nobody may act on any more
GONE = "cause_withdrawn"  # of a task


def undo(load_id: int, load: str, *, on: date) -> Counter[str]:
    """`load`: its public id. Returns what was undone, counted, and under `stays` what people had decided already."""
    _call_off(load_id, load, on)
    counts = Counter[str]()
    for case_id in _cases(load_id):
        with transaction():
            counts += _undo(case_id, load_id, load, on)
    return counts


def _call_off(load_id: int, load: str, on: date) -> None:
    """Runs that read it and that nobody released are called off; of those released, nothing more is done by it."""
    with transaction() as session:
        query = select(MatchingRun).where(MatchingRun.status.in_(OPEN)).order_by(MatchingRun.id).with_for_update()
        for run in session.scalars(query).all():
            if run.status != "released" and load in run.loads:
                call_off(run, load, SYSTEM, on)
        session.execute(update(ListChange).where(ListChange.load_id == load_id, ListChange.outcome.is_(None))
                        .values(outcome=WITHDRAWN))


def _changes(load_id: int) -> Select[tuple[ListChange]]:
    return select(ListChange).where(ListChange.load_id == load_id, ListChange.outcome.in_(CAUSED),
                                    ListChange.undone_on.is_(None))


def _cases(load_id: int) -> list[int]:
    """Cases in which it left something; a row is small, and a person touched by one load is not many."""
    ids = list(db.session.scalars(_changes(load_id).with_only_columns(ListChange.case_id).distinct()
                                  .order_by(ListChange.case_id)))
    db.session.rollback()
    return ids


def _undo(case_id: int, load_id: int, load: str, on: date) -> Counter[str]:
    case, counts = lock_cases_of_person(case_id), Counter[str]()
    for row in _certifications(case, load_id):
        withdraw_certification(row, benefits_of(case.pensioner_id), load, on=on)
        counts["certification"] += 1
    for change in db.session.scalars(_changes(load_id).where(ListChange.case_id == case_id)).all():
        counts[undo_change(case, change, on)] += 1
    return counts


def undo_change(case: Case, change: ListChange, on: date) -> str:
    """What came of one change; returns what was undone, `stays` where people had decided it already."""
    undone = UNDOES.get(change.outcome or "", _already)(case, change, on)
    if undone != "stays":
        change.undone_on = on
    return undone


def _certifications(case: Case, load_id: int) -> list[Certification]:
    prefix = prefix_of(load_id)
    return list(db.session.scalars(select(Certification).where(
        Certification.pensioner_id == case.pensioner_id, Certification.status == "valid",
        Certification.source_ref.startswith(prefix, autoescape=True)).order_by(Certification.id)))


def benefits_of(person: int) -> list[Case]:
    """Locked by the caller with the person."""
    return list(db.session.scalars(select(Case).where(Case.pensioner_id == person).order_by(Case.id)))


def _already(_case: Case, _change: ListChange, _on: date) -> str:
    return "change"


def _task(case: Case, change: ListChange, on: date) -> str:
    """The verification it asked for, where nobody has done it."""
    task = db.session.scalar(select(VerificationTask).where(VerificationTask.public_id == change.caused))
    if task is None or task.status != "open":
        return "stays"
    close_task(task, case, GONE, actor=SYSTEM, on=on)
    return "task"


def _decision(_case: Case, change: ListChange, on: date) -> str:
    decision = db.session.scalar(select(Decision).where(Decision.public_id == change.caused))
    if decision is None or decision.stage not in OPEN_STAGES:
        return "stays"
    take_back(decision, on=on)
    return "proposal"


def _marked(case: Case, change: ListChange, on: date) -> str:
    """A mark is annulled by people alone: its annulment is proposed; the stops that nobody decided fall (S3, P7)."""
    mark = db.session.scalar(select(DeathMark).join(Evidence, DeathMark.evidence_id == Evidence.id).where(
        Evidence.public_id == change.caused, DeathMark.annulled_on.is_(None)))
    if mark is None:
        return "stays"
    owned = select(Decision).join(Case, Decision.case_id == Case.id).where(
        Case.pensioner_id == case.pensioner_id, Decision.proposed_by_system, Decision.stage.in_(OPEN_STAGES),
        or_(Decision.reason == "death", Decision.reason == "confirmed_loss"))
    for decision in db.session.scalars(owned).all():
        take_back(decision, on=on)
    propose(case, Proposal("annul_death_mark"), on=on)
    return "mark"


UNDOES = {"referred": _task, "proposed": _decision, "marked": _marked}
