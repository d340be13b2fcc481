"""Pay-run and payment-return files: what was paid to whom for which month, and what the bank made of it (M1-M3)."""
import hashlib
import json
from datetime import date

from sqlalchemy import select

from audit.events import BenefitMonthChanged, PaymentReturned, PayRunLoaded
from audit.log import record, record_bulk
from cases.imports.fields import modern_id_number
from cases.imports.headings import Mapping
from cases.imports.loading import quarantine
from cases.imports.places import Places
from cases.imports.proposals import in_force
from cases.imports.reading import SourceRow
from cases.imports.rows import parse_cells
from cases.imports.staging import good, refused
from cases.models import (
    BenefitMonth,
    BenefitRate,
    Case,
    DeathMark,
    ImportBatch,
    ImportRow,
    PaymentReturn,
    PayRun,
    Pensioner,
)
from database import db
from staff.actor import Actor
from staff.models import NaturalPerson, Office


def stage_payment(batch: ImportBatch, row: SourceRow, mapping: Mapping, places: Places, on: date) -> dict:
    """Values of the import_row of one payment."""
    values, errors = parse_cells(row, mapping, on)
    if errors:
        return refused(batch, row, errors)
    values["id_number"] = modern_id_number(values["id_number"])
    text = json.dumps(values, default=str, sort_keys=True, ensure_ascii=False)
    key = "|".join(str(values.get(name) or "") for name in
                   ("id_number", "scheme", "benefit_kind", "month", "payment_ref"))
    return good(batch, row, text, values["id_number"], key, "", hashlib.sha256(text.encode()).hexdigest())


class Benefits:
    """The cases of some payments with what they are owed: a fixed number of queries per chunk."""

    def __init__(self, batch: ImportBatch, rows: list[ImportRow]):
        found = db.session.execute(
            select(NaturalPerson.id_number_index, Case, DeathMark.died_on)
            .join(Pensioner, Pensioner.natural_person_id == NaturalPerson.id)
            .join(Case, Case.pensioner_id == Pensioner.id)
            .outerjoin(DeathMark, (DeathMark.pensioner_id == Pensioner.id) & DeathMark.annulled_on.is_(None))
            .where(NaturalPerson.id_number_index.in_({row.person_index for row in rows}))
            .with_for_update(of=Case)).all()
        inside = [(index, case, died) for index, case, died in found if case.office_path.startswith(batch.office_path)]
        self.cases = {(index, case.scheme, case.benefit_kind): case for index, case, _ in inside}
        self.died_on = {case.id: died for _, case, died in inside}
        ids = [case.id for _, case, _ in inside]
        self.months = {(m.case_id, m.month): m for m in db.session.scalars(
            select(BenefitMonth).where(BenefitMonth.case_id.in_(ids)))}
        self.rates: dict[int, dict[str, int]] = {}
        for rate in db.session.scalars(select(BenefitRate).where(BenefitRate.case_id.in_(ids))):
            self.rates.setdefault(rate.case_id, {})[rate.since_month] = rate.monthly_fen

    def case(self, row: ImportRow, values: dict) -> Case | None:
        return self.cases.get((row.person_index, values["scheme"], values["benefit_kind"]))


def load_pay_run(batch: ImportBatch, rows: list[ImportRow], actor: Actor, on: date) -> None:
    """Each row becomes the paid month of its case, or says why it cannot."""
    benefits, changed = Benefits(batch, rows), []
    closed = _closed_runs(batch)
    for row in rows:
        values = json.loads(row.record)
        month = _paid_month(row, values, benefits, closed)
        if month is not None:
            db.session.add(month)
            changed.append((_changed(month), month.case_id))
    db.session.flush()
    record_bulk(changed, actor=actor, on=on, command="load_pay_run")


def _paid_month(row: ImportRow, values: dict, benefits: Benefits, closed: set[tuple[int, str]]) -> BenefitMonth | None:
    case, month, fen = benefits.case(row, values), values["month"], values["amount_fen"]
    if case is None:
        return quarantine(row, "id_number", "NO_SUCH_CASE")
    row.case_id = case.id
    known = benefits.months.get((case.id, month))
    if known is not None:
        same = (known.paid + known.overpaid) == fen
        return _unchanged(row) if same else quarantine(row, "amount_fen", "RECORDED_DIFFERENTLY")
    if (case.paying_office_id, month) in closed:
        return quarantine(row, "month", "MONTH_CLOSED")
    row.status = "loaded"
    died_on = benefits.died_on[case.id]
    if died_on and month > f"{died_on:%Y-%m}":
        return BenefitMonth(case_id=case.id, month=month, entitled=0, paid=0, withheld=0, overpaid=fen, recovered=0,
                            back_paid=0, forfeited=0)
    if case.withheld_from and month >= case.withheld_from:
        return quarantine(row, "month", "PAID_WHILE_WITHHELD")
    if in_force(benefits.rates.get(case.id, {}), month) != fen:
        return quarantine(row, "amount_fen", "AMOUNT_DIFFERS_FROM_RATE")
    return BenefitMonth(case_id=case.id, month=month, entitled=fen, paid=fen, withheld=0, overpaid=0, recovered=0,
                        back_paid=0, forfeited=0)


def _unchanged(row: ImportRow) -> None:
    row.status = "unchanged"


def _changed(month: BenefitMonth) -> BenefitMonthChanged:
    return BenefitMonthChanged(month=month.month, entitled=month.entitled, paid=month.paid, withheld=month.withheld,
                               overpaid=month.overpaid, cause="pay_run")


def _closed_runs(batch: ImportBatch) -> set[tuple[int, str]]:
    """(paying office, month) whose run was closed by another file."""
    return set(db.session.execute(
        select(PayRun.office_id, PayRun.month).join(Office, Office.id == PayRun.office_id)
        .where(Office.path.startswith(batch.office_path), PayRun.closed_on.is_not(None),
               PayRun.file_sha256 != batch.sha256)).tuples())


def close_pay_runs(batch: ImportBatch, actor: Actor, on: date) -> None:
    """The months of the file are closed for the offices that paid: from now on they change by signed decisions only."""
    totals: dict[tuple[int, str], list[int]] = {}
    rows = db.session.execute(
        select(ImportRow.record, Case.paying_office_id).join(Case, Case.id == ImportRow.case_id)
        .where(ImportRow.batch_id == batch.id, ImportRow.status == "loaded").execution_options(yield_per=500))
    for text, office_id in rows:
        values = json.loads(text)
        total = totals.setdefault((office_id, values["month"]), [0, 0])
        total[0] += 1
        total[1] += values["amount_fen"]
    for (office_id, month), (count, fen) in sorted(totals.items()):
        _close(batch, db.session.get_one(Office, office_id), month, count, fen, actor, on)


def _close(batch: ImportBatch, office: Office, month: str, count: int, fen: int, actor: Actor, on: date) -> None:
    if db.session.scalar(select(PayRun).filter_by(office_id=office.id, month=month)) is None:
        db.session.add(PayRun(office_id=office.id, month=month, closed_on=on, file_sha256=batch.sha256))
    record(PayRunLoaded(office=office.code, month=month, rows=count, loaded=count, total_fen=fen, closed_on=on,
                        file_sha256=batch.sha256, batch=batch.public_id),
           actor=actor, on=on, command="load_pay_run", office_path=office.path)


def load_payment_returns(batch: ImportBatch, rows: list[ImportRow], actor: Actor, on: date) -> None:
    """Each row becomes the bank's answer for one payment."""
    benefits, new = Benefits(batch, rows), []
    known = _known_returns(benefits)
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
            db.session.add(back)
            new.append((_answered(back, batch), case.id))
        elif (old.amount_fen, old.accepted) == (back.amount_fen, back.accepted):
            row.status = "unchanged"
        else:
            quarantine(row, "amount_fen", "RECORDED_DIFFERENTLY")
    db.session.flush()
    record_bulk(new, actor=actor, on=on, command="load_payment_returns")


def _answered(back: PaymentReturn, batch: ImportBatch) -> PaymentReturned:
    return PaymentReturned(month=back.month, amount_fen=back.amount_fen, accepted=back.accepted,
                           payment_ref=back.payment_ref, reason=back.reason, batch=batch.public_id)


def _payment_return(case: Case, values: dict, on: date) -> PaymentReturn:
    returned_on = values.get("returned_on")
    return PaymentReturn(
        case_id=case.id, month=values["month"], payment_ref=values.get("payment_ref") or f"regular-{values['month']}",
        decision_no=values.get("decision_no"), amount_fen=values["amount_fen"], accepted=values["result"] == "paid",
        reason=(values.get("result_reason") or "")[:60] or None,
        on=date.fromisoformat(returned_on) if returned_on else on)


def _known_returns(benefits: Benefits) -> dict[tuple, PaymentReturn]:
    ids = [case.id for case in benefits.cases.values()]
    rows = db.session.scalars(select(PaymentReturn).where(PaymentReturn.case_id.in_(ids)))
    return {(row.case_id, row.month, row.payment_ref): row for row in rows}
