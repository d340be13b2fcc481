"""What the page of a case shows: read-only, nothing decided here."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from audit.events import TYPES, Recorded, parse
from audit.models import AuditEvent
from audit.words import words_of
from cases import not_passed
from cases.amendments import amended_since
from cases.decisions import Proposal, opening_refusals
from cases.models import (
    BenefitMonth,
    Case,
    Decision,
    Evidence,
    Notice,
    NotPassed,
    Objection,
    VerificationTask,
)
from cases.objections import WITHHELD, objection_refusals
from cases.overpayments import claimable
from cases.periods import begins_on, benefit_of, certified_cycle, rules_of_case, stored_cycle
from database import db
from rules import Rules
from rules.changes import Change
from staff.actor import Actor
from staff.models import StaffAccount
from workflows.case_lifecycle import CASE, PAID
from workflows.deadlines import Cycle, lapsed_on, reminder_days, warned_lapse_on, warning_from
from workflows.review_chain import DECISION_KINDS
from workflows.transition import Refusal

LATEST = 200  # events on the page; the audit log has them all
NOT_ON_PAGES = ("CaseViewed",)
# Kinds that move nothing by themselves: when they are worth offering
OFFERED = {
    "annul_death_mark": lambda case: case.pensioner.death_mark is not None,
    "mark_death": lambda case: case.pensioner.death_mark is None and case.state != "terminated",
    "recover_overpayment": lambda case: bool(claimable(case)) or _paid_once(case),
    "change_identity": lambda case: case.state != "terminated",
    "change_payee": lambda case: case.state != "terminated",
    "change_rate": lambda case: case.state != "terminated",
    "back_pay_correction": lambda case: any(rate for rate in case.rates) and case.state in ("verified", "resumed"),
    "dismiss_objection": lambda case: _open_objection(case),
    "certify": lambda case: False,  # at the window
    "release_import": lambda case: False,
}


@dataclass(frozen=True)
class Offer:
    """A decision that could be opened, and why it cannot, when it cannot."""

    kind: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class Happened:
    """One event of the timeline. data: JSON values by name; who: display name, None for the system."""

    type: str
    family: str
    data: dict[str, Any]
    who: str | None
    office: str | None
    on: date
    at: Any


@dataclass(frozen=True)
class Due:
    """How the due date was counted. counted: from what, and the rule value; reminder_on: of the first reminder, None
    where the rules set none."""

    start: date
    months: int
    due_on: date
    counted: str
    reminder_on: date | None
    warning_from: date
    lapses_on: date
    by_calendar: bool  # or else suspended by a batch that staff release
    basis: tuple[str, ...]


@dataclass(frozen=True)
class NoPeriod:
    """No certification before that age (QD 10). begins_on: day from which there is one."""

    age: int
    begins_on: date
    basis: str


@dataclass(frozen=True)
class CaseView:
    case: Case
    due: Due | None
    no_period: NoPeriod | None
    not_passed: NotPassed | None
    may_note: bool
    offers: list[Offer]
    lodge_refusals: tuple[Refusal, ...]
    timeline: list[Happened]
    evidence: list[Evidence]
    objections: list[Objection]
    tasks: list[VerificationTask]
    notices: list[Notice]
    decisions: list[Decision]
    months: list[BenefitMonth]
    amended: list[Change]


def view(case: Case, actor: Actor, on: date) -> CaseView:
    return CaseView(
        case, due(case, on), no_period(case, on), not_passed.of_period(case),
        not not_passed.refusals(case, actor, on), offers(case, actor, on), objection_refusals(case, actor),
        timeline(case),
        _of(case, Evidence), _of(case, Objection), _of(case, VerificationTask), _of(case, Notice), _of(case, Decision),
        list(db.session.scalars(select(BenefitMonth).where(BenefitMonth.case_id == case.id)
                                .order_by(BenefitMonth.month.desc()))), amended_since(case, on))


def _of(case: Case, model: Any) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.case_id == case.id).order_by(model.id.desc())))


def _paid_once(case: Case) -> bool:
    paid = select(BenefitMonth.case_id).where(BenefitMonth.case_id == case.id, BenefitMonth.paid > 0)
    return case.state not in PAID and db.session.scalar(paid.limit(1)) is not None


def _open_objection(case: Case) -> bool:
    query = select(Objection.id).where(Objection.case_id == case.id, Objection.status == "open")
    return db.session.scalar(query) is not None


def kinds_offered(case: Case, on: date) -> list[str]:
    """Kinds the case could take from its state, in the order of the table."""
    moving = {row.action for row in CASE.transitions if row.source == case.state and row.signatures_kind}
    if not any(case.state in states for states in rules_of_case(case, on).value("termination_from_states").values()):
        moving -= {"terminate"}  # the place's rules let no reason end it from here
    return [kind for kind in DECISION_KINDS if (OFFERED[kind](case) if kind in OFFERED else kind in moving)]


def offers(case: Case, actor: Actor, on: date) -> list[Offer]:
    return [Offer(kind, opening_refusals(case, Proposal(kind), actor)) for kind in kinds_offered(case, on)]


def may_object(case: Case) -> bool:
    return case.state in WITHHELD


def due(case: Case, on: date) -> Due | None:
    """None where the case has no period: see `no_period`."""
    rules, cycle = rules_of_case(case, on), stored_cycle(case)
    if cycle is None:
        return None
    value = rules.value
    lapse = warned_lapse_on(cycle.due_on, value("lapse_days_after_due"), case.warn_from, value("warning_months"))
    counted, names = _counted(case, cycle, rules)
    reminders = reminder_days(cycle, value("reminder_month"), value("reminder_months_before_due"))
    return Due(cycle.start, cycle.months, cycle.due_on, counted, min(reminders, default=None),
               warning_from(cycle, value("warning_months")), max(lapse, lapsed_on(cycle.due_on, 0)),
               value("suspend_lapsed_by") == "system",
               tuple(dict.fromkeys(rules.entry(name).basis for name in names)))


def _counted(case: Case, cycle: Cycle, rules: Rules) -> tuple[str, tuple[str, ...]]:
    """How a period was counted, as `<from what>.<rule value>`, and the rules that say so."""
    benefit, kind = benefit_of(case, rules), case.benefit_kind
    names = (f"period_months.{kind}", *((f"period_by_monthly_amount.{kind}", "longest_period_months")
                                        if cycle.months != rules.value("period_months").get(kind) else ()))
    if certified_cycle(benefit, rules) == cycle:
        return f"certified.{rules.value('month_count')}", (*names, "month_count")
    if begins_on(benefit, rules) > benefit.granted_on:
        return "birthday.day_benefit_begins", (*names, f"no_period_before_age.{kind}")
    return f"first.{rules.value('first_cycle_start')}", (*names, "first_cycle_start")


def no_period(case: Case, on: date) -> NoPeriod | None:
    """Why a case without a period has none; None where the rules of the place set none at all."""
    rules = rules_of_case(case, on)
    age = rules.entry(f"no_period_before_age.{case.benefit_kind}")
    if case.due_on is not None or age.value is None:
        return None
    return NoPeriod(age.value, begins_on(benefit_of(case, rules), rules), age.basis)


def timeline(case: Case) -> list[Happened]:
    """Events of the case, newest first; views are left to the audit log."""
    rows = db.session.scalars(select(AuditEvent).where(
        AuditEvent.case_id == case.id, AuditEvent.type.not_in(NOT_ON_PAGES))
        .order_by(AuditEvent.case_seq.desc()).limit(LATEST)).all()
    who = {a.public_id: a for a in accounts(row.actor for row in rows)}
    read = {row.id: parse(row.canonical) for row in rows}
    told = words_of(read)
    return [_happened(read[row.id], told[row.id], who.get(row.actor)) for row in rows]


def _happened(read: Recorded, told: dict[str, Any], account: StaffAccount | None) -> Happened:
    return Happened(read.type, TYPES[read.type].FAMILY, told, account and account.display_name,
                    account and account.office.name, read.meta.on, read.meta.recorded_at)


def accounts(public_ids: Iterable[str]) -> list[StaffAccount]:
    return list(db.session.scalars(select(StaffAccount).where(StaffAccount.public_id.in_(set(public_ids)))))
