"""Verification of information (信息核实): tasks for people, one by one, with means and result recorded (SC 14-21)."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit import events
from audit.log import record
from cases.evidence import Received, keep
from cases.models import Case, Objection, VerificationTask
from cases.moves import lock_case
from cases.periods import rules_of_case
from cases.refused import attempt, refuse
from database import db
from database.types import public_id
from staff.access import lock_actor
from staff.actor import Actor
from workflows.deadlines import task_due_on
from workflows.roles import MAKERS

OUTCOMES = ("eligible", "lost", "not_found", "refused")
MEANS = ("home_visit", "activity", "visit", "health_check", "household_survey", "village_assistant", "phone", "window")
NOT_ANSWERED_BY_LIFE = ("dependant_adult",)  # being alive says nothing of the capacity to work


def open_task(case: Case, cause: str, *, actor: Actor, on: date,
              objection: Objection | None = None) -> VerificationTask:
    """One open task a case: the one that is open is returned as it is. Inside the caller's transaction."""
    existing = open_task_of(case)
    if existing:
        return existing
    task = VerificationTask(**task_columns(case, cause, on), objection_id=objection and objection.id)
    db.session.add(task)
    case.task_open = True
    db.session.flush()
    record(task_opened(case, task.public_id, cause, task.due_on, objection), case=case, actor=actor, on=on)
    return task


def task_columns(case: Case, cause: str, on: date) -> dict[str, object]:
    """The row of a task just opened for the case."""
    office = case.pensioner.residence_office
    months = rules_of_case(case, on).value("verification_task_months")
    return {"public_id": public_id(), "case_id": case.id, "cause": cause, "grassroots_office_id": office and office.id,
            "grassroots_path": office and office.path, "office_path": case.office_path, "opened_on": on,
            "due_on": task_due_on(on, months)}


def task_opened(case: Case, task: str, cause: str, due_on: date, objection: Objection | None = None,
                ) -> events.VerificationOpened:
    """The event of it. `task`: public id."""
    office = case.pensioner.residence_office
    return events.VerificationOpened(task=task, cause=cause, due_on=due_on, grassroots_office=office and office.code,
                                     objection=objection and objection.public_id)


def open_tasks_of(case_ids: list[int]) -> set[int]:
    """Those of the cases whose verification is not done."""
    return set(db.session.scalars(select(VerificationTask.case_id).where(
        VerificationTask.status == "open", VerificationTask.case_id.in_(case_ids))))


def open_task_of(case: Case) -> VerificationTask | None:
    return db.session.scalar(select(VerificationTask).filter_by(case_id=case.id, status="open"))


def finish(task_id: int, *, outcome: str, means: str, note: str, evidence: Received | None = None, actor: Actor,
           on: date) -> VerificationTask:
    """Record how the person was verified and what was found. Never moves the case by itself."""
    case_id = db.session.scalar(select(VerificationTask.case_id).where(VerificationTask.id == task_id))
    with attempt("verify", actor, on, case_id=case_id):
        task, actor = lock_task(task_id), lock_actor(actor)
        case = task.case
        may_verify(task, actor)
        if outcome not in OUTCOMES or means not in MEANS:
            raise refuse("OUTCOME_UNKNOWN")
        kept = keep(case, evidence, actor=actor, on=on) if evidence else None
        task.evidence_id = kept and kept.id
        _close(task, case, outcome, means, note, actor, on, kept and kept.public_id)
        return task


def lock_task(task_id: int) -> VerificationTask:
    """The task as of now, behind the lock of its case."""
    lock_case(db.session.scalar(select(VerificationTask.case_id).where(VerificationTask.id == task_id)))
    return db.session.get_one(VerificationTask, task_id, with_for_update=True, populate_existing=True)


def finish_open_task(case: Case, outcome: str, *, actor: Actor, on: date) -> None:
    """A certification answers the open task. Inside the caller's transaction."""
    task = open_task_of(case)
    if task and answered_by_life(task):
        _close(task, case, outcome, None, None, actor, on)


def answered_by_life(task: VerificationTask) -> bool:
    return task.objection_id is None and task.cause not in NOT_ANSWERED_BY_LIFE


def _close(task: VerificationTask, case: Case, outcome: str, means: str | None, note: str | None, actor: Actor,
           on: date, evidence: str | None = None) -> None:
    task.status, task.outcome, task.means, task.note = "finished", outcome, means, note
    task.finished_on, task.finished_by = on, actor.account_id
    case.task_open = False
    record(task_finished(task, outcome, means, note, actor, evidence), case=case, actor=actor, on=on)
    db.session.flush()


def task_finished(task: VerificationTask, outcome: str, means: str | None, note: str | None, actor: Actor,
                  evidence: str | None = None) -> events.VerificationFinished:
    """The event of a task done. `evidence`: public id."""
    return events.VerificationFinished(task=task.public_id, cause=task.cause, outcome=outcome, means=means, note=note,
                                       evidence=evidence, person=actor.natural_person_id)


def close_task(task: VerificationTask, case: Case, outcome: str, *, actor: Actor, on: date) -> None:
    """What caused it is gone, or answered. Inside the caller's transaction."""
    _close(task, case, outcome, None, None, actor, on)


def may_verify(task: VerificationTask, actor: Actor) -> None:
    """Raises TransitionRefused: finished, one's own case or a relative's, no post in the area."""
    from cases.eligibility import relatives_of

    case = task.case
    if task.status != "open":
        raise refuse("TASK_FINISHED", "SC-21")
    if case.pensioner.natural_person_id == actor.natural_person_id:
        raise refuse("OWN_CASE", "JS-8.1")
    if case.pensioner.natural_person_id in relatives_of(actor.natural_person_id):
        raise refuse("RELATIVE", "JS-8.1")
    paths = [path for path in (task.office_path, task.grassroots_path) if path]
    if not any(actor.holds(role, path) for role in MAKERS for path in paths):
        raise refuse("OUT_OF_AREA", "SC-15")
