"""Payment-return files: what the bank made of the payments of a month (M1-M3)."""
import json
from datetime import date

from audit.events import Event, PaymentReturned
from audit.log import record_bulk
from cases import money
from cases.benefit_months import changed
from cases.imports.payments import Benefits
from cases.imports.recoveries import recover_month
from cases.imports.taken import Row, quarantine
from cases.models import BenefitMonth, Case, ImportBatch, PaymentReturn
from database import db
from staff.actor import Actor


def load_payment_returns(batch: ImportBatch, rows: list[Row], actor: Actor, on: date) -> None:
    """Each row becomes the bank's answer for one payment."""
    benefits, new = Benefits(batch, rows), []
    known = {(back.case_id, back.month, back.payment_ref): back
             for found in benefits.returns.values() for back in found}
    for row in rows:
        values = json.loads(row.record)
        case = benefits.case(row, values)
        if case is None:
            quarantine(row, "id_number", "NO_SUCH_CASE")
            continue
        row.case_id = case.id
        back = _payment_return(case, values, on)
        old = known.get((case.id, back.month, back.payment_ref))
        if old is None:
            row.status = "loaded"
            new += [(event, case.id) for event in _received(back, batch, benefits, on)]
        elif (old.amount_fen, old.accepted) == (back.amount_fen, back.accepted):
            row.status = "unchanged"
        else:
            quarantine(row, "amount_fen", "RECORDED_DIFFERENTLY")
    db.session.flush()
    record_bulk(new, actor=actor, on=on, command="load_payment_returns")


def _answered(back: PaymentReturn, batch: ImportBatch) -> PaymentReturned:
    return PaymentReturned(month=back.month, amount_fen=back.amount_fen, accepted=back.accepted,
                           payment_ref=back.payment_ref, decision_no=back.decision_no, returned_on=back.on,
                           reason=back.reason, batch=batch.public_id)


def _payment_return(case: Case, values: dict, on: date) -> PaymentReturn:
    returned_on = values.get("returned_on")
    return PaymentReturn(
        case_id=case.id, month=values["month"], payment_ref=values.get("payment_ref") or f"regular-{values['month']}",
        decision_no=values.get("decision_no"), amount_fen=values["amount_fen"], accepted=values["result"] == "paid",
        reason=(values.get("result_reason") or "")[:60] or None,
        on=date.fromisoformat(returned_on) if returned_on else on)


def _received(back: PaymentReturn, batch: ImportBatch, benefits: Benefits, on: date) -> list[Event]:
    """Keep the answer and let the month follow: a payment that came back is owed, or recovered where it was not."""
    before, month = benefits.came_back(back.case_id, back.month), benefits.months.get((back.case_id, back.month))
    db.session.add(back)
    benefits.returns[back.case_id, back.month].append(back)
    after = benefits.came_back(back.case_id, back.month)
    found: list[Event] = [_answered(back, batch)]
    if month is None or before == after:
        return found
    if not month.owed or money.open_overpayment(month):
        return [*found, *_recovered(month, back, batch)]
    money.come_back(month, after) if after else money.arrive(month, before)
    return [*found, changed(month, "payment_return")]


def _recovered(month: BenefitMonth, back: PaymentReturn, batch: ImportBatch) -> list[Event]:
    fen = 0 if back.accepted else min(back.amount_fen, money.open_overpayment(month))
    return recover_month(month, fen, back.payment_ref, "returned_by_bank", back.on, batch) if fen else []
