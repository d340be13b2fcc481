"""Pay-run files: what was paid to whom for which month (M1-M3)."""
import hashlib
import json
from collections import defaultdict
from datetime import date

from sqlalchemy import select

from audit.events import PayRunLoaded
from audit.log import record, record_bulk
from cases import money
from cases.benefit_months import changed, new_month, withhold_closed_of
from cases.imports.headings import Mapping
from cases.imports.id_cells import modern_id_number
from cases.imports.places import Places
from cases.imports.rows import parse_cells
from cases.imports.staging import good, refused
from cases.imports.tables import SourceRow
from cases.imports.taken import Row, quarantine
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
from cases.money import in_force
from cases.responsibility import kept_or_paid
from database import db
from staff.actor import Actor
from staff.models import NaturalPerson, Office

LOST = ("stopped", "terminated")  # whoever is paid in these has no right to it: an overpayment, not a doubt


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

    def __init__(self, batch: ImportBatch, rows: list[Row]):
        found = db.session.execute(
            select(NaturalPerson.id_number_index, Case, DeathMark.died_on)
            .join(Pensioner, Pensioner.natural_person_id == NaturalPerson.id)
            .join(Case, Case.pensioner_id == Pensioner.id)
            .outerjoin(DeathMark, (DeathMark.pensioner_id == Pensioner.id) & DeathMark.annulled_on.is_(None))
            .where(NaturalPerson.id_number_index.in_({row.person_index for row in rows}))
            .with_for_update(of=Case)).all()
        inside = [(index, case, died) for index, case, died in found if kept_or_paid(case, batch.office_path)]
        self.cases = {(index, case.scheme, case.benefit_kind): case for index, case, _ in inside}
        self.died_on = {case.id: died for _, case, died in inside}
        ids = [case.id for _, case, _ in inside]
        self.returns: dict[tuple[int, str], list[PaymentReturn]] = defaultdict(list)
        for back in db.session.scalars(select(PaymentReturn).where(PaymentReturn.case_id.in_(ids))):
            self.returns[back.case_id, back.month].append(back)
        self.months = {(m.case_id, m.month): m for m in db.session.scalars(
            select(BenefitMonth).where(BenefitMonth.case_id.in_(ids)))}
        self.rates: dict[int, dict[str, int]] = {}
        for rate in db.session.scalars(select(BenefitRate).where(BenefitRate.case_id.in_(ids))):
            self.rates.setdefault(rate.case_id, {})[rate.since_month] = rate.monthly_fen

    def case(self, row: Row, values: dict) -> Case | None:
        return self.cases.get((row.person_index, values["scheme"], values["benefit_kind"]))

    def came_back(self, case_id: int, month: str) -> int:
        """Fen of the regular payment that the bank returned and that has not arrived since."""
        regular = [back for back in self.returns[case_id, month] if back.decision_no is None]
        failed = [back.amount_fen for back in regular if not back.accepted]
        return 0 if any(back.accepted for back in regular) else max(failed, default=0)

    def sent(self, row: BenefitMonth) -> int:
        """Fen that a regular run sent for the month, whatever became of it."""
        again = row.back_paid if not row.owed else 0
        return row.paid + row.overpaid - again + (self.came_back(row.case_id, row.month) if row.owed else 0)


def load_pay_run(batch: ImportBatch, rows: list[Row], actor: Actor, on: date) -> None:
    """Each row becomes the paid month of its case, an overpaid one where nothing was owed, or says why it cannot."""
    benefits, found = Benefits(batch, rows), []
    closed = _closed_runs(batch)
    for row in rows:
        values = json.loads(row.record)
        month = _paid_month(row, values, benefits, closed)
        if month is not None:
            db.session.add(month)
            benefits.months[month.case_id, month.month] = month
            found.append((changed(month, "pay_run"), month.case_id))
    db.session.flush()
    record_bulk(found, actor=actor, on=on, command="load_pay_run")


def _paid_month(row: Row, values: dict, benefits: Benefits, closed: set[tuple[int, str]]) -> BenefitMonth | None:
    case, month, fen = benefits.case(row, values), values["month"], values["amount_fen"]
    if case is None:
        return quarantine(row, "id_number", "NO_SUCH_CASE")
    row.case_id = case.id
    known = benefits.months.get((case.id, month))
    if known is not None and (sent := benefits.sent(known)):
        return _unchanged(row) if sent == fen else quarantine(row, "amount_fen", "RECORDED_DIFFERENTLY")
    if (case.paying_office_id, month) in closed:
        return quarantine(row, "month", "MONTH_CLOSED")
    rate, died_on = in_force(benefits.rates.get(case.id, {}), month), benefits.died_on[case.id]
    after_death = bool(died_on and month > f"{died_on:%Y-%m}")
    withheld = bool(case.withheld_from and month >= case.withheld_from)
    if after_death or known is not None or (withheld and case.state in LOST):
        row.status = "loaded"
        return _overpaid(known or new_month(case.id, month), fen, not after_death,
                         rate if withheld and case.state == "stopped" else None)
    if withheld:
        return quarantine(row, "month", "PAID_WHILE_WITHHELD")
    if rate != fen:
        return quarantine(row, "amount_fen", "AMOUNT_DIFFERS_FROM_RATE")
    row.status = "loaded"
    return _paid(new_month(case.id, month), fen, benefits.came_back(case.id, month))


def _paid(month: BenefitMonth, fen: int, came_back: int) -> BenefitMonth:
    month.entitled = month.paid = fen
    money.come_back(month, came_back)
    return month


def _overpaid(month: BenefitMonth, fen: int, owed: bool, rate: int | None) -> BenefitMonth:
    """Paid after death, beside a back payment, or while the right is lost: all of it is to come back."""
    if not owed:
        money.disown(month)
    elif rate:
        money.withhold(month, rate)
    month.overpaid += fen
    return month


def _unchanged(row: Row) -> None:
    row.status = "unchanged"


def _closed_runs(batch: ImportBatch) -> set[tuple[int, str]]:
    """(paying office, month) whose run was closed by another file."""
    return set(db.session.execute(
        select(PayRun.office_id, PayRun.month).join(Office, Office.id == PayRun.office_id)
        .where(Office.path.startswith(batch.office_path), PayRun.closed_on.is_not(None),
               PayRun.file_sha256 != batch.sha256)))


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
    db.session.flush()
    withhold_closed_of(office.id, actor=actor, on=on, command="load_pay_run")
