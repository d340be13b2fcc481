"""P1, P2: what the database itself refuses to whoever writes past the commands, with the application's own role."""
from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from audit.models import AuditEvent
from cases.models import Decision, DecisionParticipant, ReviewStep
from database import db
from tests.people import account
from tests.promises.county import ON, County


def refused(county: County, write: Callable[[], object]) -> str:
    """The database's words; nothing was written."""
    with county.app.app_context():
        with pytest.raises(DBAPIError) as caught:
            db.session.execute(write())
            db.session.commit()
        db.session.rollback()
    return str(caught.value)


def signature(county: County, username: str, stage: str, *, person_of: str | None = None):
    """A signature written by hand, pointing at an event that no signature has."""
    event = db.session.scalar(select(func.min(AuditEvent.id)))
    return insert(ReviewStep).values(
        decision_id=county.key, round=county.round, stage=stage, act="sign", account_id=account(username).id,
        natural_person_id=account(person_of or username).natural_person_id, role="reviewer", content_digest="0" * 64,
        on=ON, event_id=event)


@pytest.mark.parametrize("stage", ("recheck", "approval"))
@pytest.mark.article("SC-29")
def test_a_signature_of_the_maker_written_by_hand_is_refused(county: County, stage: str) -> None:
    county.hire("chen", "caseworker")
    county.propose(by="chen")
    county.sign_to("recheck", by="chen")
    assert "FIRST_SIDE" in refused(county, lambda: signature(county, "chen", stage))


@pytest.mark.article("SC-29")
def test_a_second_signature_of_the_rechecker_written_by_hand_is_refused(county: County) -> None:
    county.propose()
    county.sign_to("approval")
    refused(county, lambda: signature(county, "wang", "approval"))


def test_a_signature_under_another_persons_account_is_refused(county: County) -> None:
    county.propose()
    county.sign_to("approval")
    assert "account and person differ" in refused(
        county, lambda: signature(county, "li", "approval", person_of="zhao"))


@pytest.mark.article("SC-29")
def test_two_signatures_execute_nothing_even_by_hand(county: County) -> None:
    county.propose()
    county.sign_to("approval")
    assert "too few signatures" in refused(
        county, lambda: update(Decision).where(Decision.id == county.key).values(stage="executed"))
    refused(county, lambda: update(Decision).where(Decision.id == county.key).values(
        stage="executed", signatures_required=2))
    assert "signature floor" in refused(
        county, lambda: update(Decision).where(Decision.id == county.key).values(signatures_required=2))


@pytest.mark.article("SC-29")
def test_signatures_of_a_round_that_fell_are_not_taken_up_again(county: County) -> None:
    county.propose()
    county.sign_to("approval")
    assert county.act("zhao", "return", "材料不清") == []
    assert county.round == 2
    refused(county, lambda: update(Decision).where(Decision.id == county.key).values(round=1))


@pytest.mark.parametrize("statement", (
    "UPDATE review_step SET natural_person_id = natural_person_id + 1",
    "DELETE FROM review_step",
    "UPDATE decision_participant SET side = 'recheck'",
    "DELETE FROM decision_participant",
    "DELETE FROM decision",
    "DELETE FROM cases",
    "DELETE FROM case_transition",
    "UPDATE case_transition SET to_state = 'verified'",
    "UPDATE audit_event SET digest = 'x'",
    "DELETE FROM audit_event",
    "UPDATE cases SET state = 'resumed'",
))
def test_the_record_does_not_change_by_hand(county: County, statement: str) -> None:
    county.propose()
    county.sign_to("approval")
    refused(county, lambda: text(statement))


def test_a_closed_decision_does_not_change_by_hand(county: County) -> None:
    county.propose()
    county.sign_to("executed")
    refused(county, lambda: update(Decision).where(Decision.id == county.key).values(back_pay_fen=1))


@pytest.mark.article("SC-29")
def test_who_signed_a_later_stage_does_not_become_first_by_hand(county: County) -> None:
    county.propose()
    county.sign_to("approval")
    refused(county, lambda: insert(DecisionParticipant).values(
        decision_id=county.key, natural_person_id=account("wang").natural_person_id, side="first", why="edited"))
