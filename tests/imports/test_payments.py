"""Pay runs and payment returns load like pensioners do: proposed, released, every row accounted for."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from audit.models import AuditEvent
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.models import BenefitMonth, DeathMark, ImportRow, PaymentReturn, PayRun, Pensioner
from database import db, transaction
from tests.imports.conftest import ON, csv_file, id_number, person
from tests.replay.damaging import each_is_named

RUN = ["身份证号", "险种", "待遇类别", "费款所属期", "发放金额"]
RETURNS = [*RUN, "支付结果", "失败原因", "支付流水号", "支付日期"]


@pytest.fixture
def case(tmp_path, office, li, wang):
    release(
        propose(
            csv_file(
                tmp_path,
                [
                    person(1),
                    person(2, 发放状态="暂停发放", 停发或暂停原因="逾期未认证") | {"暂停/停发日期": "2026-01-01"},
                ],
            ),
            office,
            li,
            ON,
        ),
        wang,
        ON,
    )


def load(folder, office, li, wang, kind, headings, *rows, name="run.csv"):
    path = folder / name
    path.write_text("\n".join(",".join(line) for line in (headings, *rows)) + "\n", "gb18030")
    return release(propose(path, office, li, ON, kind=kind), wang, ON)


def paid(serial, month, amount="3210.50"):
    return [id_number(serial), "110", "养老金", month, amount]


def outcome(batch):
    rows = db.session.execute(
        select(ImportRow.status, ImportRow.errors).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row_number)
    )
    return [errors[0]["code"] if errors else status for status, errors in rows]


def test_a_paid_month_is_entitled_and_paid(tmp_path, office, li, wang, case):
    batch = load(tmp_path, office, li, wang, "pay_run", RUN, paid(1, "202602"))
    month = db.session.scalars(select(BenefitMonth).where(BenefitMonth.paid > 0)).one()
    assert outcome(batch) == ["loaded"]
    assert (month.month, month.entitled, month.paid, month.withheld) == ("2026-02", 321050, 321050, 0)
    run = db.session.scalars(select(PayRun)).one()
    assert (run.month, run.closed_on) == ("2026-02", ON)
    assert db.session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.type == "BenefitMonthChanged")) == 3


@pytest.mark.article("JS-8.4")
def test_a_payment_that_should_not_have_been_made_is_named(tmp_path, office, li, wang, case):
    batch = load(
        tmp_path,
        office,
        li,
        wang,
        "pay_run",
        RUN,
        paid(2, "202602"),
        paid(1, "202602", "9.99"),
        paid(77, "202602"),
        paid(1, "202601"),
    )
    assert outcome(batch) == ["PAID_WHILE_WITHHELD", "AMOUNT_DIFFERS_FROM_RATE", "NO_SUCH_CASE", "loaded"]


def test_what_was_paid_after_the_month_of_death_is_an_overpayment(tmp_path, office, li, wang, case):
    with transaction():
        pensioner = db.session.scalars(select(Pensioner).order_by(Pensioner.id)).first()
        db.session.add(
            DeathMark(pensioner_id=pensioner.id, died_on=date(2026, 1, 10), source="cremation", marked_on=ON)
        )
    load(tmp_path, office, li, wang, "pay_run", RUN, paid(1, "202601"), paid(1, "202602"))
    rows = db.session.scalars(select(BenefitMonth).where(BenefitMonth.withheld == 0))
    found = {m.month: (m.entitled, m.paid, m.overpaid) for m in rows}
    assert found == {"2026-01": (321050, 321050, 0), "2026-02": (0, 0, 321050)}


def test_a_closed_month_takes_no_second_file(tmp_path, office, li, wang, case):
    load(tmp_path, office, li, wang, "pay_run", RUN, paid(1, "202602"))
    again = load(tmp_path, office, li, wang, "pay_run", RUN, paid(1, "202602"), paid(2, "202512"), name="b.csv")
    assert outcome(again) == ["unchanged", "loaded"]
    third = load(tmp_path, office, li, wang, "pay_run", RUN, paid(1, "202512"), paid(1, "202602", "1.00"), name="c.csv")
    assert outcome(third) == ["MONTH_CLOSED", "RECORDED_DIFFERENTLY"]


def test_the_banks_answer_is_kept_once(tmp_path, office, li, wang, case):
    rows = [[*paid(1, "202602"), "退汇", "账户已销户", "A1", "2026-02-20"], [*paid(2, "202602"), "成功", "", "A2", ""]]
    first = load(tmp_path, office, li, wang, "payment_returns", RETURNS, *rows)
    assert outcome(first) == ["loaded", "loaded"]
    back = db.session.scalars(select(PaymentReturn).order_by(PaymentReturn.id)).first()
    assert (back.accepted, back.reason, back.payment_ref, back.on) == (False, "账户已销户", "A1", date(2026, 2, 20))
    changed = [*paid(1, "202602"), "成功", "", "A1", ""]
    again = load(tmp_path, office, li, wang, "payment_returns", RETURNS, rows[1], changed, name="b.csv")
    assert outcome(again) == ["unchanged", "RECORDED_DIFFERENTLY"]
    each_is_named("answers of a bank")
