"""A database is created whole, left alone when it is, and refused when a part is missing."""
from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from database import db
from database.completeness import missing_parts
from database.migrations.numbers import head
from database.triggers import TRIGGERS, drop_trigger
from tests.conftest import configured
from tests.owner import as_owner


def test_the_schema_of_the_tests_is_complete(context: Flask) -> None:
    with db.engine.connect() as connection:
        assert missing_parts(connection) == []


@pytest.mark.sqlite_is_enough
def test_for_real_each_commit_is_on_the_disk(tmp_path: Path) -> None:
    given = {name: value for name, value in configured(f"sqlite:///{tmp_path}/real.db", tmp_path).items()
             if name != "SQLITE_SYNCHRONOUS"}
    with create_app(given).app_context():
        assert db.session.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        db.session.remove()
        db.engine.dispose()


def test_creating_twice_leaves_the_first_as_it_is(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["database", "create"])
    assert (result.exit_code, result.output) == (0, f"the schema is there, at {head()}\n")


def test_a_database_without_one_of_its_triggers_is_refused_by_name(app: Flask) -> None:
    trigger = next(t for t in TRIGGERS if t.sqlite_sql and t.postgresql_sql)
    with app.app_context(), as_owner() as connection:
        drop_trigger(connection, trigger.name)
    result = app.test_cli_runner().invoke(args=["database", "check"])
    assert result.exit_code == 1
    assert f"trigger {trigger.name}" in result.output


def test_an_empty_database_is_filled(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with as_owner() as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        else:
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            db.drop_all()
            with db.engine.begin() as connection:
                connection.exec_driver_sql("DROP TABLE alembic_version")
    result = app.test_cli_runner().invoke(args=["database", "create"])
    assert (result.exit_code, result.output) == (0, f"schema created, at {head()}\n")


def test_a_database_of_another_program_is_left_as_it_is(app: Flask) -> None:
    with app.app_context(), as_owner() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    result = app.test_cli_runner().invoke(args=["database", "create"])
    assert result.exit_code == 1 and "left as it is" in result.output
