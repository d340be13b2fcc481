"""A database is served for real only when it is none of a demonstration and somebody can sign in."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text

import serve
from app import create_app
from database import db
from database.roles import OWNER
from demo.cli import mark
from invariants import breaches
from serve import objection
from tests.owner import as_owner
from tests.people import make_founders


def test_a_database_without_people_is_not_served(app: Flask) -> None:
    assert "first-persons" in (objection(app) or "")


def test_a_database_of_a_demonstration_is_never_used_for_real(context: Flask) -> None:
    make_founders()
    mark(date(2026, 1, 5))
    assert "demonstration" in (objection(context) or "")


def test_a_database_with_its_first_three_persons_is_served(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_founders()
    monkeypatch.setitem(context.config, OWNER, None)  # as the server is started
    assert objection(context) is None


def test_a_server_that_knows_the_owners_address_is_not_started(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_founders()
    monkeypatch.setitem(context.config, OWNER, "postgresql://owner@host/name")
    assert "OWNER_DATABASE_URL" in (objection(context) or "")


def test_on_postgresql_one_role_for_everything_is_not_served_for_real(app: Flask) -> None:
    if not app.config[OWNER]:
        pytest.skip("SQLite knows no roles")
    with app.app_context():
        make_founders()
    alone = create_app(app.config | {"SQLALCHEMY_DATABASE_URI": app.config[OWNER], OWNER: None})
    assert "owns" in (objection(alone) or "") and "OWNER_DATABASE_URL" in (objection(alone) or "")
    refused = alone.test_cli_runner().invoke(args=["database", "create", "--real"])
    assert refused.exit_code == 1 and "OWNER_DATABASE_URL" in refused.output
    checked = alone.test_cli_runner().invoke(args=["database", "check"])
    assert checked.exit_code == 1 and "owns" in checked.output
    with alone.app_context():
        assert [one.invariant for one in breaches()] == ["R2 the application's role can do no more than it needs"]
        mark(date(2026, 1, 5))
        assert breaches() == []
        db.engine.dispose()
    assert "a demonstration only" in alone.test_cli_runner().invoke(args=["check-invariants"]).output


def test_a_database_of_another_version_is_not_served(context: Flask, capsys: pytest.CaptureFixture[str],
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    with as_owner() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    monkeypatch.setattr(serve, "create_app", lambda: context)
    assert serve.main() == 1
    assert "out of date: it stands at 0000" in capsys.readouterr().err
