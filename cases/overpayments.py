"""What was paid without a right: claimed back by a signed decision, followed until it is recovered (条例 46)."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager

from audit import events
from audit.log import record
from cases import money, notices
from cases.back_payments import CannotCalculate
from cases.benefit_months import changed, months_of
from cases.models import BenefitMonth, Case, Decision, Pensioner
from database import db
from rules import rules_by_version
from staff.actor import Actor, in_area

CLAIM = "recover_overpayment"
PAGE = 50
OPEN: ColumnElement[int] = BenefitMonth.overpaid - BenefitMonth.recovered


@dataclass(frozen=True)
class Overpaid:
    """A benefit with money to come back, in fen. unclaimed: of months that no decision has claimed yet."""

    case: Case
    months: int
    overpaid: int
    recovered: int
    unclaimed: int


def claimable(case: Case) -> dict[str, int]:
    """month -> fen overpaid, not recovered and not claimed yet."""
    return {month: money.open_overpayment(row) for month, row in months_of(case).items()
            if money.open_overpayment(row) and row.claimed_by_decision_id is None}


def calculate(decision: Decision) -> None:
    """Bind the months and amounts claimed: those written down, else all that is open. Raises CannotCalculate."""
    if decision.kind != CLAIM:
        return
    all_open = decision.fields.get("all_open", not decision.fields.get("months"))
    months = claimable(decision.case) if all_open else decision.fields["months"]
    rows = months_of(decision.case)
    if not months:
        raise CannotCalculate("no month is overpaid")
    for month, fen in months.items():
        _check(rows.get(month), month, fen)
    decision.fields = {**decision.fields, "all_open": all_open, "months": dict(sorted(months.items())),
                       "amount_fen": sum(months.values())}


def _check(row: BenefitMonth | None, month: str, fen: int) -> None:
    if row is None:
        raise CannotCalculate(f"{month}: nothing was paid")
    if row.claimed_by_decision_id is not None and money.open_overpayment(row):
        raise CannotCalculate(f"{month}: claimed already")
    try:
        money.claim(money.copy_of(row), fen)
    except ValueError as less:
        raise CannotCalculate(f"{month}: {less}") from less


def as_it_stands(decision: Decision) -> dict[str, list[int]]:
    """What the record holds of the months claimed: a change makes the signatures stale (P5)."""
    rows = months_of(decision.case)
    return {month: [rows[month].paid, rows[month].overpaid, rows[month].recovered]
            for month in decision.fields.get("months", {}) if month in rows}


def claim(decision: Decision, *, actor: Actor, on: date) -> None:
    """Carry the signed claim out: the months are overpaid by its amounts, the payee or the heirs are told."""
    rows, months = months_of(decision.case, lock=True), decision.fields["months"]
    for month, fen in months.items():
        money.claim(rows[month], fen)
        rows[month].claimed_by_decision_id = decision.id
        record(changed(rows[month], CLAIM, decision), case=decision.case, actor=actor, on=on)
    record(events.OverpaymentClaimed(
        decision=decision.public_id, amount_fen=sum(months.values()), months=tuple(months), claimed=months,
        rules_version=decision.rules_version), case=decision.case, actor=actor, on=on)
    notices.queue(decision.case, "overpayment_claimed", on=on, decision=decision, once=f"claim:{decision.public_id}",
                  facts={"reason": decision.reason, "amount_fen": sum(months.values()), "months": months,
                         "return_by": return_by(decision, on)})


def return_by(decision: Decision, on: date) -> date:
    """The last day to pay back what was claimed on `on`."""
    days = rules_by_version(decision.rules_version).value("overpayment_return_days")
    return on + timedelta(days=days)


def overpaid_cases(actor: Actor, roles: tuple[str, ...], after: str | None = None) -> list[Overpaid]:
    """The office's worklist by case number, PAGE + 1 at most: benefits with an overpayment still open."""
    unclaimed = func.sum(OPEN).filter(BenefitMonth.claimed_by_decision_id.is_(None))
    paid, back = func.sum(BenefitMonth.overpaid).label("overpaid"), func.sum(BenefitMonth.recovered).label("recovered")
    sums = (select(BenefitMonth.case_id, func.count().label("months"), paid, back,
                   func.coalesce(unclaimed, 0).label("unclaimed"))
            .where(BenefitMonth.overpaid > BenefitMonth.recovered).group_by(BenefitMonth.case_id).subquery())
    query: Select = (select(Case, sums.c.months, sums.c.overpaid, sums.c.recovered, sums.c.unclaimed)
                     .join(sums, sums.c.case_id == Case.id).join(Pensioner, Case.pensioner_id == Pensioner.id)
                     .options(contains_eager(Case.pensioner)).order_by(Case.case_no).limit(PAGE + 1))
    query = in_area(query, actor, Case.office_path, roles)
    if after:
        query = query.where(Case.case_no > after)
    return [Overpaid(case, *map(int, numbers)) for case, *numbers in db.session.execute(query)]
