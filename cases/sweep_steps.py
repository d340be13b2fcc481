"""The steps of the sweep, a table: which cases may be meant (SQL), and what is done with one of them (its own table).

`take` returns the name of what was done, or "" where the guards say that nothing is to be done.
"""
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import Select, exists, select

from audit.events import VerificationEscalated
from audit.log import record
from cases import notices
from cases.case_facts import READERS, Subject
from cases.decisions import Proposal
from cases.evidence import Received, keep
from cases.models import Case, Decision, Notice, Objection, PaymentReturn, VerificationTask
from cases.models.decision import MOVING, OPEN_STAGES
from cases.moves import move, refusals
from cases.periods import cycle_of_case, rules_of_case
from cases.proposals import propose
from cases.verification import open_task, open_task_of
from database import db
from staff.actor import SYSTEM
from workflows.case_lifecycle import PAID
from workflows.deadlines import reminder_on

LONGEST_WARNING = relativedelta(months=6)  # a wide net for SQL; the rules of each case's place decide


@dataclass(frozen=True)
class Step:
    """candidates: case ids that may be meant on a day; why_not: the refusals, empty if it is to be done; do: does it"""

    name: str
    candidates: Callable[[date], Select]
    due: Callable[[Case, date], bool]
    do: Callable[[Case, date], str]

    def take(self, case: Case, on: date) -> str:
        return self.do(case, on) if self.due(case, on) else ""

    def would(self, case: Case, on: date) -> str:
        return self.name if self.due(case, on) else ""


def _paid_and_nearing(on: date) -> Select:
    return select(Case.id).where(Case.state.in_(PAID), Case.due_on <= on + LONGEST_WARNING)


def _not_referred(on: date) -> Select:
    return _paid_and_nearing(on).where(Case.task_open.is_(False))


def _may_refer(case: Case, on: date) -> bool:
    return not refusals(case, "refer", actor=SYSTEM, on=on, reason="warning_period")


def _refer(case: Case, on: date) -> str:
    step = move(case, "refer", actor=SYSTEM, on=on, reason="warning_period", cause="warning_period")
    open_task(case, "entered_overdue" if case.warn_from else "warning_period", actor=SYSTEM, on=on)
    notices.queue(case, "referred", on=on, once=f"referred:{case.public_id}:{case.due_on}",
                  facts={"reason": "warning_period", "basis": step.basis, "due_on": case.due_on.isoformat()})
    return "refer"


def _reminder_missing(on: date) -> Select:
    told = exists().where(Notice.case_id == Case.id, Notice.kind == "certification_due",
                          Notice.on >= Case.period_start)
    return _paid_and_nearing(on).where(Case.due_on >= on, ~told)


def _reminder_due(case: Case, on: date) -> bool:
    rules = rules_of_case(case, on)
    cycle = cycle_of_case(case, rules)
    return cycle is not None and on >= reminder_on(cycle, rules.value("reminder_month"))


def _remind(case: Case, on: date) -> str:
    notices.queue(case, "certification_due", on=on, once=f"reminder:{case.public_id}:{case.due_on}",
                  facts={"due_on": case.due_on.isoformat()})
    return "remind"


def _overdue(on: date) -> Select:
    return select(Case.id).where(Case.state.in_(PAID), Case.due_on < on)


def _may_lapse(case: Case, on: date) -> bool:
    return not refusals(case, "lapse", actor=SYSTEM, on=on, reason="lapsed")


def _lapse(case: Case, on: date) -> str:
    step = move(case, "lapse", actor=SYSTEM, on=on, reason="lapsed")
    notices.queue(case, "suspended", on=on, once=f"suspended:{case.public_id}:{on}",
                  facts={"reason": "lapsed", "basis": step.basis, "withheld_from": case.withheld_from})
    return "lapse"


def _held_back(case: Case, on: date) -> bool:
    """House rule: without a notice accepted nobody lapses; a home visit is made first."""
    codes = {refusal.code for refusal in refusals(case, "lapse", actor=SYSTEM, on=on, reason="lapsed")}
    return codes == {"NOTICE_NOT_GIVEN"} and not case.task_open


def _visit(case: Case, on: date) -> str:
    open_task(case, "home_visit", actor=SYSTEM, on=on)
    return "home_visit"


def _suspended_long(on: date) -> Select:
    objection = exists().where(Objection.case_id == Case.id, Objection.status == "open")
    decision = exists().where(Decision.case_id == Case.id, Decision.stage.in_(OPEN_STAGES), Decision.kind.in_(MOVING))
    return select(Case.id).where(Case.state == "suspended", Case.state_since <= on - relativedelta(months=1),
                                 ~objection, ~decision)


def _stop_due(case: Case, on: date) -> bool:
    subject = Subject(case, on, "stop", "failed_certification")
    return (READERS["months_suspended"](subject) >= READERS["months_to_stop"](subject)
            and READERS["notices_recorded"](subject))


def _propose_stop(case: Case, on: date) -> str:
    """The three-month stop, proposed with the record of the notices as its evidence (SC 26, P7)."""
    record_of_notices = keep(case, _notice_record(case, on), actor=SYSTEM, on=on)
    made = propose(case, Proposal("stop", "failed_certification", evidence=(record_of_notices.id,)), on=on)
    return "propose_stop" if made else ""


def _notice_record(case: Case, on: date) -> Received:
    rows = db.session.scalars(select(Notice).where(Notice.case_id == case.id).order_by(Notice.id))
    content = [{"kind": row.kind, "channel": row.channel, "on": row.on.isoformat(), "status": row.status,
                "message_id": row.message_id} for row in rows]
    return Received("notice_record", "告知记录", "application/json",
                    json.dumps(content, ensure_ascii=True, indent=1).encode(), on)


def _resumed(on: date) -> Select:
    return select(Case.id).where(Case.state == "resumed")


def _may_settle(case: Case, on: date) -> bool:
    return not refusals(case, "settle", actor=SYSTEM, on=on)


def _settle(case: Case, on: date) -> str:
    move(case, "settle", actor=SYSTEM, on=on)
    return "settle"


def _payments_failing(on: date) -> Select:
    failed = exists().where(PaymentReturn.case_id == Case.id, PaymentReturn.accepted.is_(False))
    decision = exists().where(Decision.case_id == Case.id, Decision.stage.in_(OPEN_STAGES), Decision.kind.in_(MOVING))
    return select(Case.id).where(Case.state.in_(PAID), failed, ~decision)


def _failed_long(case: Case, on: date) -> bool:
    subject = Subject(case, on, "suspend", "payment_failed")
    return READERS["payment_failures"](subject) >= READERS["payment_failures_to_suspend"](subject)


def _propose_suspension(case: Case, on: date) -> str:
    made = propose(case, Proposal("suspend", "payment_failed"), on=on)
    return "propose_suspension" if made else ""


def _overdue_tasks(on: date) -> Select:
    late = exists().where(VerificationTask.case_id == Case.id, VerificationTask.status == "open",
                          VerificationTask.due_on < on, VerificationTask.escalated_on.is_(None))
    return select(Case.id).where(Case.task_open.is_(True), late)


def _escalate(case: Case, on: date) -> str:
    task = open_task_of(case)
    task.escalated_on = on
    record(VerificationEscalated(task=task.public_id, cause=task.cause, due_on=task.due_on,
                                 escalated_to=case.office_path), case=case, actor=SYSTEM, on=on)
    return "escalate"


STEPS: dict[str, Step] = {step.name: step for step in (
    Step("settle", _resumed, _may_settle, _settle),
    Step("remind", _reminder_missing, _reminder_due, _remind),
    Step("refer", _not_referred, _may_refer, _refer),
    Step("lapse", _overdue, _may_lapse, _lapse),
    Step("home_visit", _overdue, _held_back, _visit),
    Step("propose_suspension", _payments_failing, _failed_long, _propose_suspension),
    Step("propose_stop", _suspended_long, _stop_due, _propose_stop),
    Step("escalate", _overdue_tasks, lambda case, on: True, _escalate),
)}
