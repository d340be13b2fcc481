"""The steps of the sweep, a table: which cases are due (predicate trees, compiled to SQL) and what is done with them.

`where` is asked twice: to find the cases, and again under their locks. `bulk` writes a batch at once; `each`, where a
decision is opened or checked, one case after another, and names what it did.
"""
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, select

from cases import gathered_losses
from cases.ages import adult_facts, period_facts
from cases.bulk import Batch
from cases.bulk_reading import open_tasks
from cases.case_facts import READERS
from cases.decisions import Proposal
from cases.eligibility import check_eligible, to_be_checked
from cases.eligibility_sql import might_lack
from cases.evidence import Received, keep
from cases.facts_sql import Scope
from cases.models import Case, Decision, Notice, PaymentReturn
from cases.period_facts import reminder_key, reminder_stage
from cases.periods import rules_of_case
from cases.proposals import propose
from cases.subject import Subject
from database import db
from staff.actor import SYSTEM
from workflows import guards as g
from workflows.case_lifecycle import CASE, PAID, VERIFIED
from workflows.deadlines import month_of, next_month
from workflows.predicates import And, Fact, Node, Not

Where = Callable[[Scope], ColumnElement[bool]]


@dataclass(frozen=True)
class Step:
    """where: the cases due; bulk or each: what is done. each returns the names of what it did, none where nothing."""

    name: str
    where: Where
    bulk: Callable[[Batch], None] | None = None
    each: Callable[[Case, date], list[str]] | None = None


def _lapse_but(guard: g.Requirement, *more: Node, apart: tuple[g.Requirement, ...] = ()) -> And:
    """What keeps a case from lapsing is this guard alone, those of `apart` not asked."""
    others = [one.predicate for one in CASE.row(VERIFIED, "lapse").guards if one not in (guard, *apart)]
    return And(*others, Not(guard.predicate), *more)


REMIND = And(Fact("reminder_due"), Not(Fact("reminded")))
HOME_VISIT = _lapse_but(g.notice_given, Not(Fact("home_visit_open")), apart=(g.suspension_released,))
GATHER = _lapse_but(g.suspension_released, Not(Fact("lapses_by_calendar")), Fact("month_closed"),
                    Not(Fact("gathered")), Not(Fact("batch_closed")))
AWAITS_RECHECK = And(g.cycle_over.predicate, g.no_valid_certification.predicate, g.not_lapsed_this_period.predicate,
                     Fact("submitted_certification"), Not(Fact("verification_escalated")))
STOP = And(g.suspended_long_enough.predicate, g.notices_recorded.predicate, g.no_open_objection.predicate,
           g.no_other_open_decision.predicate)
ESCALATE = Fact("verification_overdue")
PERIOD_BEGINS = And(Fact("period_to_begin"), Not(Fact("death_marked")))
OF_AGE = And(Fact("adult_dependant"), Not(Fact("adult_looked_at")), Not(Fact("death_marked")),
             Not(Fact("open_verification")))
# conditions beyond those of the table's own rows
TREES = (PERIOD_BEGINS, OF_AGE, REMIND, HOME_VISIT, GATHER, AWAITS_RECHECK, STOP, ESCALATE)


def _paid(net: str, tree: Node) -> Where:
    """Of the cases that are paid and whose due date is not beyond the column `net` of the rules."""
    return lambda s: and_(Case.state.in_(PAID), Case.due_on <= s.rule.c[net], s.condition(tree))


def _unperioded() -> ColumnElement[bool]:
    return and_(Case.state.in_(PAID), Case.due_on.is_(None))


def lapses(s: Scope) -> ColumnElement[bool]:
    return and_(Case.state.in_(PAID), Case.due_on <= s.rule.c.lapse_before, s.allows("lapse"))


def _referred(s: Scope) -> ColumnElement[bool]:
    return and_(Case.state.in_(PAID), Case.due_on <= s.rule.c.refer_before, s.allows("refer"))


def _begin(batch: Batch) -> None:
    for case in batch.cases:
        basis = batch.begin_period(case)
        batch.notify(case, "period_begun", f"period_begun:{case.public_id}:{case.period_start}",
                     period_facts(case, basis))


def _of_age(batch: Batch) -> None:
    """SC 13 (2), 14: whether the person is able to work is verified; nothing is lost by the birthday alone."""
    for case in batch.cases:
        batch.open_task(case, "dependant_adult")
        batch.notify(case, "referred", f"dependant_adult:{case.public_id}", adult_facts(case, batch.on))


def _settle(batch: Batch) -> None:
    for case in batch.cases:
        batch.move(case, "settle")


def _remind(batch: Batch) -> None:
    for case in batch.cases:
        stage = reminder_stage(case, batch.on)
        batch.notify(case, "certification_due", f"{reminder_key(case)}{stage}", {"due_on": case.due_on.isoformat()})


def _refer(batch: Batch) -> None:
    for case in batch.cases:
        basis = batch.move(case, "refer", "warning_period", cause="warning_period")
        batch.open_task(case, "entered_overdue" if case.warn_from else "warning_period")
        batch.notify(case, "referred", f"referred:{case.public_id}:{case.due_on}",
                     {"reason": "warning_period", "basis": basis, "due_on": case.due_on.isoformat()})


def _lapse(batch: Batch) -> None:
    basis = {case.id: batch.move(case, "lapse", "lapsed") for case in batch.cases}
    batch.withhold()
    for case in batch.cases:
        batch.notify(case, "suspended", f"suspended:{case.public_id}:{batch.on}",
                     {"reason": "lapsed", "basis": basis[case.id], "withheld_from": case.withheld_from})


def _gather(batch: Batch) -> None:
    """QD 25: at the end of a month those whose period is over stand in a batch, which two people release."""
    for case in batch.cases:
        batch.gather(case)


def _visit(batch: Batch) -> None:
    """House rule (decision 003): without a notice accepted nobody lapses; a home visit is made first.

    An open task becomes that visit, and the county is told, for its days for anything else are over.
    """
    tasks = open_tasks(batch.ids)
    for case in batch.cases:
        if case.id in tasks:
            batch.visit(case, tasks[case.id])
        else:
            batch.open_task(case, "home_visit")


def _escalate(batch: Batch) -> None:
    tasks = open_tasks(batch.ids)
    for case in batch.cases:
        batch.escalate(case, tasks[case.id])


def _hold_for_recheck(batch: Batch) -> None:
    """Submitted in time and not rechecked: the person waits for the office, not the other way round (S5)."""
    tasks = open_tasks(batch.ids)
    for case in batch.cases:
        if case.id in tasks:
            batch.escalate(case, tasks[case.id])
        else:
            batch.open_escalated(case, "submitted_in_time")


def _three_months(s: Scope) -> ColumnElement[bool]:
    return and_(Case.state == "suspended", s.condition(STOP))


def _propose_stop(case: Case, on: date) -> list[str]:
    """The three-month stop, proposed with the record of the notices as its evidence (SC 26, P7)."""
    if "failed_certification" not in rules_of_case(case, on).chosen("stop_reasons"):
        return []
    record_of_notices = keep(case, _notice_record(case, on), actor=SYSTEM, on=on)
    made = propose(case, Proposal("stop", "failed_certification", evidence=(record_of_notices.id,)), on=on)
    return ["propose_stop"] if made else []


def _notice_record(case: Case, on: date) -> Received:
    rows = db.session.scalars(select(Notice).where(Notice.case_id == case.id).order_by(Notice.id))
    content = [{"kind": row.kind, "channel": row.channel, "on": row.on.isoformat(), "status": row.status,
                "message_id": row.message_id} for row in rows]
    return Received("notice_record", "", "application/json",
                    json.dumps(content, ensure_ascii=True, indent=1).encode(), on)


def _payments_failing(s: Scope) -> ColumnElement[bool]:
    """As many months as the rules ask for have failed, one of them the last; whether in a row is asked of each."""
    failed = and_(PaymentReturn.case_id == Case.id, PaymentReturn.accepted.is_(False))
    months = select(func.count(PaymentReturn.month.distinct())).where(failed).scalar_subquery()
    latest = (month_of(s.on), next_month(month_of(s.on), -1))
    return and_(Case.state.in_(PAID), exists().where(failed, PaymentReturn.month.in_(latest)),
                months >= s.rule.c.failures, s.condition(g.no_other_open_decision.predicate))


def _propose_suspension(case: Case, on: date) -> list[str]:
    subject = Subject(case, on, "suspend", "payment_failed")
    failed = READERS["payment_failures"](subject) >= READERS["payment_failures_to_suspend"](subject)
    if not failed or "payment_failed" not in subject.rules.chosen("suspension_reasons"):
        return []
    return ["propose_suspension"] if propose(case, Proposal("suspend", "payment_failed"), on=on) else []


def _decisions_lacking(s: Scope) -> ColumnElement[bool]:
    return exists().where(Decision.case_id == Case.id, might_lack(s.staffed))


def _check_eligible(case: Case, on: date) -> list[str]:
    """Who is eligible next, asked again every day a decision is open; the rule is never lowered (P9)."""
    query = select(Decision).where(Decision.case_id == case.id, to_be_checked()).order_by(Decision.id)
    done = [check_eligible(decision, actor=SYSTEM, on=on) for decision in db.session.scalars(query).all()]
    return [name for name in done if name]


STEPS: dict[str, Step] = {step.name: step for step in (
    Step("begin_period", lambda s: and_(_unperioded(), s.condition(PERIOD_BEGINS)), bulk=_begin),
    Step("of_age", lambda s: and_(Case.state.in_(PAID), s.condition(OF_AGE)), bulk=_of_age),
    Step("settle", lambda s: and_(Case.state == "resumed", s.allows("settle")), bulk=_settle),
    Step("remind", _paid("remind_before", REMIND), bulk=_remind),
    Step("refer", _referred, bulk=_refer),
    Step("lapse", lapses, bulk=_lapse),
    Step("gather", _paid("lapse_before", GATHER), bulk=_gather),
    Step("gather_loss", gathered_losses.due, each=gathered_losses.gather),
    Step("await_recheck", _paid("lapse_before", AWAITS_RECHECK), bulk=_hold_for_recheck),
    Step("home_visit", _paid("lapse_before", HOME_VISIT), bulk=_visit),
    Step("propose_suspension", _payments_failing, each=_propose_suspension),
    Step("propose_stop", _three_months, each=_propose_stop),
    Step("escalate", lambda s: s.condition(ESCALATE), bulk=_escalate),
    Step("check_eligible", _decisions_lacking, each=_check_eligible),
)}
