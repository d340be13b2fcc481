"""Recovery files: overpaid money that came back, by receipt (M3; 社会保险经办条例 46)."""
import json
from collections import defaultdict
from datetime import date

from sqlalchemy import select

from audit.events import Event, OverpaymentRecovered
from audit.log import record_bulk
from cases import money
from cases.benefit_months import changed
from cases.imports.payments import Benefits
from cases.imports.taken import Row, quarantine
from cases.models import BenefitMonth, ImportBatch, Recovery
from database import db
from staff.actor import Actor


def load_recoveries(batch: ImportBatch, rows: list[Row], actor: Actor, on: date) -> None:
    """Each receipt is set against the overpaid month it names, or against the oldest ones; never against more."""
    benefits, events = Benefits(batch, rows), []
    known = _known(benefits)
    for row in rows:
        values = json.loads(row.record)
        case = benefits.case(row, values)
        if case is None:
            quarantine(row, "id_number", "NO_SUCH_CASE")
            continue
        row.case_id, ref, fen = case.id, values["payment_ref"], values["amount_fen"]
        if before := known.get((case.id, ref)):
            _compare(row, before, fen)
            continue
        shares = _shares(benefits, case.id, values.get("month"), fen)
        if shares is None:
            quarantine(row, "amount_fen", "MORE_THAN_OVERPAID")
            continue
        row.status, known[case.id, ref] = "loaded", fen
        received_on = date.fromisoformat(values["received_on"]) if values.get("received_on") else on
        for month, share in shares:
            events += [(event, case.id) for event in
                       recover_month(month, share, ref, values.get("way") or "paid_in", received_on, batch)]
    db.session.flush()
    record_bulk(events, actor=actor, on=on, command="load_recoveries")


def recover_month(month: BenefitMonth, fen: int, ref: str, way: str, received_on: date,
                  batch: ImportBatch) -> list[Event]:
    """Book `fen` against the month, with its receipt; returns the events to be recorded."""
    money.recover(month, fen)
    db.session.add(Recovery(case_id=month.case_id, receipt_ref=ref, month=month.month, amount_fen=fen, way=way,
                            on=received_on))
    told = OverpaymentRecovered(
        month=month.month, amount_fen=fen, receipt_ref=ref, way=way, received_on=received_on,
        open_fen=money.open_overpayment(month), batch=batch.public_id)
    return [told, changed(month, "recovery")]


def _compare(row: Row, before: int, fen: int) -> None:
    if before == fen:
        row.status = "unchanged"
    else:
        quarantine(row, "amount_fen", "RECORDED_DIFFERENTLY")


def _shares(benefits: Benefits, case_id: int, month: str | None, fen: int) -> list[tuple[BenefitMonth, int]] | None:
    """(month, fen) oldest first; None where less is open."""
    rows = sorted((row for (case, name), row in benefits.months.items()
                   if case == case_id and month in (None, name) and money.open_overpayment(row)),
                  key=lambda row: row.month)
    shares = []
    for row in rows:
        share = min(fen, money.open_overpayment(row))
        shares += [(row, share)] if share else []
        fen -= share
    return None if fen else shares


def _known(benefits: Benefits) -> dict[tuple[int, str], int]:
    """(case, receipt) -> fen received with it."""
    found: dict[tuple[int, str], int] = defaultdict(int)
    ids = [case.id for case in benefits.cases.values()]
    for receipt in db.session.scalars(select(Recovery).where(Recovery.case_id.in_(ids))):
        found[receipt.case_id, receipt.receipt_ref] += receipt.amount_fen
    return found
