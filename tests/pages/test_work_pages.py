"""The pages people work from: what waits, what is found, the figures, the rules. With real sign-ins."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cases import figures, worklists
from cases.decision_facts import refusals
from cases.models import Case, Decision
from cases.search import Wanted, cases_of
from database import db
from tests.case_builder import LAPSED, make_case
from tests.features.test_a_wrong_suspension_is_put_right import ON, Course
from tests.people import account, actor, grant_role, make_account, sign_in
from workflows.glossary import term


@pytest.fixture
def course(app: Flask) -> Iterator[Course]:
    """Zhou's objection verified, the resumption made and submitted by Li."""
    app.config["TODAY"] = ON
    made = Course(app)
    made.lodge()
    made.verify()
    made.open_resumption()
    made.act("li", "submit", "")
    yield made
    app.config.pop("TODAY", None)


@pytest.fixture
def outsider(course: Course) -> FlaskClient:
    """Somebody of the neighbouring county who holds every post there."""
    with course.app.app_context():
        make_account("outsider", ["caseworker", "reviewer", "approver"], office="510104")
    return sign_in(course.app.test_client(), "outsider")


def text(client: FlaskClient, address: str, status: int = 200, **options: Any) -> str:
    answer = client.get(address, **options)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


@pytest.mark.sqlite_is_enough
def test_the_front_page_leads_to_ones_own_work(course: Course):
    assert course["wang"].get("/").headers["Location"] == "/work"


@pytest.mark.article("SC-29")
@pytest.mark.sqlite_is_enough
def test_a_decision_waits_for_the_post_that_signs_next_and_for_no_other(course: Course):
    assert course.decision_id in text(course["li"], "/work")
    assert course.decision_id not in text(course["wang"], "/work")
    course.act("li", "initial_review", "同意")
    assert course.decision_id in text(course["wang"], "/work")
    assert course.decision_id not in text(course["zhao"], "/work")


@pytest.mark.article("SC-29")
@pytest.mark.sqlite_is_enough
def test_what_a_person_may_not_sign_is_listed_with_the_reason_in_words(course: Course):
    with course.app.app_context():
        grant_role(account("li").public_id, "reviewer", "510107")
    li = sign_in(course["li"], "li")  # a new right ends the sessions before it
    course.act("li", "initial_review", "同意")
    assert course.decision_id not in text(li, "/work")
    blocked = text(li, "/work?tab=blocked")
    assert course.decision_id in blocked and "第二十九条" in blocked and 'class="refusals"' in blocked


def test_the_list_and_the_machine_agree_on_who_is_barred(course: Course):
    course.act("li", "initial_review", "同意")
    with course.app.app_context():
        decision = db.session.query(Decision).filter_by(public_id=course.decision_id).one()
        listed = [row.decision.id for row in worklists.page("signable", actor("wang"), ON).rows]
        assert listed == [decision.id] and not refusals(decision, "recheck", actor("wang"), ON)


@pytest.mark.article("QD-7")
def test_nothing_outside_the_area_is_listed_counted_or_found(course: Course, outsider: FlaskClient):
    for address in (*(f"/work?tab={tab}" for tab in worklists.TABS), "/cases", "/cases?text=周", "/cases?text=AC"):
        page = text(outsider, address)
        assert course.decision_id not in page and course.case_id not in page, address


def test_pages_of_the_list_follow_each_other_without_gap_or_repetition(course: Course, monkeypatch):
    with course.app.app_context():
        for _ in range(4):
            make_case(ON, **LAPSED)
        reader, seen, after = actor("li"), [], None
        monkeypatch.setattr("cases.search.PAGE", 2)
        while True:
            found = cases_of(Wanted(), reader, after)
            seen += [row.case_no for row in found.rows]
            after = found.after
            if after is None:
                break
        assert len(seen) == 5 and seen == sorted(set(seen))


@pytest.mark.parametrize("typed", ["周", "秀英", "周秀英", " 周 秀英 "])
def test_a_name_is_found_by_its_characters(course: Course, typed: str):
    page = text(course["li"], "/cases", query_string={"text": typed})
    assert course.case_id in page


def test_another_name_finds_nothing_and_says_so(course: Course):
    assert "没有符合条件的案件" in text(course["li"], "/cases?text=欧阳")


@pytest.mark.sqlite_is_enough
def test_an_id_number_is_posted_and_never_stands_in_an_address(course: Course, outsider: FlaskClient):
    with course.app.app_context():
        number = db.session.query(Case).one().pensioner.id_number
    for client, finds in ((course["li"], True), (outsider, False)):
        answer = client.post("/cases", data={"id_number": number})
        assert answer.status_code == 303 and number not in answer.headers["Location"]
        page = text(client, answer.headers["Location"])
        assert (course.case_id in page) is finds and number not in page


@pytest.mark.sqlite_is_enough
def test_a_mistyped_id_number_is_told_at_the_field(course: Course):
    answer = course["li"].post("/cases", data={"id_number": "510107194804010011"[:-1]})
    assert answer.status_code == 400 and "id_number-error" in answer.get_data(as_text=True)


def test_filters_narrow_the_list(course: Course):
    assert course.case_id in text(course["li"], "/cases?state=suspended&reason=lapsed&office=51/5101/510107/")
    assert course.case_id not in text(course["li"], "/cases?state=verified")
    assert course.case_id not in text(course["li"], "/cases?due_before=2000-01-01")


@pytest.mark.parametrize("address", ["/work?after=nonsense", "/work?tab=nonsense"])
@pytest.mark.sqlite_is_enough
def test_a_broken_address_is_refused(course: Course, address: str):
    assert course["li"].get(address).status_code in (400, 404)


@pytest.mark.article("SC-38", "SC-31")
def test_figures_are_those_of_the_area_and_lead_to_their_lists(course: Course, outsider: FlaskClient):
    with course.app.app_context():
        assert figures.by_state(actor("li"))["suspended"] == 1
        assert not any(figures.by_state(actor("outsider")).values())
        assert figures.waiting_by_age(actor("li"), ON)["initial_review"][0] == 1
    page = text(course["li"], "/overview")
    assert course.case_id not in text(course["li"], f"/cases?due_before={ON}&paid=yes")  # past its day, not paid
    assert "/cases?state=suspended" in page and page.count("<svg") >= 3 and "附件7" in page


@pytest.mark.article("SC-38")
@pytest.mark.parametrize(("start", "elapsed"), [
    (date(2025, 5, 17), 9), (date(2025, 5, 16), 10), (date(2025, 3, 16), 12)])
@pytest.mark.sqlite_is_enough
def test_months_elapsed_are_counted_as_the_rules_count_them(start: date, elapsed: int):
    assert (start <= figures.latest_start(ON, 10)) is (elapsed >= 10)
    assert (start <= figures.latest_start(ON, 12)) is (elapsed >= 12)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.sqlite_is_enough
def test_rules_show_value_source_and_what_the_house_set(course: Course, language: str):
    course["li"].set_cookie("language", language)
    page = text(course["li"], "/rules?office=510107&on=2026-03-16")
    assert "川社险办〔2022〕25号" in page and term("term.house_value", language) in page
    assert term("diagram.case_lifecycle", language) in page


@pytest.mark.sqlite_is_enough
def test_a_day_before_the_first_rule_says_so(course: Course):
    assert "没有有效规则" in text(course["li"], "/rules?on=1990-01-01")
