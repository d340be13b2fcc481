"""On 2026-07-01 articles are amended: a period of six months for twelve, a lapse ten days after the due date, one more
paper for a resumption. What is under way stays under its rules, pages show old and new, later facts follow the new."""
from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from cases.certifications import certify_from_source
from cases.models import Case, Decision, Notice
from cases.sweep import sweep
from database import db, transaction
from invariants import breaches
from rules import rules_for
from tests.case_builder import make_case
from tests.features.test_a_terminated_benefit_is_restored import opened
from tests.law import amend, draft, in_force
from tests.people import make_account, sign_in
from tests.promises.county import ON, County

pytestmark = pytest.mark.sqlite_is_enough

AMENDED = date(2026, 7, 1)
LAST_DAY = date(2026, 6, 30)
ACT = "川社险办〔2026〕7号 第一条"
OLD = {"since": date(2022, 12, 12), "until": LAST_DAY, "basis": "川社险办〔2022〕25号 第七条"}
NEW = {"since": AMENDED, "basis": ACT}
LIFE = [["window_visit_record", "home_visit_record", "face_recognition_record"]]


@pytest.fixture
def law(tmp_path: Path) -> Iterator[None]:
    draft(tmp_path)
    for path, before, after in (("period_months.pension", 12, 6), ("lapse_days_after_due", 1, 10),
                                ("materials.resume.lapsed", LIFE, [*LIFE, ["identity_document"]])):
        amend(tmp_path, "sichuan", path, {"value": before, **OLD}, {"value": after, **NEW})
    with in_force(tmp_path):
        yield


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def due(case: Case) -> date:
    return db.session.get_one(Case, case.id, populate_existing=True).due_on


@pytest.mark.article("SC-7", "GB-5.6")
def test_a_period_that_runs_keeps_its_end_and_the_page_shows_both_values_with_their_articles(app: Flask, law: None):
    with app.app_context():
        make_account("li", ["caseworker"])
        case = make_case(ON)  # certified 2025-09-01
        assert due(case) == date(2026, 9, 1)
        address = f"/cases/{case.public_id}"
    li = sign_in(app.test_client(), "li")
    app.config["TODAY"] = LAST_DAY
    assert "规则已修改" not in li.get(address).text
    app.config["TODAY"] = AMENDED
    page = words(li.get(address).text)
    assert "2026-09-01" in page and "2026-03-01" not in page
    shown = page[page.index("规则已修改"):]
    assert re.search(r"认证周期 · 养老金 12 个月 第七条 川社险办〔2022〕25号 自 2022-12-12 起 "
                     r"6 个月 第一条 川社险办〔2026〕7号 自 2026-07-01 起", shown), shown[:400]
    assert "到期后几天逾期 1 天" in shown and "供养亲属" not in shown[:1500]
    with app.app_context():
        assert due(case) == date(2026, 9, 1)
        assert breaches() == []
    app.config.pop("TODAY")


@pytest.mark.article("SC-8", "SC-34")
@pytest.mark.parametrize("order", itertools.permutations((0, 1, 2)))
def test_each_certification_opens_its_period_by_the_rules_of_its_own_day_in_whatever_order_they_come(
        context: Flask, law: None, order: tuple[int, ...]):
    """2026-06-20 under twelve months: 2027-06-20. 2026-07-10 under six: 2027-01-10, earlier; 2027-02-01: 2027-08-01."""
    seen = [date(2026, 6, 20), date(2026, 7, 10), date(2027, 2, 1)]
    case = make_case(ON)
    ends = []
    for number in order:
        certify_from_source(case.id, "face_recognition", seen[number], str(number), on=date(2027, 2, 2))
        ends.append(due(case))
    assert ends == sorted(ends) and ends[-1] == date(2027, 8, 1)
    assert breaches() == []


def test_a_later_certification_under_a_shorter_period_never_moves_the_due_date_back(context: Flask, law: None):
    case = make_case(ON)
    certify_from_source(case.id, "face_recognition", date(2026, 6, 20), "before", on=AMENDED + timedelta(days=4))
    assert due(case) == date(2027, 6, 20)
    certify_from_source(case.id, "face_recognition", date(2026, 7, 10), "after", on=date(2026, 7, 10))
    assert due(case) == date(2027, 6, 20)
    assert breaches() == []


@pytest.mark.article("SC-24", "SC-35")
@pytest.mark.parametrize(("certified", "days"), [
    ("2025-06-15", {date(2026, 6, 15): 0, date(2026, 6, 16): 1}),  # one day after, by the rules of June
    ("2025-09-01", {date(2026, 9, 2): 0, date(2026, 9, 10): 0, date(2026, 9, 11): 1})])  # ten, by those of September
def test_a_period_lapses_by_the_rules_of_the_day_on_which_it_is_over(
        context: Flask, law: None, certified: str, days: dict[date, int]):
    make_case(ON, 最近认证日期=certified)
    for day in (date(2026, 6, 1), *days):
        found = sweep(day, today=day)
        assert found["lapse"] == days.get(day, 0), day
        with transaction():
            db.session.execute(update(Notice).where(Notice.status != "accepted").values(status="accepted"))
    assert breaches() == []


@pytest.mark.article("SC-27", "SC-29")
def test_a_decision_goes_on_under_the_rules_it_was_opened_under_and_shows_what_was_amended(app: Flask, law: None):
    app.config["TODAY"] = ON
    county = County(app)
    opened(county, "li", "resume", "home_visit_record", reason="lapsed", arrears_reason="")
    with app.app_context():
        pinned = rules_for("510107", ON, "enterprise_employees").version
        assert county.decision(Decision.rules_version) == pinned
    address = f"/decisions/{county.decision_id}"
    assert "发起后规则有修改" not in county["li"].get(address).text
    app.config["TODAY"] = AMENDED
    page = words(county["li"].get(address).text)
    shown = page[page.index("发起后规则有修改"):]
    assert "须有的材料 · 恢复发放 · 逾期未认证" in shown and "居民身份证" in shown or "身份" in shown
    assert "第一条 川社险办〔2026〕7号 自 2026-07-01 起" in shown and "撤回后重新发起" in shown
    assert "发起时的规则" in county["li"].get(f"/rules?version={pinned}").text
    county.sign_to("executed")
    assert county.decision(Decision.rules_version) == pinned
    assert "发起后规则有修改" not in county["li"].get(address).text  # what is done is done
    with app.app_context():
        assert db.session.scalars(select(Case.state)).one() == "resumed"
        assert breaches() == []
    app.config.pop("TODAY")
