"""The arrears sheet of a decision: withheld months of the record, at the rates in force, by the reason's row."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Integer, bindparam, select

from cases import money
from cases.back_payments import BackPayment, CannotCalculate, Line, Rate, calculate
from cases.benefit_months import months_of, new_month, rates_of
from cases.models import BenefitMonth, Case, Decision, DecisionLine, PayRun
from cases.money import Month
from database import db
from database.prepared import rows_of
from rules import Rules
from workflows.deadlines import first_open_month, months_through, next_month


@dataclass(frozen=True)
class Sheet:
    """How a kind of decision pays what was withheld. pays: whether it does, by its fields; named: the decision names
    months and amounts itself, beside what was paid of them; to_death: nothing beyond the month of death; gives_back:
    months that a mark of death took are owed again; keeps: what was paid in a withheld month was its payment."""

    pays: Callable[[Mapping[str, Any]], bool] = lambda fields: True
    named: bool = False
    to_death: bool = False
    gives_back: bool = False
    keeps: bool = True


SHEETS = {
    "resume": Sheet(),
    "restore": Sheet(),
    # a sealed account: what was due stays withheld for a later claim (SC 32)
    "terminate": Sheet(lambda fields: fields.get("account_status") != "sealed", to_death=True, keeps=False),
    "annul_death_mark": Sheet(lambda fields: bool(fields.get("resume")), gives_back=True),
    "back_pay_correction": Sheet(named=True, keeps=False),
}
LAST_CLOSED = (select(PayRun.month).where(PayRun.office_id == bindparam("office", type_=Integer),
                                          PayRun.closed_on.is_not(None)).order_by(PayRun.month.desc()).limit(1))


def first_unpaid_by_run(case: Case, on: date, rules: Rules) -> str:
    """First month that the regular run will pay again after a resumption on `on`."""
    month = first_open_month(on, rules.value("pay_run_close_day"))
    closed = rows_of(LAST_CLOSED, {"office": case.paying_office_id}).scalar()
    return max(month, next_month(closed)) if closed else month


def withheld_months(case: Case, through: str, rows: Mapping[str, Month]) -> list[str]:
    """Months owed and not paid, up to and including `through`, oldest first: those since payment is withheld, and
    earlier ones whose payment came back. Months after death are not owed."""
    since = months_through(case.withheld_from, through) if case.withheld_from else []
    earlier = [month for month, row in rows.items() if month <= through and money.still_withheld(row) > 0]
    return [month for month in sorted({*since, *earlier}) if month not in rows or rows[month].owed]


def _months(decision: Decision) -> dict[str, Month]:
    """The months as they will stand when the sheet is paid: an annulment first gives back what the mark took."""
    case, rows = decision.case, months_of(decision.case)
    if not SHEETS[decision.kind].gives_back:
        return rows
    rates = rates_of(case)
    copies = {month: money.copy_of(row) for month, row in rows.items()}
    for month, row in copies.items():
        money.own(row, money.in_force(rates, month) or 0)
    return copies


def _left(lines: tuple[Line, ...], rows: Mapping[str, Month]) -> tuple[Line, ...]:
    """The lines less what the person already has of their months (M1: no month twice)."""
    found = []
    for line in lines:
        left = line.entitled_fen - (money.received(rows[line.month]) if line.month in rows else 0)
        if left > 0:
            pay = left if line.pay_fen else 0
            found.append(Line(line.month, left, pay, left - pay, line.basis))
    return tuple(found)


def _facts(case: Case, decision: Decision) -> dict[str, object]:
    fields = decision.fields
    facts: dict[str, object] = {"acquitted": bool(fields.get("acquitted"))}
    if fields.get("released_on"):
        facts["released_month"] = fields["released_on"][:7]
    died_on = fields.get("died_on")
    mark = case.pensioner.death_mark
    known = [day[:7] for day in (died_on, mark and mark.died_on.isoformat()) if day]
    if SHEETS[decision.kind].to_death and known:
        facts["death_month"] = min(known)  # a later date in the decision pays nothing beyond the mark (M2)
    return facts


def sheet(decision: Decision, on: date, rules: Rules) -> BackPayment:
    """What the decision would pay if executed on `on`. Raises CannotCalculate."""
    kind = SHEETS.get(decision.kind)
    if kind is None or not kind.pays(decision.fields):
        return BackPayment((), 0, None)
    return _correction(decision) if kind.named else _due(decision, on, rules)


def kept_fen(decision: Decision, on: date, rules: Rules) -> int:
    """What a sealed account keeps for a later claim: the sheet as it would be if somebody were paid (SC 32).

    0 for others, and where it cannot be calculated: the letter then names no sum.
    """
    if SHEETS[decision.kind].pays(decision.fields):
        return 0
    try:
        return _due(decision, on, rules).total_fen
    except CannotCalculate:
        return 0


def _due(decision: Decision, on: date, rules: Rules) -> BackPayment:
    """The months withheld and owed, less what was received of them. Raises CannotCalculate."""
    case = decision.case
    through = next_month(first_unpaid_by_run(case, on, rules), -1)
    reason = str(decision.fields.get("arrears_reason") or case.state_reason or "lapsed")
    rates = [Rate(rate.since_month, rate.monthly_fen) for rate in case.rates]
    rows = _months(decision)
    owed = calculate(rates, withheld_months(case, through, rows), reason, rules.cited("arrears"),
                     _facts(case, decision))
    lines = _left(owed.lines, rows)
    return BackPayment(lines, sum(line.pay_fen for line in lines), owed.payable_through)


def _correction(decision: Decision) -> BackPayment:
    """A correction names its months and amounts itself: fields["months"] = {"YYYY-MM": fen}."""
    lines = tuple(Line(month, fen, fen, 0, str(decision.fields.get("basis", "")))
                  for month, fen in sorted(decision.fields.get("months", {}).items()))
    return BackPayment(lines, sum(line.pay_fen for line in lines), lines[-1].month if lines else None)


def store(decision: Decision, back_payment: BackPayment) -> None:
    """Bind the sheet to the decision, in place of an earlier one."""
    decision.lines = [DecisionLine(month=line.month, entitled_fen=line.entitled_fen, pay_fen=line.pay_fen,
                                   forfeited_fen=line.forfeited_fen, basis=line.basis) for line in back_payment.lines]
    decision.back_pay_fen, decision.payable_through = back_payment.total_fen, back_payment.payable_through
    decision.fields = {**decision.fields, "arrears_calculated": True}


def settle_months(decision: Decision) -> list[BenefitMonth]:
    """Enter the signed sheet in the months of money (M1-M3); returns the months changed."""
    rows, whole = months_of(decision.case, lock=True), not SHEETS[decision.kind].named
    found = {}
    for line in decision.lines:
        row = rows.get(line.month)
        if row is None:
            row = new_month(decision.case_id, line.month)
            db.session.add(row)
        money.settle(row, line.pay_fen, line.forfeited_fen, whole=whole)
        row.back_paid_by_decision_id = decision.id if line.pay_fen else row.back_paid_by_decision_id
        found[line.month] = row
    return list(found.values())


def keep_payments(decision: Decision) -> list[BenefitMonth]:
    """What was paid in a withheld month was its payment after all; returns the months changed."""
    if not SHEETS[decision.kind].keeps:
        return []
    rows = [row for row in months_of(decision.case, lock=True).values()
            if row.owed and money.open_overpayment(row) and money.still_withheld(row)]
    for row in rows:
        money.keep(row)
    return rows
