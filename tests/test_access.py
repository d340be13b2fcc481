"""A4: every route has an access decision, a refusal is an event, and looking changes nothing."""
from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from audit.events import TYPES
from audit.models import AuditEvent
from database import db, transaction
from staff import access as deciding
from staff.access import Access, AccessDenied, in_area, lock_actor
from staff.models import Office, RoleGrant, StaffSession
from staff.roles import ROLES
from tests.people import ON, account, actor, make_account, make_office_tree, sign_in

POSTS = {"clerk": ("caseworker", "reviewer", "approver", "grassroots_officer"), "inspector": ("inspector",)}
FOUNDERS = ("founder.system", "founder.security", "founder.audit")
ACCESS_FAMILIES = {"access", "refusal"}


@pytest.fixture
def people(app: Flask) -> Flask:
    with app.app_context():
        for username, roles in POSTS.items():
            make_account(username, roles, "510107")
    return app


def denials(app):
    with app.app_context():
        query = select(AuditEvent.canonical).where(AuditEvent.type == "RequestDenied").order_by(AuditEvent.id)
        return [bytes(row).decode() for row in db.session.scalars(query)]


def test_every_route_has_an_access_decision(app):
    without = [rule.endpoint for rule in app.url_map.iter_rules()
               if not isinstance(getattr(app.view_functions[rule.endpoint], "__access__", None), Access)]
    assert without == []


def test_every_role_that_a_route_names_exists(app):
    decisions = [getattr(view, "__access__", None) for view in app.view_functions.values()]
    assert {role for decision in decisions if decision for role in decision.roles} <= set(ROLES)


def test_a_route_without_a_decision_is_refused_to_everybody(people):
    decision = people.view_functions["staff.me"].__access__
    del people.view_functions["staff.me"].__access__
    try:
        client = sign_in(people.test_client(), "founder.audit")
        assert client.get("/staff/me").status_code == 403
    finally:
        people.view_functions["staff.me"].__access__ = decision


def test_nobody_signed_in_is_sent_to_sign_in_and_back(people):
    answer = people.test_client().get("/staff/grants?x=1")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/sign-in?next=/staff/grants?x%3D1")
    assert people.test_client().post("/sign-out").status_code == 401
    assert denials(people) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_request_is_an_event_with_the_endpoint_and_never_the_address(people, method):
    client = sign_in(people.test_client(), "clerk")
    path = {"GET": "/staff/accounts/secret-id", "POST": "/staff/accounts/secret-id/close"}[method]
    assert client.open(path, method=method).status_code == 403
    (written,) = denials(people)
    assert "NO_GRANT" in written
    assert "staff." in written
    assert "secret-id" not in written


def test_a_refused_command_is_an_event(people):
    client = sign_in(people.test_client(), "founder.system")
    with people.app_context():
        own = account("founder.system").public_id
    assert client.post(f"/staff/accounts/{own}/close", data={"reason": "x"}).status_code == 409
    assert "OWN_ACCOUNT" in denials(people)[0]


def test_rights_are_read_again_inside_the_transaction(people):
    with people.app_context():
        before = actor("clerk")
        with transaction() as session:
            assert lock_actor(before).roles == set(POSTS["clerk"])
            for grant in session.scalars(select(RoleGrant).where(RoleGrant.account_id == before.account_id)):
                grant.status = "revoked"
        with transaction():
            assert lock_actor(before).roles == frozenset()


def test_a_session_revoked_after_the_page_was_asked_for_refuses_the_command(people):
    sign_in(people.test_client(), "clerk")
    with people.app_context():
        row = db.session.scalars(select(StaffSession)).one()
        late = deciding.actor_of(row.account, row.id)
        with transaction() as session:
            session.get(StaffSession, late.session_id).revoked_at = row.created_at
        with pytest.raises(AccessDenied, match="SESSION_REVOKED"), transaction():
            lock_actor(late)


def test_flask_login_knows_the_account_of_the_session(people):
    from flask_login import current_user

    with sign_in(people.test_client(), "clerk") as client:
        client.get("/staff/me")
        assert current_user.is_authenticated
        assert current_user.username == "clerk"
        client.post("/sign-out")
        client.get("/sign-in")
        assert not current_user.is_authenticated


def test_rights_are_not_checked_outside_a_transaction(people):
    with people.app_context(), pytest.raises(RuntimeError):
        lock_actor(actor("clerk"))


@pytest.mark.parametrize("area, seen", [
    ("51", ["51", "5101", "510104", "510107", "510107001", "510107001201"]),
    ("510107", ["510107", "510107001", "510107001201"]),
    ("510104", ["510104"]),
    (None, []),
])
def test_an_area_is_its_office_and_all_below_it(context, area, seen):
    make_office_tree()
    who = make_account("someone", ["caseworker"] if area else [], "51", area=area)
    codes = db.session.scalars(in_area(select(Office.code), who, Office.path))
    assert sorted(codes) == seen


def test_an_area_does_not_reach_codes_that_merely_begin_alike(context):
    from staff.access import SYSTEM
    from staff.offices import create_office

    make_office_tree()
    with transaction():
        create_office("51010", "x", "county", "5101", actor=SYSTEM, on=ON)
        create_office("5101071", "y", "county", "5101", actor=SYSTEM, on=ON)
    who = make_account("someone", ["caseworker"], "51010", area="51010")
    assert list(db.session.scalars(in_area(select(Office.code), who, Office.path))) == ["51010"]


@pytest.mark.sqlite_is_enough
@pytest.mark.parametrize("username", [*FOUNDERS, *POSTS])
def test_looking_at_any_page_changes_nothing(people, username):
    client = sign_in(people.test_client(), username)
    before = everything(people)
    for rule in people.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static":
            client.get(address(people, rule))
    assert everything(people) == before


def address(app, rule):
    """The rule's address, with ids that exist nowhere."""
    with app.test_request_context():
        kinds = {name: type(made).__name__ for name, made in rule._converters.items()}
        values = {name: 1 if kind == "IntegerConverter" else "x" for name, kind in kinds.items()}
        adapter = app.url_map.bind("localhost")
        try:
            return adapter.build(rule.endpoint, values, method="GET")
        except Exception:  # noqa: BLE001  a converter that allows certain words only: the first will do
            values |= {name: sorted(made.items)[0] for name, made in rule._converters.items() if hasattr(made, "items")}
            return adapter.build(rule.endpoint, values, method="GET")


def everything(app):
    """Table -> its rows, but for events of access and refusal, and the time a session was last seen."""
    with app.app_context():
        kinds = [name for name, kind in TYPES.items() if kind.FAMILY in ACCESS_FAMILIES]
        names = [t.name for t in db.metadata.sorted_tables if not t.name.startswith(("staff_session", "audit_"))]
        rows = {name: sorted(map(repr, db.session.execute(text(f'SELECT * FROM "{name}"')).all())) for name in names}
        query = select(AuditEvent.uid).where(AuditEvent.type.not_in(kinds))
        sessions = select(StaffSession.token_hash, StaffSession.revoked_at, StaffSession.expires_at)
        return rows | {"audit_event": sorted(db.session.scalars(query)),
                       "staff_session": sorted(map(repr, db.session.execute(sessions)))}
