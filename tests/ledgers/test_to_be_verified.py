"""Those to be verified, by months to expiry, in ledgers of county, street and community (QD 20; SC 15).

Days are written by hand from the articles: three, two and one month before the day a certification is due.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cases.ledgers import reading
from cases.ledgers.place import place_of
from cases.ledgers.reading import Asked
from cases.ledgers.table import LEDGERS, latest_due
from cases.models import VerificationTask
from cases.sweep import sweep
from cases.verification import open_task
from database import db, transaction
from staff.actor import SYSTEM
from tests.case_builder import make_case
from tests.ledgers.conftest import ON
from tests.people import actor, make_account, sign_in
from tests.places import QINGDAO, furnish

pytestmark = pytest.mark.sqlite_is_enough

SHINAN, SHIBEI = "370202", "370203"


def counted(name: str, office: str | None, on: date) -> dict[str, int]:
    found = reading.matrix(Asked(LEDGERS["to_be_verified"], place_of(office, actor(name)), on), actor(name))
    return {part.key: number for part, number in zip(found.parts, found.all, strict=True) if number}


@pytest.mark.article("QD-20")
@pytest.mark.parametrize(("on", "months", "last"), [
    (date(2026, 3, 15), 3, date(2026, 6, 15)), (date(2026, 3, 15), 1, date(2026, 4, 15)),
    (date(2026, 2, 28), 3, date(2026, 5, 31)), (date(2026, 11, 30), 3, date(2027, 2, 28)),
    (date(2027, 11, 30), 3, date(2028, 2, 29)), (date(2026, 11, 29), 3, date(2027, 2, 28)),
    (date(2026, 2, 27), 1, date(2026, 3, 27)),
])
def test_a_day_is_so_near_from_the_day_so_many_months_before_it(on: date, months: int, last: date) -> None:
    assert latest_due(on, months) == last


@pytest.mark.article("QD-20")
def test_the_ledgers_of_qingdao_are_of_three_two_and_one_month(app: Flask) -> None:
    on = date(2026, 3, 15)
    with app.app_context():
        furnish(QINGDAO)
        make_account("near", ["caseworker"], office=SHIBEI)
        make_account("pays", ["caseworker"], office=SHINAN)
        make_account("community", ["grassroots_officer"], office="370203001001")
        for certified in ("2025-06-15", "2025-06-16", "2025-05-16", "2025-05-15", "2025-04-15", "2025-03-15"):
            make_case(on, office=SHINAN, 居住地="辽宁路社区", 最近认证日期=certified)
        make_case(on, office=SHINAN, 居住地="辽宁路社区", 最近认证日期="2025-01-01")
        sweep(on, today=on)
        expected = {"3": 2, "2": 1, "1": 2, "past": 1}  # one is due in three months and a day
        assert counted("near", SHIBEI, on) == expected
        assert counted("near", "370203001001", on) == expected
        assert counted("community", None, on) == expected
        assert counted("pays", SHINAN, on) == {}


@pytest.mark.article("SC-15", "QD-20")
def test_the_street_sees_its_own_and_the_county_all(county: Flask, signed_in: Callable[[str], FlaskClient]) -> None:
    with county.app_context():
        make_case(ON, 姓名="吴桂芳", 最近认证日期="2025-05-01")
        make_case(ON, 姓名="郑文华", 最近认证日期="2025-05-01", 居住地="")
        make_case(ON, office="510104", 姓名="孙秀英", 最近认证日期="2025-05-01")  # paid there, lives in the street
        sweep(ON, today=ON)
        task = db.session.query(VerificationTask).first().public_id
    people = "/ledgers/to_be_verified/people"
    seen = {name: {one for one in ("吴桂芳", "郑文华", "孙秀英") if one in signed_in(name).get(people).text}
            for name in ("li", "street", "far")}
    assert seen == {"li": {"吴桂芳", "郑文华", "孙秀英"}, "street": {"吴桂芳", "孙秀英"}, "far": {"孙秀英"}}
    assert f"/verifications/{task}" in signed_in("street").get(people).text
    page = signed_in("li").get("/ledgers/to_be_verified").text
    assert "浆洗街街道" in page and "居住在外或未登记" in page and "剩余不超过 3 个月" in page
    answer = signed_in("street").post("/ledgers/to_be_verified/download", data={"format": "csv"})
    assert "吴桂芳" in answer.data.decode("utf-8-sig") and "郑文华" not in answer.data.decode("utf-8-sig")


def test_other_months_of_the_rules_make_other_ledgers(county: Flask, change_rule: Callable) -> None:
    with county.app_context():
        case = make_case(ON, 最近认证日期="2025-05-15")  # due on 15 May, in two months
        sweep(ON, today=ON)
        assert counted("li", None, ON) == {"3": 1}
        change_rule("reminder_months_before_due", [3, 2])
        assert counted("li", None, ON) == {"2": 1}
        change_rule("reminder_months_before_due", [])
        assert counted("li", None, ON) == {"3": 1}  # those referred, whatever is reminded
        change_rule("refer_months_before_due", 1)
        assert case.due_on == date(2026, 5, 15)


def test_a_task_opened_for_another_cause_stands_beside_the_months(county: Flask) -> None:
    with county.app_context():
        case = make_case(ON, 最近认证日期="2026-01-01")
        with transaction():
            open_task(case, "home_visit", actor=SYSTEM, on=ON)
        assert counted("li", None, ON) == {"later": 1}


def test_nobody_without_an_account_reads_it(county: Flask) -> None:
    assert county.test_client().get("/ledgers/to_be_verified").status_code == 302
    assert sign_in(county.test_client(), "founder.system").get("/ledgers/to_be_verified").status_code == 403
