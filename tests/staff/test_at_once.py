"""Two at the same moment: clashing grants, and guesses at one password."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from sqlalchemy import func, select

from database import db
from staff import grants
from staff.limits import limits
from staff.models import RoleGrant, SignInAttempt
from staff.refusals import StaffRefused
from tests.people import ON, account, actor, make_account, make_founders, valid_id_number

ROUNDS, GUESSES = 4, 12


def together(app, *commands):
    """Results of the commands, started at one moment in threads of their own; a refusal is its name."""
    start = Barrier(len(commands))

    def run(command):
        with app.app_context():
            start.wait()
            try:
                return command()
            except StaffRefused as refused:
                return refused.refusal

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(run, commands))


def test_of_two_clashing_roles_of_one_person_approved_at_once_one_takes_effect(app):
    with app.app_context():
        make_founders()
        make_account("admin2", ["system_administrator"], "51")
    for n in range(ROUNDS):
        with app.app_context():
            waiting = checked_pair(n)
        answers = together(app, *map(partial, (approve, approve), ("founder.security", "admin2"), waiting))
        assert sorted(answers) == ["INCOMPATIBLE_ROLES", "active"]


def test_guesses_at_once_are_not_more_than_guesses_one_by_one(app):
    with app.app_context():
        make_account("li")
        allowed = limits().lockout_failures

    def guess():
        data = {"username": "li", "password": "wrong wrong"}
        return app.test_client().post("/sign-in", data=data).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _n: guess(), range(GUESSES)))
    assert sorted(answers) == [401] * allowed + [429] * (GUESSES - allowed)
    with app.app_context():
        assert db.session.scalar(select(func.count(SignInAttempt.id))) == 2 * allowed  # by name and by address


def checked_pair(n):
    """Two checked grants that clash, on two accounts of one person. They were applied for before the rule is asked."""
    number = valid_id_number()
    make_account(f"a{n}", id_number=number)
    make_account(f"b{n}", id_number=number)
    founder, inspector = actor("founder.system"), actor("founder.audit")
    first = grants.apply(founder, account(f"a{n}").public_id, "inspector", "510107", ON).public_id
    second = pending(founder, inspector, account(f"b{n}"), "caseworker")
    grants.check(inspector, first, ON)
    return first, second


def pending(founder, inspector, holder, role):
    """A checked grant written past the application's own refusal, as two applications at one moment would leave it."""
    from database import transaction

    with transaction() as session:
        row = RoleGrant(account_id=holder.id, role=role, office_id=holder.office_id, status="checked", applied_on=ON,
                        applied_by=founder.account_id, checked_by=inspector.account_id)
        session.add(row)
        session.flush()
        return row.public_id


def approve(username, grant):
    return grants.approve(actor(username), grant, ON).status
