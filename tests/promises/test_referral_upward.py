"""P9: a decision nobody could take through is referred upward; the rule is never lowered."""
from __future__ import annotations

import pytest
from sqlalchemy import select

from audit.models import AuditEvent
from cases.decisions import Proposal, lock_decision
from cases.eligibility import check_eligible, to_be_checked
from cases.models import Case, Decision
from cases.proposals import propose
from database import db, transaction
from staff import grants
from staff.actor import SYSTEM
from staff.models import RoleGrant
from tests.people import ON as GRANTED_ON
from tests.people import account, actor, grant_role
from tests.promises.county import ON, County


def leave(county: County, name: str) -> None:
    """The person gives up every post."""
    with county.app.app_context():
        found = db.session.scalars(select(RoleGrant.public_id).where(
            RoleGrant.account_id == account(name).id, RoleGrant.status == "active")).all()
        for grant in found:
            grants.revoke(actor("founder.security"), grant, GRANTED_ON, "离岗")


def checked(county: County) -> str:
    """What the daily check does with the decision."""
    with county.app.app_context(), transaction():
        return check_eligible(lock_decision(county.key), actor=SYSTEM, on=ON)


def happened(county: County) -> list[str]:
    with county.app.app_context():
        return [name for name in db.session.scalars(select(AuditEvent.type).order_by(AuditEvent.id))
                if name.startswith("DecisionReferr")]


@pytest.mark.article("SC-29")
@pytest.mark.crosses("referral_upward")
def test_what_nobody_may_approve_is_refused_and_shown_to_the_office_above(county: County) -> None:
    county.hire("city.chief", "reviewer", office="5101")
    leave(county, "zhao")
    county.propose()
    assert county.act("li", "submit") == ["NOBODY_ELIGIBLE"]
    assert county.act("li", "submit") == ["NOBODY_ELIGIBLE"]
    assert county.stage == "draft"
    assert happened(county) == ["DecisionReferredUpward"]
    page = county["city.chief"].get("/work?tab=referred").text
    assert county.decision(Decision.decision_no) in page
    assert "已于" in county["li"].get(f"/decisions/{county.decision_id}").text
    assert county.decision(Decision.decision_no) not in county["wang"].get("/work?tab=referred").text
    county.keeps_every_promise()


@pytest.mark.article("SC-29")
def test_a_referral_ends_when_the_decision_can_be_submitted(county: County) -> None:
    county.hire("city.chief", "reviewer", office="5101")
    leave(county, "zhao")
    county.propose()
    county.act("li", "submit")
    with county.app.app_context():
        grant_role(account("zhao").public_id, "approver", "510107")
    assert county.act("li", "submit") == []
    assert happened(county) == ["DecisionReferredUpward", "DecisionReferralEnded"]
    assert county.decision(Decision.referred_path) is None


@pytest.mark.article("SC-29")
def test_an_open_decision_whose_last_approver_leaves_is_found_by_the_daily_check(county: County) -> None:
    county.hire("city.chief", "reviewer", office="5101")
    county.propose()
    county.sign_to("recheck")
    assert checked(county) == ""
    leave(county, "zhao")
    with county.app.app_context():
        assert db.session.scalars(select(Decision.id).where(to_be_checked())).all() == [county.key]
    assert [checked(county), checked(county)] == ["referred", ""]
    assert county.act("wang", "recheck") == []
    with county.app.app_context():
        grant_role(account("zhao").public_id, "approver", "510107")
    assert checked(county) == "referral_ended"
    assert county.stage == "approval"
    county.keeps_every_promise()


def test_what_the_system_proposes_is_referred_upward_as_well(county: County) -> None:
    county.hire("city.chief", "approver", office="5101")
    leave(county, "wang")
    leave(county, "importer.two.510107")
    with county.app.app_context():
        with transaction():
            case = db.session.get_one(Case, county.case_key)
            county.key = propose(case, Proposal("stop", "other", evidence=_loss(county, case)), on=ON).id
        assert db.session.get_one(Decision, county.key).stage == "draft"
    assert happened(county) == ["DecisionReferredUpward"]


def _loss(county: County, case: Case) -> tuple[int, ...]:
    from cases.evidence import keep
    from tests.case_builder import paper

    return (keep(case, paper("loss_record", ON), actor=SYSTEM, on=ON).id,)
