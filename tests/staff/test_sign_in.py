"""Signing in through the page: throttling, lockout, sessions that end at once."""
from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from audit.models import AuditEvent
from database import db, transaction
from database.types import now
from staff import accounts, grants
from staff.limits import ADDRESS_FAILURES, limits
from staff.models import RoleGrant, SignInAttempt, StaffSession
from tests.owner import as_owner
from tests.people import ON, PASSWORD, account, actor, make_account, sign_in

pytestmark = pytest.mark.sqlite_is_enough


@pytest.fixture
def li(app):
    with app.app_context():
        return make_account("li", ["caseworker"])


def attempt(client, username="li", password="wrong wrong wrong", address="10.0.0.1"):
    data = {"username": username, "password": password}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address})


def events(app, kind):
    with app.app_context():
        return len(db.session.scalars(select(AuditEvent.id).where(AuditEvent.type == kind)).all())


def age_attempts(app, minutes):
    with app.app_context():
        seen = {row.id: row.at - timedelta(minutes=minutes) for row in db.session.scalars(select(SignInAttempt))}
        with as_owner() as connection:
            for key, at in seen.items():
                connection.execute(update(SignInAttempt).where(SignInAttempt.id == key).values(at=at))


def test_signing_in_opens_the_pages_and_is_an_event(app, client, li):
    assert client.get("/staff/me").status_code == 302
    sign_in(client, "li")
    assert client.get("/staff/me").status_code == 200
    assert events(app, "SignedIn") == 1


def test_the_user_name_is_read_in_any_case_and_with_spaces(client, li):
    assert attempt(client, " LI ", PASSWORD).status_code == 302


def test_an_unknown_name_gets_the_answer_of_a_wrong_password(client, li):
    wrong, unknown = attempt(client), attempt(client, "nobody")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    strip = [a.get_data(as_text=True).replace("nobody", "li") for a in (wrong, unknown)]
    assert _without_tokens(strip[0]) == _without_tokens(strip[1])


@pytest.mark.parametrize("username", ["li", "nobody"])
def test_after_too_many_failures_the_name_is_locked_known_or_not(app, client, li, username):
    with app.app_context():
        allowed = limits().lockout_failures
    answers = [attempt(client, username, address=f"10.0.0.{n}").status_code for n in range(allowed + 1)]
    assert answers == [401] * allowed + [429]
    assert events(app, "SignInRefused") == allowed + 1


@pytest.mark.article("GB-5.5")
def test_a_locked_account_refuses_the_right_password_until_the_lock_has_run_out(app, client, li):
    with app.app_context():
        allowed, minutes = limits().lockout_failures, limits().lockout_minutes
    for _n in range(allowed):
        attempt(client)
    assert attempt(client, password=PASSWORD).status_code == 429
    age_attempts(app, minutes + 1)
    assert attempt(client, password=PASSWORD).status_code == 302


def test_a_success_forgives_earlier_failures(app, client, li):
    with app.app_context():
        allowed = limits().lockout_failures
    for _round in range(2):
        for _n in range(allowed - 1):
            assert attempt(client).status_code == 401
        assert attempt(client, password=PASSWORD).status_code == 302


def test_one_address_that_tries_many_names_is_throttled(app, client, li):
    with app.app_context(), transaction() as session:
        from staff.sign_in import key_of

        session.add_all(SignInAttempt(key=key_of("address", "10.9.9.9"), ok=False) for _ in range(ADDRESS_FAILURES))
    assert attempt(client, password=PASSWORD, address="10.9.9.9").status_code == 429
    assert attempt(client, password=PASSWORD, address="10.9.9.8").status_code == 302


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, client, li):
    sign_in(client, "li")
    copy = app.test_client()
    copy.set_cookie("session", client.get_cookie("session").value)
    assert copy.get("/staff/me").status_code == 200
    client.post("/sign-out")
    assert copy.get("/staff/me").status_code == 302
    assert events(app, "SignedOut") == 1


@pytest.mark.article("GB-5.5")
@pytest.mark.parametrize("column, minutes", [("last_seen_at", "session_idle_minutes"),
                                             ("expires_at", "session_absolute_minutes")])
def test_a_session_ends_when_idle_and_at_its_absolute_limit(app, client, li, column, minutes):
    sign_in(client, "li")
    with app.app_context(), transaction() as session:
        back = timedelta(minutes=getattr(limits(), minutes))
        session.execute(update(StaffSession).values({column: now() - (back if column == "last_seen_at" else back * 0)}))
    assert client.get("/staff/me").status_code == 302


def test_a_session_of_a_closed_account_is_worth_nothing_even_where_nobody_ended_it(app, client, li):
    sign_in(client, "li")
    with app.app_context(), transaction():
        account("li").active = False
    assert client.get("/staff/me").status_code == 302


def test_closing_an_account_ends_its_sessions_at_once(app, client, li):
    sign_in(client, "li")
    with app.app_context():
        accounts.close_account(actor("founder.system"), account("li").public_id, ON, "left")
    assert client.get("/staff/me").status_code == 302
    assert attempt(client, password=PASSWORD).status_code == 401


def test_a_revoked_role_ends_the_session_at_once(app, client, li):
    sign_in(client, "li")
    with app.app_context():
        grant = db.session.scalar(select(RoleGrant.public_id).where(RoleGrant.role == "caseworker"))
        grants.revoke(actor("founder.system"), grant, ON, "moved")
    assert client.get("/staff/me").status_code == 302


def test_a_changed_password_ends_the_other_sessions(app, client, li):
    sign_in(client, "li")
    other = sign_in(app.test_client(), "li")
    answer = client.post("/staff/me/password", data={"old": PASSWORD, "new": "another long password"})
    assert answer.status_code == 302
    assert client.get("/staff/me").status_code == 200
    assert other.get("/staff/me").status_code == 302
    assert attempt(app.test_client(), password=PASSWORD).status_code == 401


def test_somebody_elses_session_cannot_be_ended(app, client, li):
    with app.app_context():
        make_account("wang")
    other = sign_in(app.test_client(), "wang")
    with app.app_context():
        row_id = db.session.scalar(select(StaffSession.id).where(StaffSession.account_id == account("wang").id))
    sign_in(client, "li").post(f"/staff/me/sessions/{row_id}/revoke")
    assert other.get("/staff/me").status_code == 200


def test_after_signing_in_one_is_never_sent_to_another_site(client, li):
    data = {"username": "li", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/sign-in", data=data).headers["Location"] == "/"


def _without_tokens(page):
    return [line for line in page.splitlines() if "csrf" not in line and "nonce" not in line.lower()]
