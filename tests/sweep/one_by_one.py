"""The sweep as one would do it by hand: each case judged by its machine and moved by the commands of the single path.

What the set-based sweep must equal, row for row.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from audit.log import record
from cases import gathered_losses, notices, sweep_steps
from cases.ages import adult_facts, begin_period, period_facts
from cases.bulk import escalated
from cases.case_facts import READERS
from cases.gathering import batch_of, gathered
from cases.models import Case, SuspensionRow
from cases.moves import lock_case, move, refusals
from cases.period_facts import reminder_key, reminder_stage
from cases.subject import Subject
from cases.sweep import Done
from cases.sweep_steps import STEPS
from cases.verification import open_task, open_task_of
from database import db
from staff.actor import SYSTEM
from workflows.case_lifecycle import PAID


def run(on: date) -> list[Done]:
    """Every step over every case, in the open transaction."""
    done = []
    for name in STEPS:
        for case_id in db.session.scalars(select(Case.id).order_by(Case.id)).all():
            case = lock_case(case_id)
            done += [Done(action, case.office_path.split("/")[-2], case.case_no) for action in ACTS[name](case, on)]
            db.session.flush()
    return done


def _holds(case: Case, on: date, tree: object) -> bool:
    subject = Subject(case, on, "lapse", "lapsed")
    return tree.evaluate({name: READERS[name](subject) for name in tree.names()})


def _may(case: Case, on: date, action: str, reason: str | None = None) -> bool:
    return case.state in PAID and not refusals(case, action, actor=SYSTEM, on=on, reason=reason)


def _begin(case: Case, on: date) -> list[str]:
    if case.state not in PAID or not _holds(case, on, sweep_steps.PERIOD_BEGINS):
        return []
    happened, basis = begin_period(case, on)
    record(happened, case=case, actor=SYSTEM, on=on)
    notices.queue(case, "period_begun", on=on, once=f"period_begun:{case.public_id}:{case.period_start}",
                  facts=period_facts(case, basis))
    return ["begin_period"]


def _of_age(case: Case, on: date) -> list[str]:
    if case.state not in PAID or not _holds(case, on, sweep_steps.OF_AGE):
        return []
    open_task(case, "dependant_adult", actor=SYSTEM, on=on)
    notices.queue(case, "referred", on=on, once=f"dependant_adult:{case.public_id}", facts=adult_facts(case, on))
    return ["of_age"]


def _settle(case: Case, on: date) -> list[str]:
    if case.state != "resumed" or not _may(case, on, "settle"):
        return []
    move(case, "settle", actor=SYSTEM, on=on)
    return ["settle"]


def _remind(case: Case, on: date) -> list[str]:
    if case.state not in PAID or not _holds(case, on, sweep_steps.REMIND):
        return []
    notices.queue(case, "certification_due", on=on, once=f"{reminder_key(case)}{reminder_stage(case, on)}",
                  facts={"due_on": case.due_on.isoformat()})
    return ["remind"]


def _refer(case: Case, on: date) -> list[str]:
    if not _may(case, on, "refer", "warning_period"):
        return []
    step = move(case, "refer", actor=SYSTEM, on=on, reason="warning_period", cause="warning_period")
    open_task(case, "entered_overdue" if case.warn_from else "warning_period", actor=SYSTEM, on=on)
    notices.queue(case, "referred", on=on, once=f"referred:{case.public_id}:{case.due_on}",
                  facts={"reason": "warning_period", "basis": step.basis, "due_on": case.due_on.isoformat()})
    return ["refer"]


def _lapse(case: Case, on: date) -> list[str]:
    if not _may(case, on, "lapse", "lapsed"):
        return []
    step = move(case, "lapse", actor=SYSTEM, on=on, reason="lapsed")
    notices.queue(case, "suspended", on=on, once=f"suspended:{case.public_id}:{on}",
                  facts={"reason": "lapsed", "basis": step.basis, "withheld_from": case.withheld_from})
    return ["lapse"]


def _gather(case: Case, on: date) -> list[str]:
    if case.state not in PAID or not _holds(case, on, sweep_steps.GATHER):
        return []
    batch = batch_of(case.office_path, case.scheme, on)
    db.session.add(SuspensionRow(batch_id=batch.id, case_id=case.id, period_due_on=case.due_on))
    record(gathered(batch, case.due_on), case=case, actor=SYSTEM, on=on)
    return ["gather"]


def _gather_loss(case: Case, on: date) -> list[str]:
    subject = Subject(case, on, "lapse", "lapsed")
    apart = READERS["lapses_by_calendar"](subject) or READERS["batch_closed"](subject)
    return [] if apart else gathered_losses.gather(case, on)


def _await_recheck(case: Case, on: date) -> list[str]:
    if case.state not in PAID or not _holds(case, on, sweep_steps.AWAITS_RECHECK):
        return []
    _escalate_task(case, open_task(case, "submitted_in_time", actor=SYSTEM, on=on), on)
    return ["await_recheck"]


def _visit(case: Case, on: date) -> list[str]:
    found = refusals(case, "lapse", actor=SYSTEM, on=on, reason="lapsed")
    codes = [refusal.code for refusal in found if refusal.code != "SUSPENSION_NOT_RELEASED"]
    task = open_task_of(case)
    if case.state not in PAID or codes != ["NOTICE_NOT_GIVEN"] or (task and task.cause == "home_visit"):
        return []
    if task is None:
        open_task(case, "home_visit", actor=SYSTEM, on=on)
    else:
        task.cause, first = "home_visit", task.escalated_on
        _escalate_task(case, task, on)
        task.escalated_on = first or on
    return ["home_visit"]


def _propose_suspension(case: Case, on: date) -> list[str]:
    return sweep_steps._propose_suspension(case, on) if case.state in PAID else []


def _propose_stop(case: Case, on: date) -> list[str]:
    due = case.state == "suspended" and _holds(case, on, sweep_steps.STOP)
    return sweep_steps._propose_stop(case, on) if due else []


def _escalate(case: Case, on: date) -> list[str]:
    task = open_task_of(case)
    if task is None or task.due_on >= on or task.escalated_on:
        return []
    _escalate_task(case, task, on)
    return ["escalate"]


def _escalate_task(case: Case, task: object, on: date) -> None:
    task.escalated_on = on
    record(escalated(case, task.public_id, task.cause, task.due_on), case=case, actor=SYSTEM, on=on)


ACTS: dict[str, Callable[[Case, date], list[str]]] = {
    "begin_period": _begin, "of_age": _of_age,
    "settle": _settle, "remind": _remind, "refer": _refer, "lapse": _lapse, "gather": _gather,
    "gather_loss": _gather_loss, "await_recheck": _await_recheck,
    "home_visit": _visit, "propose_suspension": _propose_suspension, "propose_stop": _propose_stop,
    "escalate": _escalate, "check_eligible": sweep_steps._check_eligible,
}
