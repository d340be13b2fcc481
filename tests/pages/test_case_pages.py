"""What the pages of a case show, to whom, and what they keep to themselves."""
from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import AuditEvent
from cases.case_view import Offer
from cases.evidence import add_evidence
from cases.models import Case, Certification, Decision, Evidence, EvidenceContent
from cases.routes.words import barred_alike
from database import db
from tests.case_builder import LAPSED, make_case, paper, photo
from tests.people import actor, make_account, sign_in
from workflows.transition import Refusal

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 3, 16)


@pytest.fixture
def world(app: Flask) -> Iterator[dict[str, str]]:
    """Ids of a suspended case, its ID number and a paper; people li (here), chen (another county), he (village)."""
    app.config["TODAY"] = ON
    with app.app_context():
        make_account("li", ["caseworker"])
        make_account("chen", ["caseworker"], office="510104")
        make_account("he", ["grassroots_officer"], office="510107001201")
        case = make_case(ON, **LAPSED)
        case_id, number, key = case.public_id, case.pensioner.id_number, case.id
        item = add_evidence(key, paper("home_visit_record", ON), actor=actor("li"), on=ON).public_id
    yield {"case": case_id, "id_number": number, "evidence": item}
    app.config.pop("TODAY")


def client(app: Flask, name: str) -> FlaskClient:
    return sign_in(app.test_client(), name)


def events(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.type)))


def test_the_page_tells_state_due_date_and_how_it_was_counted_and_masks_the_number(app: Flask, world: dict) -> None:
    page = client(app, "li").get(f"/cases/{world['case']}").text
    assert "暂停发放" in page and "2026-01-01" in page and "自最近认证日期 2025-01-01 起 12 个月" in page
    assert world["id_number"] not in page and "6228480012345678901" not in page
    assert "CaseViewed" in events(app)


@pytest.mark.parametrize("address", ["/cases/{case}", "/evidence/{evidence}", "/cases/{case}/objections/new",
                                     "/cases/{case}/decisions/new/resume", "/cases/{case}/evidence"])
def test_what_lies_outside_the_area_answers_like_what_does_not_exist(app: Flask, world: dict, address: str) -> None:
    chen = client(app, "chen")
    outside = chen.get(address.format(**world))
    nowhere = chen.get(address.format(case="x" * 16, evidence="x" * 16))
    assert (outside.status_code, nowhere.status_code) == (404, 404)


def test_a_number_is_shown_whole_once_for_a_purpose_and_on_the_log(app: Flask, world: dict) -> None:
    li = client(app, "li")
    assert li.post(f"/cases/{world['case']}/unmask", data={"field": "id_number"}).status_code == 400
    answer = li.post(f"/cases/{world['case']}/unmask", data={"field": "id_number", "purpose": "identity_check"})
    assert world["id_number"] in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Unmasked" in events(app)
    assert li.post(f"/cases/{world['case']}/unmask", data={"field": "name", "purpose": "contact"}).status_code == 403


def test_evidence_is_handed_out_as_a_file_of_its_own_type_only(app: Flask, world: dict) -> None:
    answer = client(app, "li").get(f"/evidence/{world['evidence']}")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_photo_loses_what_is_hidden_in_it_and_a_program_is_no_photo(app: Flask, world: dict) -> None:
    li, address = client(app, "li"), f"/cases/{world['case']}/evidence"
    given = {"kind": "photo_or_video", "title": "", "happened_on": ON.isoformat()}
    hidden = photo() + b"place: 30.65N 104.06E"
    assert li.post(address, data=given | {"file": (io.BytesIO(hidden), "a.jpg")}).status_code == 302
    refused = li.post(address, data=given | {"file": (io.BytesIO(b"MZ" + b"\0" * 200), "a.jpg")})
    assert refused.status_code == 400 and "只接受照片" in refused.text
    with app.app_context():
        kept = db.session.scalars(select(EvidenceContent.content).join(
            Evidence, Evidence.id == EvidenceContent.evidence_id).order_by(Evidence.id.desc())).first()
        assert b"104.06E" not in kept


@pytest.mark.parametrize("title", ["", "现场照片或视频", "Photo or video"])
def test_a_paper_without_a_title_of_its_own_is_called_by_its_kind_in_the_readers_language(
        app: Flask, world: dict, title: str) -> None:
    li, address = client(app, "li"), f"/cases/{world['case']}"
    sent = {"kind": "photo_or_video", "title": title, "happened_on": ON.isoformat(),
            "file": (io.BytesIO(photo("olive")), "a.jpg")}
    assert li.post(f"{address}/evidence", data=sent).status_code == 302
    chinese = li.get(address).text
    assert li.post("/language/en").status_code == 302
    english = li.get(address).text
    assert "现场照片或视频</a></th>" in chinese and "Photo or video" not in chinese
    assert "Photo or video</a></th>" in english and "现场照片" not in english


def test_a_form_with_errors_keeps_what_was_typed(app: Flask, world: dict) -> None:
    answer = client(app, "li").post(f"/cases/{world['case']}/decisions/new/change_identity", data={
        "new_name": "周秀瑛", "new_id_number": "510107194801010000", "reasons": "", "file_kind": "identity_document"})
    assert answer.status_code == 400
    assert "周秀瑛" in answer.text and "公民身份号码不正确" in answer.text and "error-summary" in answer.text


@pytest.mark.article("SC-5", "SC-11", "SC-annex-6", "RS-2.3", "GB-3.3b")
def test_any_window_certifies_who_stands_before_it_and_two_others_must_still_sign(app: Flask, world: dict) -> None:
    with app.app_context():
        number = make_case(ON).pensioner.id_number
    chen = client(app, "chen")
    found = chen.post("/certify", data={"id_number": number})
    assert found.status_code == 302 and number not in found.location
    page = chen.get(found.location).text
    assert "周秀英" in page and number not in page and "13800138000" not in page
    answer = chen.post(found.location, data={
        "visit": "window_visit_record", "happened_on": ON.isoformat(), "document_seen": "y",
        "photo": (io.BytesIO(photo()), "here.jpg")})
    assert answer.status_code == 302, answer.text
    with app.app_context():
        assert db.session.scalar(select(Case.last_certified_on).order_by(Case.id.desc())) != ON


def test_a_window_address_serves_only_the_account_it_was_made_for(app: Flask, world: dict) -> None:
    token = client(app, "chen").post("/certify", data={"id_number": world["id_number"]}).location
    assert client(app, "li").get(token).status_code == 404
    assert client(app, "chen").post("/certify", data={"id_number": "510107194801010000"}).status_code == 400


@pytest.mark.article("GB-3.3c", "SC-11c")
def test_the_window_hands_in_what_a_reviewer_then_makes_count(app: Flask, world: dict) -> None:
    with app.app_context():
        make_account("wang", ["reviewer"])
        number = make_case(ON).pensioner.id_number
    chen = client(app, "chen")
    window = chen.post("/certify", data={"id_number": number}).location
    receipt = chen.post(window, data={"visit": "window_visit_record", "happened_on": ON.isoformat(),
                                      "document_seen": "y", "photo": (io.BytesIO(photo()), "here.jpg")})
    assert receipt.status_code == 302, receipt.text
    assert "认证受理单" in chen.get(receipt.location).text
    with app.app_context():
        decision = db.session.scalar(select(Decision.public_id).where(Decision.kind == "certify"))
    for name, action in (("li", "initial_review"), ("wang", "recheck")):
        answer = client(app, name).post(f"/decisions/{decision}/{action}", data={"opinion": ""})
        assert answer.status_code == 302, answer.text
    with app.app_context():
        assert db.session.scalar(select(Certification.status)) == "valid"
        assert db.session.scalar(select(Case.last_certified_on).order_by(Case.id.desc())) == ON


def test_kinds_barred_for_the_same_reasons_stand_together_and_the_reasons_once() -> None:
    busy, dead = Refusal("OPEN_DECISION_EXISTS"), Refusal("DEATH_MARKED", {"article": "SC-36"})
    offers = [Offer("stop", (busy,)), Offer("suspend", ()), Offer("change_identity", (dead, busy)),
              Offer("resume", (busy,))]
    assert [(refusals, [one.kind for one in barred]) for refusals, barred in barred_alike(offers)] == [
        ((busy,), ["stop", "resume"]), ((dead, busy), ["change_identity"])]
