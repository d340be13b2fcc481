"""Everybody who draws a benefit is certified by one process, wherever and however it suits them."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import AuditEvent
from cases import figures, verification
from cases.certifications import certify_from_source
from cases.letters import letter_text
from cases.models import Case, Decision, Notice, VerificationTask
from cases.sweep import sweep
from database import db, transaction
from tests.case_builder import case_of, make_case, paper, pensioner_id_number
from tests.people import actor, make_account
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 3, 16)
RECIPIENTS = [
    {"险种": "企业职工", "待遇类别": "养老金"}, {"险种": "机关事业", "待遇类别": "养老金"},
    {"险种": "城乡居民", "待遇类别": "养老金"}, {"险种": "工伤", "待遇类别": "伤残津贴"},
    {"险种": "企业职工", "待遇类别": "供养亲属", "供养关系": "配偶", "劳动能力": "丧失"},
]


def reloaded(case_id: int) -> Case:
    return db.session.get_one(Case, case_id, populate_existing=True)


@pytest.mark.article("GB-3.3")
@pytest.mark.parametrize("kind", RECIPIENTS, ids=[f"{one['险种']} {one['待遇类别']}" for one in RECIPIENTS])
def test_every_kind_of_recipient_is_certified_and_falls_due_by_one_process(context: Flask, kind: dict) -> None:
    case = make_case(ON, **kind)  # last certified 2025-09-01
    assert case.due_on == date(2026, 9, 1)
    certify_from_source(case.id, "face_recognition", date(2026, 3, 10), "one", on=ON)
    assert (reloaded(case.id).state, reloaded(case.id).due_on) == ("verified", date(2027, 3, 10))


@pytest.mark.article("QD-14b", "SC-33")
@pytest.mark.parametrize("method", [
    pytest.param("face_recognition", marks=pytest.mark.article("SC-10")),
    pytest.param("consular_certification", marks=pytest.mark.article("SC-annex-3", "RS-2.3b")),
    "hospital_stay",
])
def test_a_source_that_verified_the_person_updates_the_status_at_once(context: Flask, method: str) -> None:
    case = make_case(ON)
    certify_from_source(case.id, method, date(2026, 3, 10), "of the source", on=ON)
    assert (reloaded(case.id).last_certified_on, reloaded(case.id).due_on) == (date(2026, 3, 10), date(2027, 3, 10))
    assert db.session.scalar(select(Decision.id)) is None


@pytest.mark.article("SC-33", "SC-11c")
@pytest.mark.parametrize("method", ["window_visit", "home_visit", "partner_bank_visit"])
def test_what_people_saw_never_takes_effect_without_review(context: Flask, method: str) -> None:
    case = make_case(ON)
    with pytest.raises(TransitionRefused):
        certify_from_source(case.id, method, date(2026, 3, 10), "alone", on=ON)
    assert reloaded(case.id).last_certified_on == date(2025, 9, 1)


@pytest.mark.article("GB-3.2", "SC-14")
def test_whoever_is_to_be_verified_is_told_the_same_day_and_how_to_certify(context: Flask) -> None:
    case = make_case(ON)  # due 2026-09-01: three months before is 2026-06-01
    assert not sweep(date(2026, 5, 31), today=date(2026, 5, 31)).get("refer")
    assert sweep(date(2026, 6, 1), today=date(2026, 6, 1)).get("refer") == 1
    notices = db.session.scalars(select(Notice).where(Notice.case_id == case.id, Notice.kind == "referred")).all()
    assert {notice.on for notice in notices} == {date(2026, 6, 1)}
    letter = next(letter_text(notice) for notice in notices if notice.channel == "letter")
    assert "窗口" in letter and "核实" in letter


@pytest.mark.article("RS-2.1b", "RS-3.1", "JS-6.4c")
def test_nobody_is_summoned_to_a_place_at_a_time(app: Flask, client: FlaskClient) -> None:
    assert "不设统一的集中认证时间" in client.get("/guide").text
    with app.app_context():
        make_case(ON)  # certified 2025-09-01: reminded in the tenth month, from 2026-06-01
        sweep(date(2026, 6, 1), today=date(2026, 6, 1))
        reminder = db.session.scalars(select(Notice).where(Notice.kind == "certification_due")).one()
        words = letter_text(reminder)
    assert all(way in words for way in ("用手机自助认证", "就近到任一", "预约上门认证"))


@pytest.fixture
def task(context: Flask) -> VerificationTask:
    make_account("he.village", ["grassroots_officer"], office="510107001201")
    case = make_case(ON)
    with transaction():
        return verification.open_task(db.session.get_one(Case, case.id), "refer", actor=actor("he.village"), on=ON)


@pytest.mark.article("SC-16", "SC-18", "QD-22", "RS-2.2", "SC-25a")
@pytest.mark.parametrize("means", verification.MEANS)
def test_staff_record_means_and_result_of_a_verification_and_it_stands_at_once(task: VerificationTask,
                                                                              means: str) -> None:
    verification.finish(task.id, outcome="eligible", means=means, note="见到本人", actor=actor("he.village"), on=ON,
                        evidence=paper("verification_record", ON))
    done = db.session.get_one(VerificationTask, task.id, populate_existing=True)
    assert (done.status, done.outcome, done.means) == ("finished", "eligible", means)
    assert db.session.scalar(select(AuditEvent.id).where(AuditEvent.type == "VerificationFinished"))


@pytest.mark.article("SC-19")
def test_a_verification_is_remarked_as_eligible_or_with_what_was_found(task: VerificationTask) -> None:
    with pytest.raises(TransitionRefused):
        verification.finish(task.id, outcome="perhaps", means="home_visit", note="", actor=actor("he.village"), on=ON)
    verification.finish(task.id, outcome="lost", means="household_survey", note="女儿说，上月十日去世。",
                        actor=actor("he.village"), on=ON)
    done = db.session.get_one(VerificationTask, task.id, populate_existing=True)
    assert (done.outcome, done.note) == ("lost", "女儿说，上月十日去世。")


@pytest.mark.article("QD-6", "GB-5.4", "SC-39", "SC-40")
def test_a_city_looks_at_those_past_their_day_in_all_its_counties_and_a_county_at_its_own(context: Flask) -> None:
    for name, office in (("city", "5101"), ("wuhou", "510107"), ("jinjiang", "510104")):
        make_account(name, ["caseworker"], office=office)
    make_case(ON)
    make_case(ON, office="510104")
    day = date(2026, 9, 2)  # certified 2025-09-01, due 2026-09-01
    overdue = {name: figures.overdue(actor(name), day) for name in ("city", "wuhou", "jinjiang")}
    assert overdue == {"city": 2, "wuhou": 1, "jinjiang": 1}
    assert figures.overdue(actor("city"), date(2026, 9, 1)) == 0


@pytest.mark.article("QD-28")
def test_every_certification_says_its_source_its_day_and_who_entered_it(context: Flask) -> None:
    case = make_case(ON, 身份证号=pensioner_id_number())
    certify_from_source(case.id, "face_recognition", date(2026, 3, 10), "app/2026/17", on=ON)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "CertificationAccepted")).one()
    text = event.canonical.decode()
    assert event.case_id == case_of(case.pensioner.id_number).id
    assert '"method":"face_recognition"' in text and '"source_ref":"app/2026/17"' in text
    assert '"evidence_on":"2026-03-10"' in text and event.actor == "SYSTEM"
