"""P1-P9: attempts to let one person decide alone, by accounts, roles, rounds, evidence, and kinship."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update

from cases import objections, review
from cases.decisions import edit
from cases.models import BenefitRate, Case, DeathMark, Decision, Pensioner
from database import db
from staff import grants
from staff.access import AccessDenied
from staff.models import NaturalPerson, RoleGrant, StaffSession
from staff.relatives import declare
from tests.case_builder import LAPSED, make_case, pensioner_id_number
from tests.people import ON as GRANTED_ON
from tests.people import account, actor, grant_role, make_account, valid_id_number
from tests.promises.county import ON, RETURNED_FROM_DEATH, TERMINATED, County
from workflows.transition import TransitionRefused


@pytest.mark.article("SC-29")
def test_the_second_account_of_the_person_who_made_it_cannot_recheck(county: County) -> None:
    number = valid_id_number()
    county.hire("sun", "caseworker", id_number=number)
    county.hire("sun.two", "reviewer", id_number=number)
    county.propose(by="sun")
    county.sign_to("recheck", by="sun")
    assert "FIRST_SIDE" in county.act("sun.two", "recheck")
    assert county.signatures() == 1


@pytest.mark.article("SC-29")
def test_the_second_account_of_the_person_who_rechecked_cannot_approve(county: County) -> None:
    number = valid_id_number()
    county.hire("sun", "reviewer", id_number=number)
    county.hire("sun.two", "approver", id_number=number)
    county.propose()
    county.sign_to("recheck")
    assert county.act("sun", "recheck") == []
    assert "SAME_PERSON" in county.act("sun.two", "approve")
    assert county.stage == "approval"


@pytest.mark.article("SC-29")
def test_a_new_role_mid_way_does_not_let_the_maker_recheck(county: County) -> None:
    county.hire("chen", "caseworker")
    county.propose(by="chen")
    county.sign_to("recheck", by="chen")
    with county.app.app_context():
        grant_role(account("chen").public_id, "reviewer", "510107")
    county.people.pop("chen")
    assert county.act("chen", "recheck") == ["FIRST_SIDE"]


@pytest.mark.article("SC-29")
def test_a_new_role_mid_way_does_not_let_the_rechecker_approve(county: County) -> None:
    county.hire("chen", "reviewer")
    county.propose()
    county.sign_to("recheck")
    assert county.act("chen", "recheck") == []
    with county.app.app_context():
        grant_role(account("chen").public_id, "approver", "510107")
    county.people.pop("chen")
    assert county.act("chen", "approve") == ["SAME_PERSON"]


@pytest.mark.article("SC-29")
def test_who_edited_in_an_earlier_round_cannot_recheck_later(county: County) -> None:
    county.hire("chen", "caseworker", "reviewer")
    county.propose()
    county.sign_to("recheck")
    with county.app.app_context():
        edit(county.key, fields={"reasons": "补充说明"}, actor=actor("chen"), on=ON)
    assert (county.stage, county.round, county.signatures()) == ("draft", 2, 0)
    county.sign_to("recheck")
    assert county.act("chen", "recheck") == ["FIRST_SIDE"]


@pytest.mark.article("SC-29")
def test_who_produced_bound_evidence_cannot_recheck(county: County) -> None:
    county.hire("chen", "caseworker", "reviewer")
    county.propose(papers_by="chen")
    county.sign_to("recheck")
    assert county.act("chen", "recheck") == ["FIRST_SIDE"]


@pytest.mark.article("JS-8.1")
def test_nobody_signs_on_their_own_case(business_day: Flask) -> None:
    number = pensioner_id_number()
    county = County(business_day, 身份证号=number, **LAPSED)
    county.hire("zhou", "caseworker", id_number=number)
    county.hire("zhou.two", "reviewer", id_number=number)
    county.propose()
    county.sign_to("initial_review")
    assert county.act("zhou", "initial_review") == ["OWN_CASE"]
    county.act("li", "initial_review")
    assert county.act("zhou.two", "recheck") == ["OWN_CASE"]
    answer = county["zhou"].post(f"/cases/{county.case_id}/decisions/new/resume", data={"reason": "lapsed"})
    assert answer.status_code == 409
    county.keeps_every_promise()


@pytest.mark.parametrize("declares", ("wang", "the pensioner"))
@pytest.mark.article("JS-8.1")
def test_a_declared_relative_cannot_recheck_whoever_of_the_two_declared_it(business_day: Flask, declares: str) -> None:
    number = pensioner_id_number()
    county = County(business_day, 身份证号=number, **LAPSED)
    with county.app.app_context():
        wang = actor("wang")
        if declares == "wang":
            declare(wang, number, "child", ON)
        else:
            make_account("retired", id_number=number)
            own = valid_id_number()
            make_account("wei", ["reviewer"], id_number=own)
            declare(actor("retired"), own, "parent", ON)
    who = "wang" if declares == "wang" else "wei"
    county.hire("other", "reviewer")
    county.propose()
    county.sign_to("recheck")
    assert county.act(who, "recheck") == ["RELATIVE"]
    assert county.act("other", "recheck") == []
    county.keeps_every_promise()


@pytest.mark.article("JS-8.1")
def test_a_session_revoked_between_page_and_answer_signs_nothing(county: County) -> None:
    county.propose()
    county.sign_to("recheck")
    assert county["wang"].get(f"/decisions/{county.decision_id}").status_code == 200
    county.change(lambda s: s.execute(update(StaffSession).where(
        StaffSession.account_id == account("wang").id).values(revoked_at=db.func.now())))
    assert county["wang"].post(f"/decisions/{county.decision_id}/recheck", data={}).status_code == 401
    assert county.signatures() == 1


@pytest.mark.article("JS-8.1")
def test_a_grant_revoked_between_page_and_answer_signs_nothing(county: County) -> None:
    county.propose()
    county.sign_to("recheck")
    assert county["wang"].get(f"/decisions/{county.decision_id}").status_code == 200
    with county.app.app_context():
        stale = actor("wang")
        grant = db.session.scalar(select(RoleGrant.public_id).where(RoleGrant.account_id == account("wang").id))
        grants.revoke(actor("founder.security"), grant, GRANTED_ON, "离岗")
        with pytest.raises((TransitionRefused, AccessDenied)):
            review.sign(county.key, "recheck", actor=stale, on=ON)
    assert county["wang"].post(f"/decisions/{county.decision_id}/recheck", data={}).status_code in (401, 403)
    assert county.signatures() == 1


@pytest.mark.article("SC-29")
def test_an_edit_after_recheck_voids_the_round(county: County) -> None:
    county.propose()
    county.sign_to("approval")
    answer = county["li"].post(f"/decisions/{county.decision_id}/edit", data={
        "reason": "lapsed", "arrears_reason": "", "reasons": "另行核实", "file_kind": "home_visit_record"})
    assert answer.status_code == 302, answer.text
    assert (county.stage, county.round, county.signatures()) == ("draft", 2, 0)
    assert county.act("zhao", "approve") == ["WRONG_STAGE"]


def _payee(session) -> None:
    session.execute(update(Case).values(payee_account="6228480099999999999"))


def _rate(session) -> None:
    case = session.scalar(select(Case.id))
    session.add(BenefitRate(case_id=case, since_month="2026-01", monthly_fen=999999))


@pytest.mark.parametrize("change", (_payee, _rate))
@pytest.mark.article("SC-27", "SC-29")
def test_what_changed_after_recheck_is_not_approved_and_voids_the_round(county: County, change) -> None:
    county.propose()
    county.sign_to("approval")
    county.change(change)
    assert county.act("zhao", "approve") == ["CALCULATION_STALE"]
    assert (county.stage, county.round, county.signatures(), county.state) == ("draft", 2, 0, "suspended")
    county.sign_to("executed")
    assert county.state == "resumed"


@pytest.mark.article("SC-36")
def test_a_death_mark_set_after_recheck_stops_the_approval(county: County) -> None:
    county.propose()
    county.sign_to("approval")
    county.change(lambda s: s.add(DeathMark(pensioner_id=s.scalar(select(Pensioner.id)), died_on=date(2026, 2, 1),
                                            source="cremation", marked_on=ON)))
    assert "DEATH_MARKED" in county.act("zhao", "approve")
    assert county.state == "suspended"


@pytest.mark.article("SC-28")
def test_a_county_cannot_restore_a_terminated_benefit_and_the_city_can(business_day: Flask) -> None:
    county = County(business_day, **TERMINATED)
    answer = county["li"].post(f"/cases/{county.case_id}/decisions/new/restore", data={"grounds": "健在"})
    assert answer.status_code == 409
    assert county.newest(Decision.id) is None
    for name, role in (("city.li", "caseworker"), ("city.wang", "reviewer"), ("city.zhao", "approver")):
        county.hire(name, role, office="5101")
    county.propose("restore", None, *RETURNED_FROM_DEATH, by="city.li", reasons="健在", arrears_reason="lapsed")
    assert county.act("city.li", "submit") == []
    assert "OFFICE_LEVEL_TOO_LOW" in county.act("li", "initial_review")
    assert county.act("city.li", "initial_review") == []
    assert "OFFICE_LEVEL_TOO_LOW" in county.act("wang", "recheck")
    assert county.act("city.wang", "recheck") == []
    assert "OFFICE_LEVEL_TOO_LOW" in county.act("zhao", "approve")
    assert county.state == "terminated"
    assert county.act("city.zhao", "approve") == []
    assert county.state == "resumed"
    county.keeps_every_promise()


@pytest.mark.parametrize("names_it", (True, False))
@pytest.mark.article("SC-26")
def test_who_took_part_in_a_suspension_cannot_dismiss_the_objection(business_day: Flask, names_it: bool) -> None:
    county = County(business_day, 最近认证日期="2025-09-01")
    county.decided("suspend", "suspected_loss", "grassroots_report", signers=("li", "wang"))
    assert county.state == "suspended"
    with county.app.app_context():
        lodged = objections.lodge(county.case_key, objections.Lodged("to_suspension", "self", "健在"),
                                  actor=actor("li"), on=ON).id
    county.hire("chen", "caseworker")
    county.hire("feng", "reviewer")
    county.propose("dismiss_objection", None, "verification_record", by="chen", reasons="查无此人")
    if names_it:
        county.change(lambda s: s.execute(update(Decision).where(Decision.id == county.key).values(
            objection_id=lodged)))
    assert county.act("chen", "submit") == []
    assert county.act("li", "initial_review") == ["TOOK_PART_IN_SUSPENSION"]
    assert county.act("chen", "initial_review") == []
    assert county.act("wang", "recheck") == ["TOOK_PART_IN_SUSPENSION"]
    assert county.act("feng", "recheck") == []
    county.keeps_every_promise()


@pytest.mark.article("SC-29")
def test_without_a_third_person_nothing_is_submitted_and_the_page_says_so(county: County) -> None:
    with county.app.app_context():
        grant = db.session.scalar(select(RoleGrant.public_id).where(RoleGrant.account_id == account("zhao").id))
        grants.revoke(actor("founder.security"), grant, GRANTED_ON, "离岗")
    county.propose()
    assert county.act("li", "submit") == ["NOBODY_ELIGIBLE"]
    assert county.stage == "draft"
    assert "没有" in county.answer.text and "人" in county.answer.text


@pytest.mark.article("SC-29")
def test_one_person_with_two_posts_does_not_count_twice_among_those_eligible(county: County) -> None:
    """wang is the only reviewer and the only approver: each stage has somebody, both together have not."""
    with county.app.app_context():
        grant = db.session.scalar(select(RoleGrant.public_id).where(RoleGrant.account_id == account("zhao").id))
        grants.revoke(actor("founder.security"), grant, GRANTED_ON, "离岗")
        importers = db.session.scalars(select(RoleGrant.public_id).where(
            RoleGrant.role == "reviewer", RoleGrant.account_id != account("wang").id)).all()
        for other in importers:
            grants.revoke(actor("founder.security"), other, GRANTED_ON, "离岗")
        grant_role(account("wang").public_id, "approver", "510107")
    county.propose()
    assert county.act("li", "submit") == ["NOBODY_ELIGIBLE"]


@pytest.mark.parametrize("action", ("initial_review", "recheck", "approve"))
@pytest.mark.article("SC-29")
def test_the_system_never_signs(county: County, action: str) -> None:
    from staff.actor import SYSTEM

    county.propose()
    county.sign_to({"approve": "approval"}.get(action, action))
    before = county.signatures()
    with county.app.app_context(), pytest.raises(TransitionRefused):
        review.sign(county.key, action, actor=SYSTEM, on=ON)
    assert county.signatures() == before


def test_a_pensioner_made_a_member_of_staff_is_one_natural_person(county: County) -> None:
    number = pensioner_id_number()
    with county.app.app_context():
        make_case(ON, 身份证号=number)
        before = db.session.scalar(select(db.func.count(NaturalPerson.id)))
        make_account("retired", id_number=number)
        assert db.session.scalar(select(db.func.count(NaturalPerson.id))) == before
