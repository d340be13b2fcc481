"""The arrears sheet of a decision: withheld months of the record, at the rates in force, by the reason's row."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from cases.back_payments import BackPayment, Line, Rate, calculate
from cases.models import BenefitMonth, Case, Decision, DecisionLine, PayRun
from database import db
from rules import Rules
from workflows.deadlines import first_open_month, months_through, next_month

WITH_ARREARS = ("resume", "restore", "terminate", "annul_death_mark", "back_pay_correction")


def first_unpaid_by_run(case: Case, on: date, rules: Rules) -> str:
    """First month that the regular run will pay again after a resumption on `on`."""
    month = first_open_month(on, rules.value("pay_run_close_day"))
    runs = select(PayRun.month).where(PayRun.office_id == case.paying_office_id, PayRun.closed_on.is_not(None))
    closed = db.session.scalar(runs.order_by(PayRun.month.desc()).limit(1))
    return max(month, next_month(closed)) if closed else month


def withheld_months(case: Case, through: str) -> list[str]:
    """Months withheld and not yet settled, oldest first, up to and including `through`."""
    if case.withheld_from is None:
        return []
    settled = set(db.session.scalars(select(BenefitMonth.month).where(
        BenefitMonth.case_id == case.id,
        (BenefitMonth.paid > 0) | (BenefitMonth.back_paid + BenefitMonth.forfeited > 0))))
    return [month for month in months_through(case.withheld_from, through) if month not in settled]


def arrears_facts(case: Case, decision: Decision) -> dict[str, object]:
    fields = decision.fields
    facts: dict[str, object] = {"acquitted": bool(fields.get("acquitted"))}
    if fields.get("released_on"):
        facts["released_month"] = fields["released_on"][:7]
    died_on = fields.get("died_on")
    mark = case.pensioner.death_mark
    known = [day[:7] for day in (died_on, mark and mark.died_on.isoformat()) if day]
    if decision.kind == "terminate" and known:
        facts["death_month"] = min(known)  # a later date in the decision pays nothing beyond the mark (M2)
    return facts


def sheet(decision: Decision, on: date, rules: Rules) -> BackPayment:
    """What the decision would pay if executed on `on`. Raises CannotCalculate."""
    case = decision.case
    if decision.kind not in WITH_ARREARS or (decision.kind == "annul_death_mark" and not decision.fields.get("resume")):
        return BackPayment((), 0, None)
    if decision.kind == "back_pay_correction":
        return _correction(decision)
    through = next_month(first_unpaid_by_run(case, on, rules), -1)
    reason = str(decision.fields.get("arrears_reason") or case.state_reason or "lapsed")
    rates = [Rate(rate.since_month, rate.monthly_fen) for rate in case.rates]
    return calculate(rates, withheld_months(case, through), reason, rules.cited("arrears"),
                     arrears_facts(case, decision))


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
    months = []
    for line in decision.lines:
        row = db.session.get(BenefitMonth, (decision.case_id, line.month), with_for_update=True)
        if row is None:
            row = BenefitMonth(case_id=decision.case_id, month=line.month, entitled=0, paid=0, withheld=0, back_paid=0,
                               forfeited=0, overpaid=0, recovered=0)
            db.session.add(row)
        added = max(0, row.back_paid + row.forfeited + line.pay_fen + line.forfeited_fen - row.withheld)
        row.entitled, row.withheld = row.entitled + added, row.withheld + added
        row.back_paid, row.forfeited = row.back_paid + line.pay_fen, row.forfeited + line.forfeited_fen
        row.back_paid_by_decision_id = decision.id if line.pay_fen else row.back_paid_by_decision_id
        months.append(row)
    return months
