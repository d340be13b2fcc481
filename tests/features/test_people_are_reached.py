"""A missing or dead number is work to do; a new one is written down directly, with its event (SC-37b, JS-5.1.2e)."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases.contacts import change_contact, unreachable
from cases.models import Case
from database import db
from invariants import breaches
from tests.case_builder import DEAD, make_case
from tests.people import PASSWORD, make_account, sign_in
from workflows.transition import TransitionRefused

ON = date(2026, 3, 16)
pytestmark = pytest.mark.article("SC-37b")


@pytest.fixture
def li(context: Flask):
    return make_account("li", ["caseworker"])


def refusal(case: Case, who, **said: str) -> str:
    with pytest.raises(TransitionRefused) as refused:
        change_contact(case.id, **({"phone": None, "address": None} | said), actor=who, on=ON)
    return refused.value.codes[0]


def test_whoever_has_no_number_or_a_dead_one_is_work_until_a_number_is_written_down(li) -> None:
    without, with_one = make_case(ON, 联系电话=""), make_case(ON)
    assert [case.id for case in unreachable(li)] == [without.id]
    change_contact(with_one.id, phone=None, address=None, phone_failed=True, actor=li, on=ON)
    assert [case.id for case in unreachable(li)] == [without.id, with_one.id]
    for case in (without, with_one):
        change_contact(case.id, phone="13911112222", address=None, actor=li, on=ON)
    assert unreachable(li) == []
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "ContactChanged")).all()
    assert len(events) == 3 and not any(b"1391111" in event.canonical for event in events)
    assert breaches() == []


def test_people_of_another_area_are_nobodys_work_here(li) -> None:
    make_case(ON, 联系电话="")
    assert unreachable(make_account("there", ["caseworker"], "510104")) == []


@pytest.mark.article("JS-5.1.2e")
def test_contact_data_are_refused_by_name_to_whom_they_are_not_open(li) -> None:
    case = make_case(ON)
    assert refusal(case, make_account("there", ["caseworker"], "510104"), phone="13911112222") == "OUT_OF_AREA"
    assert refusal(case, make_account("wang", ["reviewer"]), phone="13911112222") == "NO_GRANT"
    assert refusal(case, li) == "NOTHING_CHANGES"
    me = make_account("self", ["caseworker"], id_number=case.pensioner.id_number)
    assert refusal(case, me, phone="13911112222") == "OWN_CASE"
    dead = make_case(ON, **DEAD)
    assert dead.pensioner.death_mark is None or refusal(dead, li, phone="13911112222") == "DEATH_MARKED"


def test_the_page_takes_a_number_and_says_what_is_wrong_with_one(app: Flask) -> None:
    with app.app_context():
        make_account("li", ["caseworker"])
        key = make_case(ON, 联系电话="").public_id
    client = sign_in(app.test_client(), "li", PASSWORD)
    assert "没有电话" in client.get(f"/cases/{key}").get_data(as_text=True)
    assert "1 人没有电话" in client.get("/work").get_data(as_text=True)
    assert "周秀英" in client.get("/contacts").get_data(as_text=True)
    wrong = client.post(f"/cases/{key}/contact", data={"phone": "不知道"})
    assert wrong.status_code == 400 and "电话只写数字" in wrong.get_data(as_text=True)
    assert client.post(f"/cases/{key}/contact", data={"phone": "13911112222"}).status_code == 302
    assert "没有电话" not in client.get(f"/cases/{key}").get_data(as_text=True)
    assert "人没有电话" not in client.get("/work").get_data(as_text=True)
