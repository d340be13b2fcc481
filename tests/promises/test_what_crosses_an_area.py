"""A1: the listed exceptions (staff/crossings.py), each alone: what of another area shows, and how little of it."""
from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases.models import Case, Decision, VerificationTask
from cases.sweep import sweep
from database import db
from tests.case_builder import GIVEN, LAPSED, make_case, pensioner_id_number, photo
from tests.people import make_account, sign_in
from tests.promises.county import ON

THERE = "510104"
PERSONAL = ("6228480012345678901", "13800138000", "3210.50")


@pytest.fixture
def office(business_day: Flask) -> Flask:
    with business_day.app_context():
        make_account("li", ["caseworker"])
        make_account("wang", ["reviewer"])
        make_account("he", ["grassroots_officer"], office="510107001201")
    return business_day


def made_there(app: Flask, **cells: str) -> tuple[str, str]:
    """A case of the other county: its public id and the ID number."""
    number = pensioner_id_number()
    with app.app_context():
        return make_case(ON, office=THERE, 身份证号=number, **cells).public_id, number


@pytest.mark.article("SC-5", "SC-11", "RS-2.3")
@pytest.mark.crosses("window_look_up")
def test_any_window_certifies_who_stands_before_it_and_sees_nothing_but_who_it_is(office: Flask) -> None:
    case_id, number = made_there(office, 居住地="", 最近认证日期="2025-09-01")
    li = sign_in(office.test_client(), "li")
    window = li.post("/certify", data={"id_number": number}, follow_redirects=True)
    assert window.status_code == 200
    assert [value for value in (number, case_id, *PERSONAL) if value in window.text] == []
    answer = li.post(window.request.path, data={
        "visit": "window_visit_record", "happened_on": ON.isoformat(), "document_seen": "y", "note": "",
        "photo": (io.BytesIO(photo()), "face.jpg")})
    assert answer.status_code == 302, answer.text
    assert li.get(answer.location).status_code == 200
    with office.app_context():
        kinds = [row.kind for row in db.session.scalars(select(Decision))]
        assert kinds == ["certify"]
    assert li.get(f"/cases/{case_id}").status_code == 404


@pytest.mark.crosses("window_look_up")
def test_only_the_whole_id_number_finds_anybody_at_a_window(office: Flask) -> None:
    _case_id, number = made_there(office, 居住地="")
    li = sign_in(office.test_client(), "li")
    assert li.post("/certify", data={"id_number": number[:-4]}).status_code in (400, 404)
    assert li.post("/certify", data={"id_number": pensioner_id_number()}).status_code == 404


@pytest.mark.article("SC-15")
@pytest.mark.crosses("verification_at_residence")
def test_the_office_of_residence_verifies_a_person_paid_elsewhere_and_sees_no_more_than_it_needs(office: Flask) -> None:
    """Paid by the city, living in a village below: the village sees its task, and no page of the case."""
    with office.app_context():
        case = make_case(ON, office="5101", 居住地="蜀汉街社区", 最近认证日期="2025-04-01")
        case_id = case.public_id
        sweep(ON, today=ON)
        task = db.session.scalar(select(VerificationTask.public_id))
    he = sign_in(office.test_client(), "he")
    page = he.get(f"/verifications/{task}")
    assert page.status_code == 200
    told = page.text.replace(f"/home-service/{case_id}", "")  # where the same office serves people at home
    assert [value for value in (case_id, "6228480012345678901", "3210.50") if value in told] == []
    assert he.get(f"/cases/{case_id}").status_code == 404
    assert sign_in(office.test_client(), "wang").get(f"/verifications/{task}").status_code == 404


@pytest.mark.crosses("registered_elsewhere")
def test_a_person_registered_elsewhere_is_refused_by_row_without_a_word_of_where(office: Flask) -> None:
    case_id, number = made_there(office, 居住地="", 姓名="吴桂兰")
    row = GIVEN | {"身份证号": number, "姓名": "吴桂兰", "开户名": "吴桂兰"}
    li, wang = (sign_in(office.test_client(), name) for name in ("li", "wang"))
    brought = li.post("/imports", data={"kind": "pensioners", "office": "510107", "file": (
        io.BytesIO("\n".join((",".join(row), ",".join(row.values()))).encode()), "list.csv")})
    assert brought.status_code == 302, brought.text
    assert wang.post(f"{brought.location}/release").status_code == 302
    page = li.get(brought.location).text
    assert "已在其他地区登记" in page
    assert [value for value in (THERE, "锦江", case_id) if value in page.partition("<main")[2]] == []
    with office.app_context():
        assert len(db.session.scalars(select(Case.id)).all()) == 1


def test_an_area_without_a_case_answers_a_search_by_id_number_as_if_nobody_had_one(office: Flask) -> None:
    _case_id, number = made_there(office, **LAPSED, 居住地="")
    li = sign_in(office.test_client(), "li")
    asked = [li.post("/cases", data={"id_number": one}).location for one in (number, pensioner_id_number())]
    assert asked[0] == asked[1]
    with office.app_context():
        assert number.encode() not in b"".join(map(bytes, db.session.scalars(select(AuditEvent.canonical))))
