"""Grants: three persons, never one's own, incompatible posts never in one person."""
from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from database import db, transaction
from staff import grants
from staff.accounts import close_account
from staff.models import RoleGrant, StaffAccount
from staff.refusals import StaffRefused
from tests.people import ON, account, actor, grant_role, make_account, make_founders, valid_id_number


@pytest.fixture
def founders(context):
    make_founders()
    return {name: actor(f"founder.{name}") for name in ("system", "security", "audit")}


def applied(founders, username, role, office="510107"):
    return grants.apply(founders["system"], account(username).public_id, role, office, ON).public_id


def refused(code):
    return pytest.raises(StaffRefused, match=code)


@pytest.mark.article("JS-8.1")
def test_three_different_people_grant_a_role(founders):
    make_account("li")
    grant = applied(founders, "li", "caseworker")
    grants.check(founders["audit"], grant, ON)
    grants.approve(founders["security"], grant, ON)
    row = db.session.scalars(select(RoleGrant).where(RoleGrant.public_id == grant)).one()
    assert row.status == "active"
    assert len({row.applied_by, row.checked_by, row.approved_by, row.account_id}) == 4
    assert actor("li").holds("caseworker", "51/5101/510107/510107001/")


def test_a_grant_is_not_approved_before_internal_control_has_checked_it(founders):
    make_account("li")
    grant = applied(founders, "li", "caseworker")
    with refused("WRONG_STAGE"):
        grants.approve(founders["security"], grant, ON)


def test_the_applicant_does_not_approve(founders):
    make_account("li")
    grant = applied(founders, "li", "caseworker")
    grants.check(founders["audit"], grant, ON)
    with refused("SAME_PERSON"):
        grants.approve(founders["system"], grant, ON)


def test_an_administrator_does_not_check_and_an_inspector_does_not_apply(founders):
    make_account("li")
    grant = applied(founders, "li", "caseworker")
    with refused("NO_GRANT"):
        grants.check(founders["security"], grant, ON)
    with refused("NO_GRANT"):
        grants.apply(founders["audit"], account("li").public_id, "reviewer", "510107", ON)


def test_nobody_grants_to_themselves_not_even_to_another_account(founders):
    number = valid_id_number()
    make_account("admin2", ["security_administrator"], "51", number)
    make_account("admin2b", id_number=number)
    for username in ("admin2", "admin2b"):
        with refused("OWN_GRANT"):
            grants.apply(actor("admin2"), account(username).public_id, "caseworker", "510107", ON)


@pytest.mark.article("JS-8.1")
def test_an_incompatible_pair_is_refused_across_two_accounts_of_one_person(founders):
    number = valid_id_number()
    make_account("zhao", ["approver"], id_number=number)
    make_account("zhao2", id_number=number)
    for role in ("inspector", "audit_administrator", "system_administrator"):
        with refused("INCOMPATIBLE_ROLES"):
            applied(founders, "zhao2", role)


def test_two_applications_that_clash_are_refused_at_the_second(founders):
    number = valid_id_number()
    make_account("qian", id_number=number)
    make_account("qian2", id_number=number)
    applied(founders, "qian", "inspector")
    with refused("INCOMPATIBLE_ROLES"):
        applied(founders, "qian2", "caseworker")


def test_business_posts_may_be_held_together(founders):
    assert make_account("sun", ["caseworker", "reviewer", "approver"]).roles == {"caseworker", "reviewer", "approver"}


def test_outside_the_area_of_the_administrator_nothing_is_granted(founders):
    make_account("county", ["security_administrator"], "510107")
    make_account("outside", office="510104")
    make_account("inside")
    with refused("UNKNOWN_ACCOUNT"):
        grants.apply(actor("county"), account("outside").public_id, "caseworker", "510107", ON)
    with refused("OUT_OF_AREA"):
        grants.apply(actor("county"), account("inside").public_id, "caseworker", "510104", ON)


def test_the_last_holder_of_a_post_that_grants_keeps_it(founders):
    make_account("admin2", ["security_administrator"], "51")
    query = select(RoleGrant.public_id).where(RoleGrant.role == "system_administrator")
    with refused("LAST_HOLDER"):
        grants.revoke(actor("admin2"), db.session.scalar(query), ON, "left")


@pytest.mark.article("JS-8.1")
def test_the_database_refuses_an_incompatible_pair_whoever_writes(founders):
    number = valid_id_number()
    make_account("zhao", ["approver"], id_number=number)
    make_account("zhao2", id_number=number)
    with pytest.raises(IntegrityError, match="INCOMPATIBLE_ROLES"), transaction() as session:
        session.add(_active(founders, "zhao2", "inspector"))


def test_the_database_refuses_a_role_given_to_oneself(founders):
    make_account("li", ["caseworker"])
    with pytest.raises(IntegrityError, match="OWN_GRANT"), transaction() as session:
        row = _active(founders, "li", "reviewer")
        row.approved_by = row.account_id
        session.add(row)


def test_the_database_refuses_first_persons_a_second_time(founders):
    make_account("li", ["caseworker"])
    with pytest.raises(IntegrityError, match="OWN_GRANT"), transaction() as session:
        session.add(RoleGrant(account_id=account("li").id, role="approver", office_id=account("li").office_id,
                              status="active", applied_on=ON))


def test_the_database_refuses_to_move_an_account_to_another_person(founders):
    make_account("li")
    make_account("wang")
    with pytest.raises(IntegrityError, match="keeps its person"), transaction() as session:
        session.get(StaffAccount, account("li").id).natural_person_id = account("wang").natural_person_id


def test_a_revoked_role_can_be_granted_again(founders):
    make_account("li", ["caseworker"])
    query = select(RoleGrant.public_id).where(RoleGrant.role == "caseworker")
    grants.revoke(founders["security"], db.session.scalar(query), ON, "moved")
    assert not actor("li").roles
    grant_role(account("li").public_id, "caseworker", "510107")
    assert actor("li").roles == {"caseworker"}


def _active(founders, username, role):
    row = account(username)
    return RoleGrant(account_id=row.id, role=role, office_id=row.office_id, status="active", applied_on=ON,
                     applied_by=founders["system"].account_id, checked_by=founders["audit"].account_id,
                     approved_by=founders["security"].account_id)


def test_who_was_dismissed_since_the_check_gets_no_post(founders):
    make_account("li")
    grant = applied(founders, "li", "caseworker")
    grants.check(founders["audit"], grant, ON)
    with transaction():
        account("li").active = False
    with refused("ACCOUNT_CLOSED"):
        grants.approve(founders["security"], grant, ON)


def test_only_a_post_for_it_closes_accounts_and_only_in_its_area(founders):
    make_account("li", ["caseworker"])
    make_account("outside", office="510104")
    make_account("county", ["system_administrator"], "510107")
    with refused("NO_GRANT"):
        close_account(actor("li"), account("outside").public_id, ON, "left")
    with refused("UNKNOWN_ACCOUNT"):
        close_account(actor("county"), account("outside").public_id, ON, "left")
    assert account("outside").active
