"""`--as ACCOUNT` and `--by ACCOUNT` of a command are a sign-in with that account's password, not a claim."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from database import db, transaction
from demo.cli import mark
from staff.models import StaffAccount, StaffSession
from tests.people import PASSWORD, account, make_account

Run = Callable[..., Result]


@pytest.fixture
def run(context: Flask, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Closes the account `leaving` in the name of a founder; what is given stands in the standard input."""
    make_account("leaving")
    monkeypatch.setitem(context.config, "TRUST_TERMINAL", False)

    def run(given: str = "", by: str = "founder.system", **environ: str) -> Result:
        args = ["staff", "close", "leaving", "--by", by, "--cause", "left the agency"]
        return context.test_cli_runner().invoke(args=args, input=given, env=environ)

    return run


def closed() -> bool:
    db.session.rollback()
    return not db.session.scalar(select(StaffAccount.active).where(StaffAccount.username == "leaving"))


def events() -> list[str]:
    return list(db.session.scalars(select(AuditEvent.type).order_by(AuditEvent.id)))


@pytest.mark.parametrize(("given", "environ"), [(PASSWORD + "\n", {}), ("", {"ACCOUNT_PASSWORD": PASSWORD})])
def test_with_its_password_an_account_acts_and_is_signed_out_again(run: Run, given: str, environ: dict) -> None:
    answer = run(given, **environ)
    assert (answer.exit_code, closed()) == (0, True), answer.output
    assert PASSWORD not in answer.output
    assert [one for one in events() if one.startswith("Signed")] == ["SignedIn", "SignedOut"]
    assert db.session.scalars(select(StaffSession.revoked_at)).one() is not None


@pytest.mark.parametrize(("given", "by"), [("", "founder.system"), ("another one\n", "founder.system"),
                                           (PASSWORD + "\n", "nobody")])
def test_without_its_password_nobody_acts_for_an_account(run: Run, given: str, by: str) -> None:
    answer = run(given, by)
    assert answer.exit_code == 1 and "SIGN_IN_FAILED" in answer.output
    assert not closed() and events()[-1] == "SignInRefused"


def test_guesses_in_a_terminal_lock_the_account_as_on_the_page(run: Run) -> None:
    answers = [run("guess\n") for _ in range(8)]
    assert "SIGN_IN_LOCKED" in answers[-1].output
    assert run(PASSWORD + "\n").exit_code == 1 and not closed()


def test_a_password_chosen_by_somebody_else_is_changed_on_the_pages_first(run: Run) -> None:
    with transaction():
        account("founder.system").password_temporary = True
    answer = run(PASSWORD + "\n")
    assert answer.exit_code == 1 and "temporary" in answer.output and not closed()


def test_a_demonstration_asks_for_no_password(run: Run) -> None:
    mark(date(2026, 1, 5))
    assert run().exit_code == 0 and closed()


def test_an_operator_may_trust_the_terminal(run: Run, context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(context.config, "TRUST_TERMINAL", True)
    assert run().exit_code == 0 and closed()
