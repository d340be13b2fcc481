"""A period begins at an age (QD 10), a dependant comes of age (SC 13): birthdays written out by hand."""
from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases.certifications import certify_from_source
from cases.models import Case, Notice, VerificationTask
from cases.sweep import sweep
from cases.verification import finish
from database import db
from invariants import breaches
from replay import differences
from tests import law
from tests.case_builder import make_case
from tests.conftest import Clock
from tests.people import ON, actor, make_account, sign_in, valid_id_number
from tests.places import QINGDAO, furnish

pytestmark = pytest.mark.sqlite_is_enough

DAY = timedelta(days=1)
CHILD = {"险种": "企业职工", "待遇类别": "供养亲属", "供养关系": "子女", "劳动能力": "未成年",
         "待遇开始年月": "2020-03", "最近认证日期": "", "居住地": "", "联系地址": "成都市某处"}


def dependant(born: date, on: date = ON, office: str = "370203", **cells: str) -> int:
    return make_case(on, office, **(CHILD | {"身份证号": valid_id_number(place=office, born=born)} | cells)).id


def now(case: int) -> Case:
    return db.session.get_one(Case, case, populate_existing=True)


def run(on: date) -> dict[str, int]:
    return dict(sweep(on, today=on))


def period(case: int) -> tuple[date | None, date | None]:
    return now(case).period_start, now(case).due_on


def events(case: int, kind: str) -> int:
    return len(db.session.scalars(select(AuditEvent).where(AuditEvent.case_id == case,
                                                           AuditEvent.type == kind)).all())


def kinds_of_notice(case: int) -> list[str]:
    return list(db.session.scalars(select(Notice.kind).where(Notice.case_id == case).distinct()))


@pytest.fixture
def qingdao(context: Flask) -> None:
    furnish(QINGDAO)


@pytest.mark.article("QD-10")
@pytest.mark.parametrize(("born", "sixteen", "due"), [
    (date(2010, 5, 5), date(2026, 5, 5), date(2026, 11, 5)),
    (date(2010, 8, 31), date(2026, 8, 31), date(2027, 2, 28)),  # no 31 February
    (date(2010, 12, 31), date(2026, 12, 31), date(2027, 6, 30)),
    (date(2012, 2, 29), date(2028, 2, 29), date(2028, 8, 29)),
])
def test_no_certification_before_sixteen_then_six_months_from_the_birthday(
        qingdao: None, born: date, sixteen: date, due: date) -> None:
    case = dependant(born)
    assert period(case) == (None, None)
    assert run(sixteen - DAY) == {}
    assert (period(case), kinds_of_notice(case)) == ((None, None), [])
    assert run(sixteen)["begin_period"] == 1
    assert (period(case), kinds_of_notice(case)) == ((sixteen, due), ["period_begun"])
    assert run(sixteen) == {}
    assert events(case, "PeriodSet") == 1
    assert not breaches()
    assert not differences()


@pytest.mark.article("QD-10")
def test_a_day_missed_changes_nothing_of_the_period(qingdao: None) -> None:
    case = dependant(date(2010, 5, 5))
    run(date(2026, 9, 1))
    assert period(case) == (date(2026, 5, 5), date(2026, 11, 5))


@pytest.mark.article("QD-10")
def test_who_is_sixteen_when_entered_has_a_period_at_once_and_others_have_twelve_months(qingdao: None) -> None:
    assert period(dependant(date(2009, 1, 3))) == (date(2025, 1, 3), date(2025, 7, 3))
    pension = make_case(ON, "370203", 最近认证日期="2025-09-01", 居住地="", 联系地址="青岛市某处").id
    assert period(pension) == (date(2025, 9, 1), date(2026, 9, 1))


@pytest.mark.article("QD-10")
def test_a_life_sign_before_sixteen_gives_no_period_and_none_that_ends_earlier(qingdao: None) -> None:
    case = dependant(date(2010, 5, 5))
    on = date(2026, 4, 20)
    certify_from_source(case, "border_crossing", on, "口岸1", on=on)
    assert (period(case), now(case).state, now(case).last_certified_on) == ((None, None), "verified", on)
    run(date(2026, 5, 5))
    assert period(case) == (date(2026, 5, 5), date(2026, 11, 5))  # 20 April + 6 months is 20 October
    certify_from_source(case, "border_crossing", date(2026, 6, 1), "口岸2", on=date(2026, 6, 1))
    assert period(case) == (date(2026, 6, 1), date(2026, 12, 1))
    assert not breaches()


@pytest.mark.article("QD-10")
def test_the_page_says_why_there_is_no_period_and_from_when(app: Flask, clock: Clock) -> None:
    clock.move_to(ON)
    with app.app_context():
        furnish(QINGDAO)
        case = dependant(date(2010, 5, 5))
        make_account("clerk", ["caseworker"], office="370203")
        url = f"/cases/{now(case).public_id}"
    page = sign_in(app.test_client(), "clerk").get(url).get_data(as_text=True)
    assert "未满 16 周岁，不设置认证期" in page
    assert "2026年5月5日" in page or "2026-05-05" in page
    assert "第十条" in page


@pytest.mark.article("QD-10", "GB-5.6")
def test_another_age_in_the_rules_is_another_birthday(qingdao: None, tmp_path: Path) -> None:
    folder = law.draft(tmp_path)
    law.amend(folder, "qingdao", "no_period_before_age.dependants_allowance", {"value": 17, "since": "2022-12-12"})
    with law.in_force(folder):
        case = dependant(date(2010, 5, 5))
        assert "begin_period" not in run(date(2026, 5, 5))
        run(date(2027, 5, 5))
        assert period(case) == (date(2027, 5, 5), date(2027, 11, 5))


@pytest.mark.article("GB-5.6")
def test_rules_entered_for_a_place_give_its_cases_periods_with_a_full_warning_first(context: Flask,
                                                                                    tmp_path: Path) -> None:
    folder = law.draft(tmp_path)
    law.amend(folder, "sichuan", "period_months.pension", {"value": None, "since": "2022-12-12"})
    with law.in_force(folder):
        case = make_case(ON, 最近认证日期="2025-01-01").id
        assert period(case) == (None, None)
        assert "begin_period" not in run(ON)
    run(ON + DAY)  # 1 January 2025 and twelve months: over since 1 January 2026
    assert period(case) == (date(2025, 1, 1), date(2026, 1, 1))
    assert now(case).warn_from == ON + DAY
    assert now(case).state != "suspended"


@pytest.mark.article("SC-13", "SC-14")
@pytest.mark.parametrize(("born", "of_age"), [
    (date(2008, 3, 10), date(2026, 3, 10)), (date(2008, 2, 29), date(2026, 2, 28)),
    (date(2008, 7, 31), date(2026, 7, 31)),
])
def test_a_child_who_comes_of_age_is_looked_at_once_and_loses_nothing_by_the_birthday(
        context: Flask, born: date, of_age: date) -> None:
    case = dependant(born, office="510107", 最近认证日期="2026-01-01")
    state = now(case).state
    assert "of_age" not in run(of_age - DAY)
    assert run(of_age)["of_age"] == 1
    task = db.session.scalars(select(VerificationTask).filter_by(case_id=case)).one()
    assert (task.cause, task.status, task.opened_on) == ("dependant_adult", "open", of_age)
    assert (now(case).state, "referred" in kinds_of_notice(case)) == (state, True)
    assert "of_age" not in run(of_age)
    seen = of_age + DAY
    certify_from_source(case, "travel_record", seen, "航班1", on=seen)
    task = db.session.get_one(VerificationTask, task.id, populate_existing=True)
    assert task.status == "open", "being alive says nothing of the capacity to work"
    make_account("clerk", ["caseworker"])
    finish(task.id, outcome="eligible", means="visit", note="在校学生", actor=actor("clerk"), on=seen)
    assert "of_age" not in run(seen + DAY)
    assert not breaches()


@pytest.mark.article("SC-13")
@pytest.mark.parametrize("cells", [{"劳动能力": "完全丧失劳动能力"}, {"供养关系": "配偶", "劳动能力": "有"},
                                   {"待遇类别": "养老金", "供养关系": "", "劳动能力": ""}])
def test_who_is_unable_to_work_or_of_another_kinship_is_not_asked(context: Flask, cells: dict[str, str]) -> None:
    dependant(date(2000, 3, 10), office="510107", 最近认证日期="2026-01-01", **cells)
    assert "of_age" not in run(ON)


@pytest.mark.article("QD-18")
def test_where_the_loss_clause_has_no_age_nothing_happens_at_eighteen(qingdao: None) -> None:
    dependant(date(2008, 3, 10), 最近认证日期="2026-01-01")
    assert "of_age" not in run(date(2026, 3, 10))


@pytest.mark.article("SC-13")
@pytest.mark.parametrize(("path", "value"), [
    ("dependant_adult_age", 19), ("dependant_adult_kinships", ["sibling"]),
    ("loss_signs.dependants_allowance", ["dead", "missing"])])
def test_another_rule_asks_others(context: Flask, tmp_path: Path, path: str, value: object) -> None:
    folder = law.draft(tmp_path)
    law.amend(folder, "sichuan", path, {"value": value, "since": "2022-12-12"})
    dependant(date(2008, 3, 10), office="510107", 最近认证日期="2026-01-01")
    with law.in_force(folder):
        assert "of_age" not in run(date(2026, 3, 10))
    assert run(date(2026, 3, 10))["of_age"] == 1
