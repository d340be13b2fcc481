"""A claim ends by itself after the hours of the rules, with an event: whoever asks next or the daily run frees it."""
from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from audit.models import AuditEvent
from cases.claim_ends import end_claims
from cases.claims import claim, claim_task
from cases.limit_run import run_limits
from cases.models import Decision, VerificationTask
from cases.verification import open_task
from database import db, transaction
from database.types import now
from staff.actor import SYSTEM
from tests.case_builder import make_case
from tests.people import account, actor
from tests.promises.county import ON, County
from workflows.transition import TransitionRefused

HOURS = 24


@pytest.fixture
def claimed(county: County) -> County:
    """A decision that waits for its recheck, claimed by wang."""
    county.propose()
    county.sign_to("recheck")
    county.hire("sun", "reviewer")
    with county.app.app_context():
        claim(county.key, actor=actor("wang"), on=ON)
    return county


def pass_(hours: int, model: type[Decision] | type[VerificationTask] = Decision) -> None:
    with transaction():
        row = db.session.scalars(select(model).where(model.claimed_by.is_not(None))).one()
        row.claimed_at = now() - timedelta(hours=hours)


def told(kind: str) -> list[dict]:
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.type == kind).order_by(AuditEvent.id))
    return [json.loads(row.canonical) for row in rows]


def test_before_its_hours_are_over_a_claim_is_kept(claimed: County) -> None:
    with claimed.app.app_context():
        pass_(HOURS - 1)
        with pytest.raises(TransitionRefused) as refused:
            claim(claimed.key, actor=actor("sun"), on=ON)
        assert refused.value.codes == ("CLAIMED_BY_ANOTHER",)
        assert end_claims(ON) == 0 and told("DecisionClaimEnded") == []


def test_whoever_asks_after_that_has_it_and_both_are_on_the_log(claimed: County) -> None:
    with claimed.app.app_context():
        pass_(HOURS)
        row = claim(claimed.key, actor=actor("sun"), on=ON)
        assert row.claimed_by == account("sun").id
        ended, = told("DecisionClaimEnded")
        by = db.session.scalars(select(AuditEvent.actor).where(AuditEvent.type == "DecisionClaimEnded")).one()
        assert by == "SYSTEM"
        assert ended["data"]["holder"] == account("wang").natural_person_id
        assert len(told("DecisionClaimed")) == 2
    claimed.keeps_every_promise()


def test_the_daily_run_frees_it_once(claimed: County) -> None:
    with claimed.app.app_context():
        pass_(HOURS)
        assert run_limits(ON, today=ON)["claims_ended"] == 1
        assert db.session.get_one(Decision, claimed.key, populate_existing=True).claimed_by is None
        assert run_limits(ON, today=ON)["claims_ended"] == 0 and len(told("DecisionClaimEnded")) == 1


def test_a_verification_is_freed_likewise(county: County) -> None:
    county.hire("sun", "caseworker")
    with county.app.app_context():
        case = make_case(ON)
        with transaction():
            task = open_task(case, "warning_period", actor=SYSTEM, on=ON).id
        claim_task(task, actor=actor("li"), on=ON)
        pass_(HOURS - 1, VerificationTask)
        with pytest.raises(TransitionRefused):
            claim_task(task, actor=actor("sun"), on=ON)
        pass_(HOURS, VerificationTask)
        assert claim_task(task, actor=actor("sun"), on=ON).claimed_by == account("sun").id
        pass_(HOURS, VerificationTask)
        assert end_claims(ON) == 1 and len(told("VerificationClaimEnded")) == 2
        assert db.session.get_one(VerificationTask, task, populate_existing=True).claimed_at is None


def test_pages_say_until_when_and_offer_it_once_it_is_over(claimed: County) -> None:
    address = f"/decisions/{claimed.decision_id}"
    assert "到期后其他人可以领取" in claimed["sun"].get(address).text
    assert f"{address}/claim" not in claimed["sun"].get(address).text
    with claimed.app.app_context():
        pass_(HOURS)
    assert f"{address}/claim" in claimed["sun"].get(address).text
    assert f"{address}/claim" in claimed["sun"].get("/work").text
    assert claimed["sun"].post(f"{address}/claim").status_code == 302
