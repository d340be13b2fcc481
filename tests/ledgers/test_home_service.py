"""People served at home: those of eighty and over, the ill and the disabled; visits agreed and made."""
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import AuditEvent
from cases.ledgers import reading
from cases.ledgers.follow_ups import Said
from cases.ledgers.home_service import serve
from cases.ledgers.place import place_of
from cases.ledgers.reading import Asked
from cases.ledgers.table import LEDGERS
from cases.models import Case, FollowUp, VerificationTask
from database import db
from invariants import breaches
from tests.case_builder import DEAD, make_case
from tests.ledgers.conftest import ON
from tests.people import account, actor, valid_id_number
from workflows.deadlines import latest_birth
from workflows.transition import TransitionRefused

NEXT = date(2026, 3, 20)


def born(day: date, **cells: str) -> Case:
    return make_case(ON, 身份证号=valid_id_number(born=day), **cells)


def counted(name: str = "li", on: date = ON) -> dict[str, int]:
    asked = Asked(LEDGERS["home_service"], place_of(None, actor(name)), on)
    found = reading.matrix(asked, actor(name))
    return {part.key: number for part, number in zip(found.parts, found.all, strict=True) if number}


def did(case: Case, kind: str, again_on: date | None = None, name: str = "street", on: date = ON,
        note: str = "右腿骨折，卧床") -> FollowUp:
    return serve(case.id, Said(kind, note, again_on), actor=actor(name), on=on)


def refused(case: Case, kind: str, name: str = "street", **said: object) -> str:
    with pytest.raises(TransitionRefused) as caught:
        did(case, kind, name=name, **said)  # type: ignore[arg-type]
    return caught.value.refusals[0].code


@pytest.mark.parametrize(("on", "age", "last"), [
    (date(2026, 3, 15), 80, date(1946, 3, 15)), (date(2026, 2, 28), 80, date(1946, 2, 28)),
    (date(2025, 2, 28), 81, date(1944, 2, 29)),  # a birthday on 29 February comes on the 28th
    (date(2024, 2, 29), 80, date(1944, 2, 29))])
def test_the_last_birthday_that_makes_one_of_the_age(on: date, age: int, last: date) -> None:
    assert latest_birth(on, age) == last


@pytest.mark.article("SC-20", "QD-23")
def test_whoever_turns_eighty_is_on_the_ledger_from_that_day(county: Flask) -> None:
    with county.app_context():
        born(date(1946, 3, 15))
        born(date(1946, 3, 16))
        born(date(1940, 1, 1), **DEAD | {"发放状态": "终止"})
        assert counted() == {"unserved": 1}
        assert counted(on=date(2026, 3, 16)) == {"unserved": 2}
        assert counted("far") == {} and counted("city") == {"unserved": 1}


@pytest.mark.article("SC-20", "QD-23")
def test_the_ill_and_the_disabled_are_on_it_while_they_need_it(county: Flask) -> None:
    with county.app_context():
        case = born(date(1960, 5, 1))
        assert refused(case, "served_at_home") == "NOT_ON_LEDGER"
        row = did(case, "home_service_needed")
        assert (row.on, row.account_id) == (ON, account("street").id)
        assert counted() == {"unserved": 1} == counted("street")
        did(case, "home_service_over", name="li")
        assert counted() == {}
        told = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "CaseFollowedUp")).all()
        assert len(told) == 2 and all("骨折" not in one.canonical.decode() for one in told)


@pytest.mark.article("SC-11b", "SC-20")
def test_a_visit_agreed_becomes_a_task_and_what_was_done_is_on_record(county: Flask) -> None:
    with county.app_context():
        case = born(date(1940, 1, 1))
        assert refused(case, "appointment") == "AGAIN_MISSING"
        did(case, "appointment", NEXT)
        task = db.session.scalars(select(VerificationTask)).one()
        assert (task.cause, task.status, task.case_id) == ("home_visit", "open", case.id)
        assert counted() == {"appointed": 1} == counted(on=NEXT)
        assert counted(on=date(2026, 3, 21)) == {"missed": 1}
        did(case, "served_at_home", on=NEXT)
        did(case, "served_out_of_hours", on=NEXT)
        assert counted(on=date(2026, 3, 21)) == {"served": 1}
        last = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "CaseFollowedUp")
                                  .order_by(AuditEvent.id)).all()
        assert [json.loads(one.canonical)["data"]["kind"] for one in last] == [
            "appointment", "served_at_home", "served_out_of_hours"]
        assert breaches() == []


def test_who_may_record_it(county: Flask) -> None:
    with county.app_context():
        case = born(date(1940, 1, 1))
        away = born(date(1940, 1, 1), 居住地="")
        assert refused(case, "served_at_home", "far") == "OUT_OF_AREA"
        assert refused(case, "served_at_home", "wang") == "OUT_OF_AREA"
        assert refused(away, "served_at_home", "street") == "OUT_OF_AREA"
        assert refused(case, "served_at_home", note=" ") == "NOTE_MISSING"
        assert refused(case, "visit") == "FOLLOW_UP_UNKNOWN"
        case.pensioner.natural_person_id = account("street").natural_person_id
        db.session.commit()
        assert refused(case, "served_at_home") == "OWN_CASE"
        assert db.session.scalars(select(FollowUp)).all() == []


@pytest.mark.article("SC-20")
def test_the_street_sees_its_own_list_opens_a_person_and_takes_the_list_away(
        county: Flask, signed_in: Callable[[str], FlaskClient]) -> None:
    with county.app_context():
        case = born(date(1940, 1, 1), 姓名="周桂英")
        born(date(1940, 1, 1), 姓名="吴远山", 居住地="")
        page = f"/home-service/{case.public_id}"
    street = signed_in("street")
    listed = street.get("/ledgers/home_service/people").text
    assert "周桂英" in listed and "吴远山" not in listed and page in listed
    assert "吴远山" in signed_in("li").get("/ledgers/home_service/people").text
    assert "80 岁" in street.get("/ledgers/home_service").text
    answer = street.post("/ledgers/home_service/download", data={"format": "csv"})
    assert "周桂英" in answer.get_data(as_text=True) and "吴远山" not in answer.get_data(as_text=True)
    shown = street.get(page)
    assert shown.status_code == 200 and "预约上门" in shown.text and "13800138000" not in shown.text
    sent = street.post(page, data={"kind": "appointment", "note": "与女儿约定", "again_on": "2026-03-20"})
    assert sent.status_code == 302 and "与女儿约定" in street.get(page).text
    assert street.post(page, data={"kind": "appointment", "note": "再约"}).status_code == 409
    assert signed_in("far").get(page).status_code == 404
