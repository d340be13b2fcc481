"""A decision claimed by somebody away: a colleague in a post of the office or above puts it back, and says why."""
from __future__ import annotations

import pytest
from sqlalchemy import select

from audit.models import AuditEvent
from cases.claims import claim, release
from cases.models import Decision
from database import db
from tests.people import actor
from tests.promises.county import ON, County
from workflows.transition import TransitionRefused


def claimed_by_wang(county: County) -> str:
    county.propose()
    county.sign_to("recheck")
    with county.app.app_context():
        claim(county.key, actor=actor("wang"), on=ON)
    return f"/decisions/{county.decision_id}"


def holder(county: County) -> int | None:
    with county.app.app_context():
        return db.session.scalar(select(Decision.claimed_by).where(Decision.id == county.key))


def test_a_colleague_puts_back_a_claimed_decision_with_a_reason(county: County) -> None:
    address = claimed_by_wang(county)
    assert f"{address}/put_back" in county["zhao"].get(address).text
    assert f"{address}/put_back" not in county["wang"].get(address).text
    unsaid = county["zhao"].post(f"{address}/put_back", data={"opinion": ""})
    assert unsaid.status_code == 400 and "opinion-error" in unsaid.text and holder(county)
    assert county["zhao"].post(f"{address}/release").status_code == 409 and holder(county)
    assert county["zhao"].post(f"{address}/put_back", data={"opinion": "王某休假"}).status_code == 302
    assert holder(county) is None
    with county.app.app_context():
        claim(county.key, actor=actor("zhao"), on=ON)
        assert db.session.scalar(select(AuditEvent.type).where(AuditEvent.type == "DecisionReleased"))


@pytest.mark.parametrize(("name", "role", "office"), [
    ("jin", "approver", "510104"), ("he", "grassroots_officer", "510107001201"), ("inspector", "inspector", "510107"),
    ("village", "caseworker", "510107001201")])
def test_nobody_else_puts_it_back(county: County, name: str, role: str, office: str) -> None:
    claimed_by_wang(county)
    county.hire(name, role, office=office)
    with county.app.app_context(), pytest.raises(TransitionRefused) as refused:
        release(county.key, note="王某休假", actor=actor(name), on=ON)
    assert refused.value.codes == ("NOT_CLAIMED_BY_YOU",) and holder(county)
