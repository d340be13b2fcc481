"""City presses county, county presses street, about those near or past their day (SC 39, 40)."""
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from audit.models import AuditEvent
from cases import pressing
from cases.models import Pressing
from cases.pressing import Demand
from database import db, transaction
from staff.actor import SYSTEM
from staff.offices import create_office
from tests.case_builder import LAPSED, make_case
from tests.ledgers.conftest import ON
from tests.people import actor, make_account
from tests.replay.damaging import each_is_named
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

BY = date(2026, 3, 31)
PAST = {"最近认证日期": "2025-03-14"}  # due on 14 March 2026
NEAR = {"最近认证日期": "2025-06-15"}  # due on 15 June 2026, three months to go


def demand(office: str = "510107", name: str = "past", words: str = "请抓紧核实", by: date = BY) -> Demand:
    return Demand(office, name, words, by)


def refused(what: Demand, name: str = "city") -> str:
    with pytest.raises(TransitionRefused) as caught:
        pressing.press(what, actor=actor(name), on=ON)
    return caught.value.refusals[0].code


@pytest.mark.article("SC-39")
def test_what_is_pressed_for_is_counted_not_typed(county: Flask) -> None:
    with county.app_context():
        make_case(ON, **PAST)
        make_case(ON, **LAPSED)  # suspended, its day is past
        make_case(ON, **NEAR)
        make_case(ON, 最近认证日期="2025-06-16")  # three months and a day
        make_case(ON, office="510104", 居住地="", **PAST)
        row = pressing.press(demand(), actor=actor("city"), on=ON)
        assert (row.number, row.to_path, row.from_path) == (2, "51/5101/510107/", "51/5101/")
        assert pressing.press(demand(name="about_to_pass"), actor=actor("city"), on=ON).number == 1
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "OfficePressed")).first()
        data = json.loads(event.canonical)["data"]
        assert (data["pressing_office"], data["pressed_office"], data["rows"]) == ("5101", "510107", 2)
        assert event.office_path == "51/5101/510107/" and "请抓紧" not in event.canonical.decode()


@pytest.mark.article("SC-40")
def test_a_county_presses_its_street_about_those_who_live_there(county: Flask) -> None:
    with county.app_context():
        make_case(ON, **PAST)
        make_case(ON, 居住地="", **PAST)
        make_case(ON, office="510104", **PAST)  # lives in the street, kept by another county
        assert pressing.press(demand("510107001"), actor=actor("wang"), on=ON).number == 1


@pytest.mark.article("SC-39", "SC-40")
def test_only_the_office_right_below_is_pressed(county: Flask) -> None:
    with county.app_context():
        make_case(ON, **PAST)
        make_account("province", ["reviewer"], office="51")
        assert refused(demand("510107001")) == "NOT_RIGHT_BELOW"  # city, two levels down
        assert refused(demand("5101"), "province") == "NOT_RIGHT_BELOW"
        assert refused(demand("510104"), "wang") == "NOT_RIGHT_BELOW"
        assert refused(demand("5101"), "wang") == "NOT_RIGHT_BELOW"
        assert refused(demand("510107001201"), "street") == "OUT_OF_AREA"
        assert refused(demand("999999")) == "NOT_RIGHT_BELOW"
        with transaction():
            create_office("510104001", "督院街街道", "town", "510104", actor=SYSTEM, on=ON)
        assert refused(demand("510104001"), "wang") == "NOT_RIGHT_BELOW"  # a street, of another county


def test_a_pressing_without_words_day_list_or_cases_is_refused(county: Flask) -> None:
    with county.app_context():
        assert refused(demand()) == "NOTHING_TO_PRESS"
        written = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "StepRefused")).one()
        assert written.office_path == "51/5101/" and "NOTHING_TO_PRESS" in written.canonical.decode()
        make_case(ON, **PAST)
        assert refused(demand(words=" ")) == "WORDS_MISSING"
        assert refused(demand(by=date(2026, 3, 14))) == "ANSWER_DAY_PAST"
        assert refused(demand(name="everybody")) == "LIST_UNKNOWN"
        assert db.session.scalars(select(Pressing)).all() == []
        pressing.press(demand(by=ON), actor=actor("city"), on=ON)
        assert refused(demand()) == "PRESSED_ALREADY"


@pytest.mark.article("SC-39")
def test_the_office_pressed_sees_it_in_its_work_and_answers_once(
        county: Flask, signed_in: Callable[[str], FlaskClient]) -> None:
    with county.app_context():
        make_case(ON, **PAST)
    form = {"office": "510107", "list": "past", "words": "请在月底前核实完", "answer_by": "2026-03-31"}
    assert "武侯区" in signed_in("city").get("/ledgers/pressings/new?office=510107").text
    assert signed_in("city").post("/ledgers/pressings/new", data=form | {"answer_by": "2026-03-01"}).status_code == 400
    made = signed_in("city").post("/ledgers/pressings/new", data=form)
    address = made.headers["Location"]
    assert "上级督办" in signed_in("li").get("/work").text and "上级督办" not in signed_in("far").get("/work").text
    assert "成都市" in signed_in("li").get("/ledgers/pressings").text
    assert "请在月底前核实完" in signed_in("li").get(address).text
    assert "/ledgers/to_be_verified?office=510107" in signed_in("li").get(address).text
    assert signed_in("far").get(address).status_code == 404
    county.config["TODAY"] = date(2026, 4, 1)
    assert "逾期未回复" in signed_in("city").get(address).text
    assert signed_in("city").post(address, data={"words": "x"}).status_code == 409
    assert signed_in("li").post(address, data={"words": ""}).status_code == 400
    assert signed_in("inspector").post(address, data={"words": "x"}).status_code == 409
    assert signed_in("li").post(address, data={"words": "已核实一人"}).status_code == 302
    assert signed_in("wang").post(address, data={"words": "再回复"}).status_code == 409
    page = signed_in("city").get(address).text
    assert "已核实一人" in page and "再回复" not in page
    assert "武侯区" in signed_in("city").get("/ledgers/pressings?tab=answered").text
    with county.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "PressingAnswered")).one()
        assert json.loads(event.canonical)["data"]["rows"] == 1
        each_is_named("pressings")


def test_who_may_not_press_is_not_offered_the_form(county: Flask, signed_in: Callable[[str], FlaskClient]) -> None:
    with county.app_context():
        make_account("village", ["caseworker"], office="510107001201")
    assert signed_in("street").get("/ledgers/pressings/new").status_code == 403
    assert signed_in("village").get("/ledgers/pressings/new").status_code == 403
    assert "发出督办" not in signed_in("street").get("/ledgers/pressings").text
    assert "发出督办" in signed_in("li").get("/ledgers/pressings").text


@pytest.mark.parametrize("statement", [
    "DELETE FROM pressing", "UPDATE pressing SET number = 9", "UPDATE pressing SET words = 'x'",
    "UPDATE pressing SET status = 'answered'",
])
def test_the_database_keeps_what_was_pressed_for(county: Flask, statement: str) -> None:
    with county.app_context():
        make_case(ON, **PAST)
        row = pressing.press(demand(), actor=actor("city"), on=ON)
        with pytest.raises(Exception, match="never|constraint|CHECK|permission denied"):
            db.session.execute(text(statement))
        db.session.rollback()
        pressing.answer(row.id, "已办", actor=actor("li"), on=ON)
        with pytest.raises(Exception, match="never|answered|permission denied"):
            db.session.execute(text("UPDATE pressing SET answer = 'x'"))
        db.session.rollback()
