"""The what-if as people use it: a question by address, figures beside today's, the cases that differ; nothing kept."""
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from audit.models import AuditEvent
from cases.models import Case
from database import db
from tests.case_builder import make_case, make_cases
from tests.people import make_account, sign_in

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 3, 16)
ASKED = "/rules/what-if?office=510107&lapse_days_after_due=31&periods=keep"


@pytest.fixture
def zhao(app: Flask) -> Iterator[FlaskClient]:
    app.config["TODAY"] = ON
    with app.app_context():
        make_account("zhao", ["approver"])
        make_case(ON, 最近认证日期="2025-06-16")
        make_case(ON, 最近认证日期="2025-01-01", 发放状态="停发", 停发或暂停原因="死亡",
                  **{"暂停/停发日期": "2026-01-20"})
    yield sign_in(app.test_client(), "zhao")
    app.config.pop("TODAY")


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", answer.text, flags=re.DOTALL)))


@pytest.mark.article("SC-24", "SC-35")
def test_other_rules_are_shown_beside_todays_and_the_case_that_differs_is_listed_masked(zhao: FlaskClient):
    page = text(zhao, ASKED)
    assert "1 件在办或暂停的案件" in page
    listed = page[page.index("有差别的案件"):]
    assert "2026-06-17 2026-07-17" in listed and "2026-09-17 2026-10-17" in listed  # lapsed; stop proposed
    assert "周秀英" in listed and "510107********" in listed
    assert not re.search(r"5101071\d{9}", zhao.get(ASKED).text)


def test_rules_that_are_the_same_make_no_difference(zhao: FlaskClient):
    page = text(zhao, "/rules/what-if?office=510107&lapse_days_after_due=1&periods=keep")
    assert "没有一件案件的日期因此不同" in page


def test_the_charts_bring_their_figures_as_tables(zhao: FlaskClient):
    page = zhao.get(ASKED).text
    assert page.count("<svg") >= 4 and page.count("以表格显示") == 4
    lapses = text(zhao, ASKED).split("按月逾期暂停的案件")[-1]
    assert "06 1 0 07 0 1" in lapses


@pytest.mark.parametrize(("field", "given", "words"), [
    ("lapse_days_after_due", "0", "请填 1 到 366 的整数"), ("warning_months", "三", "请填 1 到 120 的整数"),
    ("period_months-pension", "25", "请填 1 到 24 的整数，0 表示不设")])
def test_a_value_the_schema_does_not_allow_is_refused_beside_its_field(zhao: FlaskClient, field, given, words):
    page = text(zhao, f"/rules/what-if?office=510107&{field}={given}", 400)
    assert page.count(words) == 2  # above, and beside
    assert "今后十二个月" not in page


def test_looking_leaves_nothing_behind(app: Flask, zhao: FlaskClient):
    def written() -> list[object]:
        with app.app_context():
            return [db.session.scalar(select(func.count()).select_from(AuditEvent)),
                    db.session.execute(select(Case.id, Case.version, Case.due_on, Case.state)).all()]

    before = written()
    text(zhao, "/rules/what-if?office=510107&place=3702&period_months-pension=6&periods=anew")
    assert written() == before


def test_the_list_goes_on_page_by_page(app: Flask, zhao: FlaskClient, monkeypatch):
    with app.app_context():
        make_cases(ON, 4, 最近认证日期="2025-06-16")
    monkeypatch.setattr("cases.what_if.PAGE", 3)
    first = zhao.get(ASKED)
    following = unescape(re.search(r'href="([^"]*after=[^"]*)"', first.text)[1])
    numbers = [set(re.findall(r"资510107-2026-\d+", page.text)) for page in (first, zhao.get(following))]
    assert [len(one) for one in numbers] == [3, 2] and not numbers[0] & numbers[1]


def test_only_who_leads_or_inspects_asks(app: Flask, zhao: FlaskClient):
    with app.app_context():
        make_account("he", ["grassroots_officer"])
    he = sign_in(app.test_client(), "he")
    assert he.get("/rules/what-if").status_code == 403
    assert "假如规则不同" not in he.get("/rules").text
