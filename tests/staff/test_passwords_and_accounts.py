"""Passwords, accounts and posts: what the house refuses, each refusal seen alone."""
from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from database import db, transaction
from staff import accounts, grants
from staff.models import RoleGrant, SignInAttempt, StaffAccount, StaffSession
from staff.passwords import SHORTEST, hash_password, verify
from staff.refusals import StaffRefused
from staff.sign_in import NotSignedIn, _open, _reserve, key_of, sign_in
from tests.people import ON, PASSWORD, account, actor, make_account, make_founders, valid_id_number

pytestmark = pytest.mark.sqlite_is_enough
NEW = "another long password"


def refused(code: str) -> AbstractContextManager[object]:
    return pytest.raises(StaffRefused, match=f"^409 [^:]*: {code}$|{code}")


def opened(by: str = "founder.system", **changed: str) -> StaffAccount:
    given = {"username": "sun", "display_name": "孙", "id_number": valid_id_number(), "office": "510107",
             "password": NEW} | changed
    return accounts.create_account(actor(by), on=ON, **given)


@pytest.fixture
def founded(context: Flask) -> Flask:
    make_founders()
    make_account("li", ["caseworker"])
    return context


@pytest.mark.parametrize("old, new, code", [
    ("wrong wrong wrong", NEW, "WRONG_PASSWORD"),
    (PASSWORD, PASSWORD, "PASSWORD_UNCHANGED"),
    (PASSWORD, "x" * (SHORTEST - 1), "PASSWORD_TOO_SHORT"),
])
def test_a_password_is_changed_by_whoever_knows_it_into_another_that_is_long_enough(
        founded: Flask, old: str, new: str, code: str) -> None:
    with refused(code):
        accounts.change_password(actor("li"), old, new, ON)
    assert verify(account("li").password_hash, PASSWORD)
    accounts.change_password(actor("li"), PASSWORD, NEW, ON)
    assert verify(account("li").password_hash, NEW) and not verify(account("li").password_hash, PASSWORD)


def test_ten_characters_are_enough_and_an_unknown_hash_fits_no_password(founded: Flask) -> None:
    assert verify(hash_password("x" * SHORTEST), "x" * SHORTEST)
    assert not verify(None, "nobody has this password")
    assert not verify("not a hash", PASSWORD)


def test_whoever_gets_a_password_from_another_changes_it_first(founded: Flask) -> None:
    row = accounts.create_account(actor("founder.system"), username="sun", display_name="孙", office="510107",
                                  id_number=valid_id_number(), password=PASSWORD, on=ON, temporary=True)
    assert row.password_temporary
    accounts.change_password(actor("sun"), PASSWORD, NEW, ON)
    assert not account("sun").password_temporary


@pytest.mark.parametrize("changed, code", [
    ({"username": " LI "}, "USERNAME_TAKEN"),
    ({"office": "999999"}, "UNKNOWN_OFFICE"),
    ({"password": "short"}, "PASSWORD_TOO_SHORT"),
    ({"id_number": "510107195001010000"}, "BAD_ID_NUMBER"),
    ({"by": "li"}, "NO_GRANT"),
    ({"by": "county", "office": "510104"}, "OUT_OF_AREA"),
])
def test_an_account_that_is_refused_is_not_opened(founded: Flask, changed: dict[str, str], code: str) -> None:
    make_account("county", ["system_administrator"], "510107")
    before = db.session.scalars(select(StaffAccount.id)).all()
    with refused(code):
        opened(**changed)
    assert db.session.scalars(select(StaffAccount.id)).all() == before
    assert opened(by="county").active


def test_an_account_is_closed_once_and_never_by_its_own_person(founded: Flask) -> None:
    number = valid_id_number()
    make_account("admin2", ["system_administrator"], "51", number)
    make_account("admin2b", id_number=number)
    for own in ("admin2", "admin2b"):
        with refused("OWN_ACCOUNT"):
            accounts.close_account(actor("admin2"), account(own).public_id, ON, "left")
    with refused("UNKNOWN_ACCOUNT"):
        accounts.close_account(actor("admin2"), "0" * 16, ON, "left")
    accounts.close_account(actor("admin2"), account("li").public_id, ON, "left")
    with refused("ACCOUNT_CLOSED"):
        accounts.close_account(actor("admin2"), account("li").public_id, ON, "left")
    assert not account("li").active and account("admin2").active


def test_a_closed_account_without_any_post_has_no_session_left(founded: Flask) -> None:
    make_account("sun")
    sign_in("sun", PASSWORD, "10.0.0.1", ON)
    accounts.close_account(actor("founder.system"), account("sun").public_id, ON, "left")
    assert db.session.scalars(select(StaffSession.revoked_at.is_(None))
                              .where(StaffSession.account_id == account("sun").id)).all() == [False]


def test_the_account_of_the_last_holder_of_a_post_that_grants_stays_open(founded: Flask) -> None:
    make_account("admin2", ["security_administrator"], "51")
    with refused("LAST_HOLDER"):
        accounts.close_account(actor("admin2"), account("founder.system").public_id, ON, "left")
    assert account("founder.system").active


@pytest.mark.article("JS-8.1")
def test_two_posts_that_clash_only_at_the_approval_are_refused_there(founded: Flask) -> None:
    number = valid_id_number()
    make_account("zhao", id_number=number)
    make_account("zhao2", id_number=number)
    wanted = grants.apply(actor("founder.system"), account("zhao").public_id, "inspector", "510107", ON).public_id
    grants.check(actor("founder.audit"), wanted, ON)
    with transaction() as session:  # active since, in whatever way
        row = account("zhao2")
        session.add(RoleGrant(account_id=row.id, role="caseworker", office_id=row.office_id, status="active",
                              applied_on=ON, applied_by=account("founder.system").id,
                              checked_by=account("founder.audit").id, approved_by=account("founder.security").id))
    with refused("INCOMPATIBLE_ROLES"):
        grants.approve(actor("founder.security"), wanted, ON)
    assert db.session.scalar(select(RoleGrant.status).where(RoleGrant.public_id == wanted)) == "checked"


@pytest.mark.parametrize("role, whose, office, code", [
    ("emperor", "li", "510107", "UNKNOWN_ROLE"),
    ("reviewer", "nobody", "510107", "UNKNOWN_ACCOUNT"),
    ("reviewer", "li", "999999", "UNKNOWN_OFFICE"),
    ("reviewer", "closed", "510107", "ACCOUNT_CLOSED"),
    ("caseworker", "li", "510107", "ALREADY_GRANTED"),
])
def test_an_application_for_nothing_that_can_be_given_is_refused(
        founded: Flask, role: str, whose: str, office: str, code: str) -> None:
    make_account("closed")
    accounts.close_account(actor("founder.system"), account("closed").public_id, ON, "left")
    known = {name: account(name).public_id for name in ("li", "closed")}
    with refused(code):
        grants.apply(actor("founder.system"), known.get(whose, "0" * 16), role, office, ON)


def test_an_application_is_rejected_or_revoked_only_at_its_stage(founded: Flask) -> None:
    wanted = grants.apply(actor("founder.system"), account("li").public_id, "reviewer", "510107", ON).public_id
    with refused("WRONG_STAGE"):
        grants.revoke(actor("founder.security"), wanted, ON, "moved")
    grants.reject(actor("founder.audit"), wanted, ON, "not needed")
    for step in (grants.check, grants.approve):
        with refused("WRONG_STAGE|NO_GRANT"):
            step(actor("founder.audit"), wanted, ON)
    with refused("UNKNOWN_GRANT"):
        grants.check(actor("founder.audit"), "0" * 16, ON)


def test_an_attempt_counts_for_its_name_and_its_address_and_one_that_is_locked_out_does_not(founded: Flask) -> None:
    with pytest.raises(NotSignedIn, match="SIGN_IN_FAILED"):
        sign_in("li", "wrong wrong wrong", "10.0.0.1", ON)
    keys = {key_of("name", "LI "), key_of("address", "10.0.0.1")}
    assert set(db.session.scalars(select(SignInAttempt.key))) == keys
    assert sign_in("li", PASSWORD, "10.0.0.1", ON)
    assert account("li").failed_attempts == 0


def test_an_account_closed_while_its_password_was_looked_at_gets_no_session(founded: Flask) -> None:
    attempt = _reserve("li", "10.0.0.1")
    accounts.close_account(actor("founder.system"), account("li").public_id, ON, "left")
    with pytest.raises(NotSignedIn, match="SIGN_IN_FAILED"):
        _open(attempt, account("li").id, ON)
    assert db.session.scalars(select(StaffSession.id).where(StaffSession.account_id == account("li").id)).all() == []


def test_a_closed_account_is_refused_like_a_wrong_password_and_both_are_events(founded: Flask) -> None:
    accounts.close_account(actor("founder.system"), account("li").public_id, ON, "left")
    with pytest.raises(NotSignedIn, match="SIGN_IN_FAILED"):
        sign_in("li", PASSWORD, "10.0.0.1", ON)
    found = db.session.scalars(select(AuditEvent.type).where(AuditEvent.type.startswith("Sign"))).all()
    assert found == ["SignInRefused"]
