"""Suspended or stopped by mistake: once paid again, the system that was wrong is told (SC 27, QD 27)."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import AuditEvent
from cases import corrections, review
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.models import Case, Correction, CorrectionSending
from database import db
from invariants import breaches
from tests import law
from tests.case_builder import DEAD, LAPSED, make_case, paper
from tests.conftest import Clock
from tests.people import actor, make_account, sign_in
from tests.places import QINGDAO, furnish
from tests.replay.damaging import each_is_named
from workflows.transition import TransitionRefused

ON = date(2026, 3, 16)
PLACE = "370203"
WRONG = LAPSED | {"停发或暂停原因": "确认丧失"}


def staff(office: str, city: str) -> None:
    for name, role in (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")):
        make_account(name, [role], office=office)
    make_account("city", ["reviewer"], office=city)


def resumed(kind: str, reason: str, office: str, cells: dict[str, str], **fields: object) -> int:
    """A case of the office, paid again by three signatures; its id."""
    case = make_case(ON, office, **cells).id
    proofs = tuple(add_evidence(case, paper(one, ON), actor=actor("li"), on=ON).id
                   for one in ("home_visit_record", "verification_record", "source_correction"))
    key = open_decision(case, Proposal(kind, reason, fields, evidence=proofs), actor=actor("li"), on=ON).id
    submit(key, actor=actor("li"), on=ON)
    for action, who in (("initial_review", "li"), ("recheck", "wang"), ("approve", "zhao")):
        review.sign(key, action, opinion="同意", actor=actor(who), on=ON)
    assert db.session.get_one(Case, case).state == "resumed"
    return case


def owed() -> set[tuple[int, str, str]]:
    return set(db.session.execute(select(Correction.case_id, Correction.system, Correction.status)).all())


@pytest.fixture
def qingdao(app: Flask, clock: Clock) -> Callable[[str], FlaskClient]:
    clock.move_to(ON)
    with app.app_context():
        furnish(QINGDAO)
        staff(PLACE, "3702")
        resumed("resume", "confirmed_loss", PLACE, WRONG | {"姓名": "周秀英", "居住地": "", "联系地址": "青岛"})
        resumed("resume", "lapsed", PLACE, LAPSED | {"姓名": "吴玉兰", "居住地": "", "联系地址": "青岛"})
    return lambda name: sign_in(app.test_client(), name)


@pytest.mark.article("QD-27", "QD-26")
def test_the_city_gathers_the_corrections_sends_them_and_notes_the_receipt(
        app: Flask, qingdao: Callable[[str], FlaskClient]) -> None:
    city, page = qingdao("city"), "/corrections"
    assert "周秀英" in city.get(page).text
    assert "吴玉兰" not in city.get(page).text, "nobody's system said that a lapse was a loss"
    answer = city.post(f"{page}/remote_certification/send", data={"format": "csv"})
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    answer.close()
    assert lines[0] == ("案号,姓名,公民身份号码,险种,待遇类别,原停发或暂停原因,恢复日期,经办件编号,"
                        "应撤销的死亡日期,有误数据的日期")
    with app.app_context():
        sending = db.session.scalars(select(CorrectionSending)).one()
        row = db.session.scalars(select(Correction)).one()
        assert (len(lines), sending.rows, row.status, row.sending_id) == (2, 1, "sent", sending.id)
        assert row.case.pensioner.id_number in lines[1]
        public_id = sending.public_id
    assert city.post(f"{page}/sendings/{public_id}/receive", data={"receipt_no": ""}).status_code == 400
    assert "已登记回执" in city.post(f"{page}/sendings/{public_id}/receive", data={"receipt_no": "部回 2026-17"},
                               follow_redirects=True).text
    with app.app_context():
        assert {status for _, _, status in owed()} == {"received"}
        types = set(db.session.scalars(select(AuditEvent.type)))
        assert {"CorrectionArose", "CorrectionsSent", "CorrectionsReceived"} <= types
        assert breaches() == []


@pytest.mark.article("QD-27")
def test_what_nobody_answers_is_sent_again_and_only_the_later_sending_is_answered(
        app: Flask, qingdao: Callable[[str], FlaskClient]) -> None:
    city, address = qingdao("city"), "/corrections/remote_certification/send"
    city.post(address, data={"format": "xlsx"}).close()
    with app.app_context():
        first = db.session.scalars(select(CorrectionSending.public_id)).one()
    assert city.post(address, data={"format": "xlsx"}).status_code == 409, "nothing else is open"
    city.post(address, data={"format": "csv", "again": first}).close()
    assert "无回执，已再次报送" in city.get("/corrections").text
    assert city.post(f"/corrections/sendings/{first}/receive", data={"receipt_no": "1"}).status_code == 409
    with app.app_context():
        one, two = db.session.scalars(select(CorrectionSending).order_by(CorrectionSending.id))
        assert (two.again_of_id, two.rows) == (one.id, 1)
        assert db.session.scalars(select(Correction.sending_id)).one() == two.id
        later = two.public_id
    city.post(f"/corrections/sendings/{later}/receive", data={"receipt_no": "部回 2026-17"})
    with app.app_context():
        each_is_named("corrections")


@pytest.mark.article("QD-27", "JS-8.1")
def test_the_district_sees_what_is_to_be_sent_and_only_the_city_sends_it_or_sets_it_aside(
        app: Flask, qingdao: Callable[[str], FlaskClient]) -> None:
    wang, city = qingdao("wang"), qingdao("city")
    assert "周秀英" in wang.get("/corrections").text
    assert wang.post("/corrections/remote_certification/send", data={"format": "csv"}).status_code == 409
    with app.app_context():
        row = db.session.scalars(select(Correction.public_id)).one()
    assert wang.post(f"/corrections/{row}/set-aside", data={"reason": "x"}).status_code == 409
    assert city.post(f"/corrections/{row}/set-aside", data={"reason": ""}).status_code == 400
    assert city.post(f"/corrections/{row}/set-aside", data={"reason": "民政数据有误，与该系统无关"}).status_code == 302
    with app.app_context():
        assert {status for _, _, status in owed()} == {"set_aside"}
        make_account("elsewhere", ["reviewer"], office="3701")
    other = qingdao("elsewhere")
    assert "周秀英" not in other.get("/corrections").text
    assert other.post(f"/corrections/{row}/set-aside", data={"reason": "x"}).status_code == 404


@pytest.fixture
def sichuan(context: Flask) -> None:
    staff("510107", "5101")


@pytest.mark.article("SC-27b", "SC-27")
def test_in_sichuan_the_comparison_system_is_told_and_of_a_death_the_table_of_deaths(sichuan: None) -> None:
    lapsed = resumed("resume", "lapsed", "510107", LAPSED)
    alive = resumed("annul_death_mark", "death", "510107", DEAD, resume=True, arrears_reason="death")
    assert owed() == {(lapsed, "ministry_comparison", "open"), (alive, "ministry_comparison", "open"),
                      (alive, "death_table", "open")}
    sent = corrections.send("death_table", "csv", ["案件编号"], lambda row, _died: [row.case.case_no],
                            actor=actor("wang"), on=ON)
    assert len(sent.read().decode().splitlines()) == 2
    with pytest.raises(TransitionRefused, match="NOTHING_TO_SEND"):
        corrections.send("remote_certification", "csv", [], lambda *_: [], actor=actor("city"), on=ON)


@pytest.mark.article("SC-27b")
def test_another_place_that_names_no_system_tells_none(sichuan: None, tmp_path: Path) -> None:
    folder = law.draft(tmp_path)
    law.amend(folder, "sichuan", "corrections_sent.ministry_comparison",
              {"value": {"reasons": [], "office_level": "county"}, "since": "2022-12-12"})
    with law.in_force(folder):
        resumed("resume", "lapsed", "510107", LAPSED)
        assert owed() == set()
