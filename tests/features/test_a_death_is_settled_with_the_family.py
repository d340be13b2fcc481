"""Zhou's pension is withheld since January because nobody saw her. In March the crematorium's certificate comes in: she
died on 10 February. The benefit is stopped, and January and February are paid to her son; or, where no family is found,
the account is sealed and the money kept."""
from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases.letters import letter_text
from cases.models import BenefitMonth, Case, Decision, Evidence, Notice
from database import db
from tests.case_builder import photo
from tests.promises.county import ON, County

FAMILY = ("identity_document", "relation_proof", "account_proof", "settlement_sheet")
SEARCHED = ("search_for_family_record", "settlement_sheet")
SON = {"heir_name": "周小明", "heir_relation": "儿子", "heir_account": "6217000010000000001"}


@pytest.fixture
def county(app: Flask):
    app.config["TODAY"] = ON
    made = County(app)
    report = made["li"].post(f"/cases/{made.case_id}/deaths/new", data={
        "source": "cremation", "died_on": "2026-02-10", "file": (io.BytesIO(photo()), "paper.jpg")})
    assert report.status_code == 302, report.text
    yield made
    made.keeps_every_promise()
    app.config.pop("TODAY")


def take_up(county: County, kind: str) -> None:
    """The newest decision of the kind is the one that is acted on."""
    with county.app.app_context():
        row = db.session.scalars(select(Decision).where(Decision.kind == kind).order_by(Decision.id.desc())).first()
        county.key, county.decision_id = row.id, row.public_id


def bring(county: County, *kinds: str) -> list[str]:
    """Papers added on their page; the public ids of all that is on file."""
    for kind in kinds:
        answer = county["li"].post(f"/cases/{county.case_id}/evidence", data={
            "kind": kind, "happened_on": ON.isoformat(), "file": (io.BytesIO(photo()), "paper.jpg")})
        assert answer.status_code == 302, answer.text
    with county.app.app_context():
        return list(db.session.scalars(select(Evidence.public_id).where(Evidence.case_id == county.case_key)))


def stopped(county: County) -> None:
    take_up(county, "stop")
    assert county.act("li", "initial_review") == []
    assert county.act("wang", "recheck") == []
    assert county.state == "stopped"


def deregister(county: County, papers: tuple[str, ...], **said: str) -> None:
    """The deregistration, asked for and signed by three."""
    answer = county["li"].post(f"/cases/{county.case_id}/decisions/new/terminate", data={
        "reason": "death", "died_on": "2026-02-10", "reasons": "家属来办。", "file_kind": "settlement_sheet",
        "evidence": bring(county, *papers), **said})
    assert answer.status_code == 302, answer.text
    take_up(county, "terminate")
    county.sign_to("executed")
    assert county.state == "terminated"


def months(county: County) -> dict[str, tuple[int, int, int]]:
    """Month -> entitled, withheld, paid later; in fen."""
    with county.app.app_context():
        return {row.month: (row.entitled, row.withheld, row.back_paid)
                for row in db.session.scalars(select(BenefitMonth).order_by(BenefitMonth.month)) if row.entitled}


def letter(county: County) -> str:
    with county.app.app_context():
        return letter_text(db.session.scalars(select(Notice).where(Notice.kind == "terminated")).one())


def account_status(county: County) -> str | None:
    with county.app.app_context():
        return db.session.get_one(Case, county.case_key).account_status


@pytest.mark.article("SC-13", "SC-25", "SC-29", "SC-32", "JS-4.5j", "JS-4.5k", "JS-7.4")
def test_the_months_up_to_the_death_are_paid_to_the_son_and_the_account_is_settled(county: County) -> None:
    stopped(county)
    deregister(county, FAMILY, account_status="settled", **SON)
    assert months(county) == {"2026-01": (321050, 321050, 321050), "2026-02": (321050, 321050, 321050)}
    assert county.decision(Decision.back_pay_fen) == 642100
    assert account_status(county) == "settled"
    page = county["zhao"].get(f"/decisions/{county.decision_id}").text
    assert [word for word in ("周小明", "儿子", "与逝者的关系") if word not in page] == []
    assert "6217000010000000001" not in page
    text = letter(county)
    for word in ("周秀英的家属", "2026年1月: 应发 ¥3,210.50, 补发 ¥3,210.50", "2026年2月", "6,421.00", "丧葬补助金"):
        assert word in text, text
    assert "2026年3月:" not in text
    with county.app.app_context():
        told = list(db.session.scalars(select(AuditEvent.type).order_by(AuditEvent.id)))
        log = b"".join(db.session.scalars(select(AuditEvent.canonical))).decode()
    course = ("DeathMarked", "CaseStopped", "BackPaymentSet", "CaseTerminated")
    assert [name for name in told if name in course] == list(course)
    assert [value for value in SON.values() if value in log] == []


@pytest.mark.article("SC-32")
def test_where_no_family_is_found_the_account_is_sealed_and_what_was_due_stays_for_a_later_claim(
        county: County) -> None:
    stopped(county)
    deregister(county, SEARCHED, account_status="sealed", family_not_found="y")
    assert [row for row in months(county).values() if row[2]] == []
    assert county.decision(Decision.back_pay_fen) == 0
    text = letter(county)
    for word in ("无法联系到家属", "待遇 ¥6,421.00 予以保留", "保留待领金额: ¥6,421.00", "随时"):
        assert word in text, text
    assert "¥0.00" not in text and "支付给指定受益人" not in text
    assert account_status(county) == "sealed"


@pytest.mark.article("SC-32", "JS-4.3b")
def test_nobody_is_paid_who_is_not_named_and_the_form_says_what_is_missing(county: County) -> None:
    stopped(county)
    address = f"/cases/{county.case_id}/decisions/new/terminate"
    told = {"reason": "death", "died_on": "2026-02-10", "account_status": "settled"}
    for missing in SON:
        given = {name: value for name, value in SON.items() if name != missing}
        answer = county["li"].post(address, data=told | given)
        assert answer.status_code == 400
        assert f'id="{missing}-error"' in answer.text or f'href="#{missing}"' in answer.text, answer.text


@pytest.mark.article("SC-32", "SC-29")
def test_without_the_search_for_the_family_no_account_is_sealed(county: County) -> None:
    stopped(county)
    papers = bring(county, "settlement_sheet")
    answer = county["li"].post(f"/cases/{county.case_id}/decisions/new/terminate", data={
        "reason": "death", "died_on": "2026-02-10", "account_status": "sealed", "family_not_found": "y",
        "file_kind": "settlement_sheet", "evidence": papers})
    assert answer.status_code == 302, answer.text
    take_up(county, "terminate")
    assert county.act("li", "submit") == ["EVIDENCE_MISSING"]
    assert "联系家属记录" in county["li"].get(f"/decisions/{county.decision_id}").text
    assert county.state == "stopped"
