"""The rules in force on a day and what changed between two, as people read them."""
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rules import rules_for
from tests.law import amend, draft, in_force
from tests.people import make_account, sign_in
from workflows.glossary import term

pytestmark = pytest.mark.sqlite_is_enough


@pytest.fixture
def li(app: Flask) -> Iterator[FlaskClient]:
    app.config["TODAY"] = date(2026, 11, 21)
    with app.app_context():
        make_account("li", ["caseworker"])
    yield sign_in(app.test_client(), "li")
    app.config.pop("TODAY")


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def row_of(page: str, name: str) -> str:
    """The words of the table from the name of a rule on."""
    return page[page.index(name):][:200]


@pytest.mark.article("SC-23", "GB-5.6")
def test_each_value_stands_with_its_article_its_document_since_when_and_when_it_was_checked(li: FlaskClient):
    row = row_of(text(li, "/rules?office=510107&on=2026-03-16"), "预警期")
    assert re.search(r"预警期 — 3 个月 第二十三条 川社险办〔2022〕25号 2022-12-12 2026-11-21", row), row


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_this_system_set_itself_is_called_so(li: FlaskClient, language: str):
    li.set_cookie("language", language)
    page = text(li, "/rules?office=510107&on=2026-03-16")
    assert f"{term('term.house_value', language)} docs/decisions/001-months-are-counted-to-the-day" in page


def test_the_rules_of_the_day_are_shown_not_those_of_today(li: FlaskClient):
    first, later = (text(li, f"/rules?office=510107&on={day}") for day in ("2023-11-30", "2023-12-01"))
    assert rules_for("510107", date(2023, 11, 30)).version in first
    article = "第二十六条 社会保险经办条例（国务院令第765号） 2023-12-01"
    assert article in later and article not in first


def test_an_office_outside_ones_area_cannot_be_chosen(li: FlaskClient):
    page = li.get("/rules?office=510104").text
    assert 'value="510104"' not in page and "<strong>武侯区社会保险中心</strong>" in page


def test_a_version_that_nobody_ever_had_is_not_found(li: FlaskClient):
    assert li.get("/rules?version=0000000000000000").status_code == 404
    assert "发起时的规则" in text(li, f"/rules?version={rules_for('510107', date(2023, 1, 1)).version}")


@pytest.mark.article("GB-5.6")
def test_what_an_article_changed_stands_old_and_new_beside_each_other(li: FlaskClient):
    page = text(li, "/rules/changes?office=510107&from=2023-11-30&to=2023-12-01")
    row = row_of(page, "可以暂停发放的原因 · 疑似丧失资格")
    assert "没有规定 是 第二十六条 社会保险经办条例（国务院令第765号） 自 2023-12-01 起" in row, row


def test_an_amended_value_is_shown_with_both_articles(li: FlaskClient, tmp_path):
    amend(draft(tmp_path), "sichuan", "warning_months",
          {"value": 3, "since": date(2022, 12, 12), "until": date(2026, 6, 30),
           "basis": "川社险办〔2022〕25号 第二十三条"},
          {"value": 2, "since": date(2026, 7, 1), "basis": "川社险办〔2026〕7号 第二条"})
    with in_force(tmp_path):
        row = row_of(text(li, "/rules/changes?office=510107&from=2026-06-30&to=2026-07-01"), "1 项规则的值不同")
    assert ("3 个月 第二十三条 川社险办〔2022〕25号 自 2022-12-12 起 "
            "2 个月 第二条 川社险办〔2026〕7号 自 2026-07-01 起") in row


def test_where_nothing_changed_the_page_says_so(li: FlaskClient):
    assert "规则没有变动。" in text(li, "/rules/changes?office=510107&from=2026-01-01&to=2026-11-21")


def test_a_day_before_the_first_rule_cannot_be_compared(li: FlaskClient):
    assert "无从比较" in text(li, "/rules/changes?office=510107&from=1990-01-01&to=2026-11-21")


@pytest.mark.article("QD-10")
def test_two_places_are_compared_and_what_differs_by_article_alone_is_set_apart(li: FlaskClient):
    page = text(li, "/rules/changes?office=510107&from=2026-11-21&to=2026-11-21&with=3702")
    assert "武侯区社会保险中心 · 2026-11-21 → 青岛市 · 2026-11-21" in page
    row = row_of(page, "认证周期 · 供养亲属")
    assert "12 个月" in row and "6 个月 第十条 青人社字〔2018〕47号" in row
    assert page.index("的值相同，依据不同") < page.index("认证周期 · 养老金")


def test_rules_of_one_scheme_are_compared_where_that_scheme_is_chosen(li: FlaskClient):
    asked = "/rules/changes?office=510107&from=2026-11-21&to=2026-11-21&with=32&scheme="
    assert "DB32" not in text(li, f"{asked}enterprise_employees")
    assert "DB32" in text(li, f"{asked}urban_rural_residents")
