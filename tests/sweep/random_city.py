"""A county imported as offices import it, and what may have happened to its cases since, drawn by Hypothesis."""
from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st
from sqlalchemy import select

from cases.benefit_months import withhold_closed_of
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.models import Case, Certification, DeathMark, ImportRow, Notice, PaymentReturn, PayRun, VerificationTask
from cases.verification import open_task
from database import db
from staff.actor import SYSTEM
from staff.offices import office_by_code
from tests.case_builder import GIVEN, _importers, pensioner_id_number
from workflows.deadlines import add_months

ENTERED = date(2026, 3, 16)
CERTIFIED = ("2025-01-01", "2025-03-16", "2025-03-31", "2025-06-01", "2025-06-16", "2025-09-30", "2026-02-28")
WITHHELD = (("暂停发放", "逾期未认证", "2025-11-02"), ("暂停发放", "逾期未认证", "2026-01-02"),
            ("停发", "死亡", "2026-01-20"), ("恢复发放", "", "2026-02-02"))


@dataclass(frozen=True)
class Happened:
    """To one case. notice_on, submitted_on, finished_on: days since it was entered; None where it did not happen."""

    notice_on: int | None
    submitted_on: int | None
    task: str | None  # open, overdue, visited, phoned
    marked: bool
    no_phone: bool
    run_closed: bool
    failed_months: int


happened = st.builds(
    Happened, notice_on=st.sampled_from((None, None, 1, 60, 150)),
    submitted_on=st.sampled_from((None, None, None, 100)),
    task=st.sampled_from((None, None, "open", "overdue", "visited", "phoned")),
    marked=st.sampled_from((False, False, True)),
    no_phone=st.booleans(), run_closed=st.booleans(), failed_months=st.sampled_from((0, 0, 3, 7)))
days = st.sampled_from((0, 1, 15, 30, 91, 92, 106, 107, 184, 185, 200, 300, 400)).map(
    lambda after: ENTERED + timedelta(days=after))


def county(count: int = 14, office: str = "510107") -> list[int]:
    """Cases in most states and with most due dates, imported from one list. Their ids."""
    rows = [_cells(number) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_text("\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]), encoding="utf-8")
        one, two = _importers(office)
        release(propose(path, office_by_code(office), one, ENTERED), two, ENTERED)
    path_of_office = office_by_code(office).path
    ids = list(db.session.scalars(select(Case.id).where(Case.office_path == path_of_office).order_by(Case.id)))
    refused = db.session.scalars(select(ImportRow.errors).where(ImportRow.status == "quarantined")).all()
    assert len(ids) == count, refused
    return ids


def _cells(number: int) -> dict[str, str]:
    row = GIVEN | {"身份证号": pensioner_id_number(), "最近认证日期": CERTIFIED[number % len(CERTIFIED)]}
    if number % 3 == 2:
        status, reason, since = WITHHELD[number // 3 % len(WITHHELD)]
        row |= {"发放状态": status, "停发或暂停原因": reason, "暂停/停发日期": since}
    return row | {"开户名": row["姓名"]}


def happen(ids: list[int], drawn: list[Happened], on: date) -> None:
    """In the open transaction, before the day `on`."""
    for case_id, one in zip(ids, drawn, strict=False):
        case = db.session.get_one(Case, case_id)
        _to_person(case, one, on)
        _to_work(case, one, on)
    db.session.flush()


def _day(days_since: int, on: date) -> date:
    return min(ENTERED + timedelta(days=days_since), on)


def _to_person(case: Case, one: Happened, on: date) -> None:
    if one.no_phone:
        case.pensioner.phone_failed_on = ENTERED
    if one.marked and case.pensioner.death_mark is None:
        db.session.add(DeathMark(pensioner=case.pensioner, died_on=ENTERED, source="cremation", marked_on=ENTERED))
    if one.submitted_on is not None:
        seen = _day(one.submitted_on, on)
        db.session.add(Certification(pensioner_id=case.pensioner_id, method="window_visit", evidence_on=seen,
                                     source_ref=case.case_no, status="submitted", submitted_on=seen))


def _to_work(case: Case, one: Happened, on: date) -> None:
    for kind in ("certification_due", "suspended") if one.notice_on is not None else ():
        key = f"{case.case_no} {kind}"
        db.session.add(Notice(case=case, kind=kind, channel="letter", once_key=key, message_id=key, content={},
                              on=_day(one.notice_on, on), status="accepted"))
    if one.task and not case.task_open:
        _task(case, one.task, on)
    for months in range(one.failed_months):
        db.session.add(PaymentReturn(case_id=case.id, month=f"{add_months(on, -months):%Y-%m}", amount_fen=1,
                                     payment_ref=str(months), accepted=False, on=on))
    month = f"{on:%Y-%m}"
    if one.run_closed and not db.session.scalar(select(PayRun.id).filter_by(
            office_id=case.paying_office_id, month=month)):
        _close_run(case.paying_office_id, month, on)


def _close_run(office_id: int, month: str, on: date) -> None:
    """As cases/imports/payments.py does when the file of a run is released."""
    db.session.add(PayRun(office_id=office_id, month=month, closed_on=on))
    db.session.flush()
    withhold_closed_of(office_id, actor=SYSTEM, on=on, command="release")


def _task(case: Case, what: str, on: date) -> None:
    if what in ("visited", "phoned"):
        db.session.add(VerificationTask(
            case_id=case.id, cause="home_visit", office_path=case.office_path, opened_on=ENTERED, due_on=ENTERED,
            status="finished", means={"visited": "home_visit", "phoned": "phone"}[what], outcome="eligible",
            finished_on=on))
        return
    task = open_task(case, "both_lists", actor=SYSTEM, on=ENTERED)
    if what == "overdue":
        task.due_on = on - timedelta(days=1)
