"""M1-M3 from files alone: months withheld, paid without a right, returned by the bank, recovered."""
from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from cases import money
from cases.models import BenefitMonth, DeathMark, Pensioner, Recovery
from database import db, transaction
from invariants import breaches
from tests.imports.test_payments import RETURNS, RUN, case, load, outcome, paid  # noqa: F401

FEN = 321050
RECOVERED = ["身份证号", "险种", "待遇类别", "多发月份", "追回金额", "追回方式", "收款凭证号", "收款日期"]


@pytest.fixture
def files(tmp_path, office, li, wang, case):  # noqa: F811
    """files(kind, headings, *rows): loads them, proposed by li and released by wang; the outcome of each row."""
    names = iter(range(100))

    def bring(kind, headings, *rows):
        return outcome(load(tmp_path, office, li, wang, kind, headings, *rows, name=f"{next(names)}.csv"))

    return bring


def month(serial: int, name: str) -> BenefitMonth | None:
    """The month of the first or second person of the list."""
    db.session.expire_all()
    return db.session.scalar(select(BenefitMonth).where(BenefitMonth.case_id == serial, BenefitMonth.month == name))


def died(on: date) -> None:
    with transaction():
        person = db.session.scalars(select(Pensioner).order_by(Pensioner.id)).first()
        db.session.add(DeathMark(pensioner_id=person.id, died_on=on, source="cremation", marked_on=date(2026, 3, 1)))


def recovery(name: str, amount: str, ref: str, way: str = "退回") -> list[str]:
    return [*paid(1, name)[:3], name, amount, way, ref, "2026-03-10"]


@pytest.mark.article("SC-27")
def test_every_month_withheld_has_its_row_when_a_run_is_closed(files) -> None:
    files("pay_run", RUN, paid(1, "202602"))
    rows = [month(2, name) for name in ("2026-01", "2026-02")]
    assert [(row.entitled, row.withheld, row.paid) for row in rows] == [(FEN, FEN, 0)] * 2
    assert month(2, "2026-03") is None
    files("pay_run", RUN, paid(1, "202603"))
    assert month(2, "2026-03").withheld == FEN
    assert breaches() == []


def test_closing_a_run_again_writes_no_month_twice(files) -> None:
    files("pay_run", RUN, paid(1, "202602"))
    files("pay_run", RUN, paid(1, "202602"), paid(77, "202602"))
    assert len(db.session.scalars(select(BenefitMonth)).all()) == 3
    assert breaches() == []


def test_a_payment_that_came_back_is_owed_until_it_arrives(files) -> None:
    files("pay_run", RUN, paid(1, "202602"))
    files("payment_returns", RETURNS, [*paid(1, "202602"), "退汇", "账户已销户", "A1", "2026-02-20"])
    assert (month(1, "2026-02").paid, money.still_withheld(month(1, "2026-02"))) == (0, FEN)
    assert files("pay_run", RUN, paid(1, "202602"), paid(77, "202602")) == ["unchanged", "NO_SUCH_CASE"]
    files("payment_returns", RETURNS, [*paid(1, "202602"), "成功", "", "A2", "2026-02-25"])
    assert (month(1, "2026-02").paid, month(1, "2026-02").withheld) == (FEN, 0)
    assert breaches() == []


def test_the_banks_answer_before_the_run_gives_the_same_month(files) -> None:
    files("payment_returns", RETURNS, [*paid(1, "202602"), "退汇", "账户已销户", "A1", "2026-02-20"])
    files("pay_run", RUN, paid(1, "202602"))
    assert (month(1, "2026-02").paid, month(1, "2026-02").withheld) == (0, FEN)


@pytest.mark.article("RS-3.2")
def test_what_is_paid_after_death_is_overpaid_and_recovered_by_receipt(files) -> None:
    died(date(2026, 1, 10))
    files("pay_run", RUN, paid(1, "202602"), paid(1, "202603"))
    assert files("recoveries", RECOVERED, recovery("2026-02", "1000.00", "R1"), recovery("", "5000.00", "R2")) == [
        "loaded", "loaded"]
    rows = [month(1, name) for name in ("2026-02", "2026-03")]
    assert [(row.overpaid, row.recovered, row.owed) for row in rows] == [(FEN, FEN, False), (FEN, 278950, False)]
    receipts = db.session.execute(select(Recovery.receipt_ref, Recovery.month, Recovery.amount_fen).order_by(
        Recovery.receipt_ref, Recovery.month)).all()
    assert [tuple(row) for row in receipts] == [("R1", "2026-02", 100000), ("R2", "2026-02", 221050),
                                                ("R2", "2026-03", 278950)]
    assert breaches() == []


def test_a_receipt_counts_once_and_never_more_than_is_open(files) -> None:
    died(date(2026, 1, 10))
    files("pay_run", RUN, paid(1, "202602"))
    files("recoveries", RECOVERED, recovery("2026-02", "1000.00", "R1"))
    again = files("recoveries", RECOVERED, recovery("2026-02", "1000.00", "R1"), recovery("2026-02", "2210.51", "R3"),
                  recovery("2026-01", "1.00", "R4"))
    assert again == ["unchanged", "MORE_THAN_OVERPAID", "MORE_THAN_OVERPAID"]
    assert files("recoveries", RECOVERED, recovery("2026-02", "9.00", "R1", "抵扣")) == ["RECORDED_DIFFERENTLY"]
    assert month(1, "2026-02").recovered == 100000


def test_an_overpayment_that_the_bank_returned_is_recovered(files) -> None:
    died(date(2026, 1, 10))
    files("pay_run", RUN, paid(1, "202602"))
    files("payment_returns", RETURNS, [*paid(1, "202602"), "退汇", "账户已销户", "A1", "2026-02-20"])
    assert money.open_overpayment(month(1, "2026-02")) == 0
    assert db.session.scalars(select(Recovery.way)).all() == ["returned_by_bank"]
    assert breaches() == []
