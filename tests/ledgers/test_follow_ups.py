"""The long suspended, reviewed regularly (SC 30), and those stopped for a year without application (SC 32).

Days are written by hand: six months is a value of this system, twelve months are the article's.
"""
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from audit.models import AuditEvent
from cases.decisions import Proposal, open_decision
from cases.ledgers import reading
from cases.ledgers.follow_ups import Said, course_of, follow_up
from cases.ledgers.place import place_of
from cases.ledgers.reading import Asked
from cases.ledgers.table import LEDGERS
from cases.models import Case, FollowUp
from database import db
from tests.case_builder import DEAD, LAPSED, make_case, paper
from tests.ledgers.conftest import ON
from tests.people import account, actor
from tests.replay.damaging import each_is_named
from workflows.follow_up import KINDS, kinds_for, may_be_sealed, steps_for
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

NEXT = date(2026, 4, 15)
PAPERS = {"unit_asked": "notice_record", "village_asked": "grassroots_visit_record"}


def counted(ledger: str, name: str = "li", on: date = ON) -> dict[str, int]:
    found = reading.matrix(Asked(LEDGERS[ledger], place_of(None, actor(name)), on), actor(name))
    return {part.key: number for part, number in zip(found.parts, found.all, strict=True) if number}


def suspended(since: str, **cells: str) -> Case:
    return make_case(ON, **LAPSED | {"暂停/停发日期": since} | cells)


def stopped(since: str, reason: str = "失踪") -> Case:
    return make_case(ON, **DEAD | {"暂停/停发日期": since, "停发或暂停原因": reason})


def said(kind: str, again_on: date | None = NEXT, note: str = "已打电话", brought: bool = True) -> Said:
    return Said(kind, note, again_on, paper(PAPERS[kind], ON) if brought and kind in PAPERS else None)


def refused(case: Case, ledger: str, what: Said, name: str = "li", on: date = ON) -> str:
    with pytest.raises(TransitionRefused) as caught:
        follow_up(case.id, ledger, what, actor=actor(name), on=on)
    return caught.value.refusals[0].code


@pytest.mark.article("SC-30")
def test_the_long_suspended_are_those_suspended_for_six_months(county: Flask, change_rule: Callable) -> None:
    with county.app_context():
        suspended("2025-09-15")
        suspended("2025-09-16")
        make_case(ON)
        assert counted("long_suspended") == {"never": 1}
        change_rule("long_suspended_months", 5)
        assert counted("long_suspended") == {"never": 2}
        change_rule("long_suspended_months", 12)
        assert counted("long_suspended") == {}


@pytest.mark.article("SC-30")
def test_a_review_is_on_record_until_the_day_it_is_due_again(county: Flask) -> None:
    with county.app_context():
        case = suspended("2025-06-01")
        follow_up(case.id, "long_suspended", said("visit"), actor=actor("li"), on=ON)
        assert counted("long_suspended") == {"reviewed": 1}
        assert counted("long_suspended", on=date(2026, 4, 14)) == {"reviewed": 1}
        assert counted("long_suspended", on=NEXT) == {"again": 1}
        assert db.session.get_one(Case, case.id, populate_existing=True).state == "suspended"
        row = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "CaseFollowedUp")).one()
        data = json.loads(row.canonical)["data"]
        assert (data["ledger"], data["kind"], data["next_on"]) == ("long_suspended", "visit", "2026-04-15")
        assert "已打电话" not in row.canonical.decode() and row.case_id == case.id
        each_is_named("reviews")


@pytest.mark.article("SC-30")
def test_a_review_is_refused_without_the_next_day_a_note_or_a_known_finding(county: Flask) -> None:
    with county.app_context():
        case = suspended("2025-06-01")
        assert refused(case, "long_suspended", said("visit", None)) == "AGAIN_MISSING"
        assert refused(case, "long_suspended", said("visit", ON)) == "AGAIN_MISSING"
        assert refused(case, "long_suspended", said("visit", note=" ")) == "NOTE_MISSING"
        assert refused(case, "long_suspended", said("heirs_told")) == "FOLLOW_UP_UNKNOWN"
        assert refused(case, "dormant", said("contacted")) == "NOT_ON_LEDGER"
        assert refused(suspended("2026-01-02"), "long_suspended", said("visit")) == "NOT_ON_LEDGER"
        assert refused(case, "long_suspended", said("visit"), "far") == "OUT_OF_AREA"
        assert refused(case, "long_suspended", said("visit"), "street") == "OUT_OF_AREA"
        assert db.session.scalars(select(FollowUp)).all() == []
        with pytest.raises(Exception, match="never change|permission denied"):
            follow_up(case.id, "long_suspended", said("visit"), actor=actor("li"), on=ON)
            db.session.execute(update(FollowUp).values(note="x"))
        db.session.rollback()


def test_nobody_follows_up_their_own_case(county: Flask) -> None:
    with county.app_context():
        case = suspended("2025-06-01")
        case.pensioner.natural_person_id = account("li").natural_person_id
        db.session.commit()
        assert refused(case, "long_suspended", said("visit")) == "OWN_CASE"


@pytest.mark.article("SC-32")
def test_the_long_stopped_are_those_stopped_for_a_year_by_reason(county: Flask, change_rule: Callable) -> None:
    with county.app_context():
        stopped("2025-03-15", "死亡")
        stopped("2025-03-15", "失踪")
        stopped("2025-03-15", "服刑")
        stopped("2025-03-16", "失踪")
        assert counted("dormant") == {"death": 1, "missing": 1, "imprisoned": 1}
        change_rule("dormancy_months", 11)
        assert counted("dormant") == {"death": 1, "missing": 2, "imprisoned": 1}
        change_rule("dormancy_months", 24)
        assert counted("dormant") == {}


@pytest.mark.article("SC-32")
def test_who_applied_in_that_year_is_not_on_the_ledger(county: Flask) -> None:
    with county.app_context():
        case = stopped("2025-03-15")
        open_decision(case.id, Proposal("resume", "missing"), actor=actor("li"), on=ON)
        assert counted("dormant") == {}
        stopped("2025-03-15")
        assert counted("dormant") == {"missing": 1}


@pytest.mark.article("SC-32")
def test_the_steps_after_a_death_go_from_the_heirs_to_unit_and_village_before_sealing(county: Flask) -> None:
    with county.app_context():
        case = stopped("2025-01-01", "死亡")

        def steps() -> dict[str, bool]:
            return {one.step.name: one.done for one in course_of(case, "dormant").steps}

        assert steps() == {"tell_heirs": False, "deregister": False}
        follow_up(case.id, "dormant", said("family_not_reached"), actor=actor("li"), on=ON)
        assert steps() == {"tell_heirs": False, "ask_unit": False, "ask_village": False, "deregister": False}
        assert refused(case, "dormant", said("unit_asked", brought=False)) == "EVIDENCE_MISSING"
        assert refused(case, "dormant", said("contacted")) == "FOLLOW_UP_UNKNOWN"
        follow_up(case.id, "dormant", said("unit_asked"), actor=actor("li"), on=ON)
        assert not course_of(case, "dormant").sealable
        follow_up(case.id, "dormant", said("village_asked"), actor=actor("li"), on=ON)
        assert course_of(case, "dormant").sealable
        assert steps() == {"tell_heirs": False, "ask_unit": True, "ask_village": True, "deregister": False}
        assert db.session.get_one(Case, case.id, populate_existing=True).state == "stopped"
        follow_up(case.id, "dormant", said("heirs_told"), actor=actor("li"), on=ON)
        assert steps() == {"tell_heirs": True, "deregister": False} and not course_of(case, "dormant").sealable


@pytest.mark.article("SC-32")
def test_missing_prison_and_failed_certification_are_to_be_contacted() -> None:
    for reason in ("missing", "imprisoned", "failed_certification"):
        assert {one.name for one in kinds_for("dormant", reason)} == {"contacted", "not_reached"}
        assert [(one.step.name, one.done) for one in steps_for(reason, ["not_reached"], [])] == [
            ("contact_person", False)]
        assert steps_for(reason, ["not_reached", "contacted"], [])[0].done
    assert {one.name for one in kinds_for("dormant", "death")} == {
        "heirs_told", "family_not_reached", "unit_asked", "village_asked"}
    assert steps_for("death", [], ["terminate"])[-1].done
    assert not may_be_sealed(["unit_asked", "village_asked"])
    assert all(KINDS[name].evidence for name in ("unit_asked", "village_asked"))


@pytest.mark.article("SC-30")
def test_the_page_takes_a_review_and_shows_it(county: Flask, signed_in: Callable[[str], FlaskClient]) -> None:
    with county.app_context():
        case = suspended("2025-06-01", 姓名="吴桂芳").public_id
    address = f"/ledgers/long_suspended/cases/{case}"
    assert address in signed_in("li").get("/ledgers/long_suspended/people?part=never").text
    form = {"kind": "contact_again", "note": "电话无人接听", "again_on": "2026-04-15"}
    assert signed_in("li").post(address, data=form | {"note": ""}).status_code == 400
    assert signed_in("li").post(address, data=form | {"again_on": "2026-03-01"}).status_code == 400
    assert signed_in("li").post(address, data=form | {"again_on": ""}).status_code == 409
    assert signed_in("li").post(address, data=form).status_code == 302
    page = signed_in("wang").get(address).text
    assert "电话无人接听" in page and "再次联系" in page and "2026-04-15" in page
    assert "吴桂芳" in signed_in("li").get("/ledgers/long_suspended/people?part=reviewed").text
    assert signed_in("far").get(address).status_code == 404
    assert signed_in("street").post(address, data=form).status_code == 403
    inspector = signed_in("inspector")
    assert "记入台账" not in inspector.get(address).text
    assert inspector.post(address, data=form).status_code == 409
    assert "台账核查" in signed_in("li").get(f"/cases/{case}").text
