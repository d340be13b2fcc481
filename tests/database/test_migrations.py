"""The numbered migrations make what the models say, on both engines, and keep what a database holds.

A failure of the first test means: a model or a trigger was changed without a migration. Draft it with
`flask --app app database revision "words"` (docs/decisions/040).
"""
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from database import Base, db, transaction, versions
from database.migrating import alembic_config
from database.migrations import numbers
from database.migrations.numbers import BadNumbers, files
from database.roles import OWNER
from database.triggers import TRIGGERS, create_triggers
from database.versions import OutOfDate, current
from tests import engines
from tests.database.described import describe, differences
from tests.owner import as_owner


@pytest.fixture
def as_the_models_say(app: Flask, tmp_path: Path) -> Iterator[Engine]:
    """A second database, made from the models and the registry of triggers, without any migration."""
    if engines.chosen() == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
        yield _filled(made)
        made.dispose()
        return
    with app.app_context():
        url = make_url(app.config[OWNER]).set(database=f"{db.engine.url.database}_models")
    server_url = make_url(os.environ[engines.SERVER_VARIABLE])
    with engines.connection(server_url) as server:
        server.execute(f"CREATE DATABASE {url.database} OWNER {url.username}")
        made = create_engine(url)
        yield _filled(made)
        made.dispose()
        server.execute(f"DROP DATABASE {url.database}")


def _started(app: Flask) -> Flask:
    """The application as a process just started has it: nothing asked of the database yet."""
    versions._up_to_date.clear()
    return app


def _filled(engine: Engine) -> Engine:
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        create_triggers(connection)
    return engine


def test_the_migrations_make_what_the_models_say(context: Flask, as_the_models_say: Engine) -> None:
    with db.engine.connect() as migrated, as_the_models_say.connect() as modelled:
        assert differences(describe(migrated), describe(modelled)) == [], \
            'migrations / models: flask --app app database revision "words" drafts the migration that is missing'


def test_the_comparison_sees_a_column_a_check_an_index_and_a_trigger(context: Flask, as_the_models_say: Engine) -> None:
    with as_the_models_say.connect() as modelled:
        whole = describe(modelled)
    kinds = {name.partition(" ")[0] for name in whole}
    assert kinds == {"column", "primary", "foreign", "unique", "check", "index", "trigger"}
    assert len([name for name in whole if name.startswith("trigger")]) == len(
        [t for t in TRIGGERS if t.sql(db.engine.dialect.name)])


def test_the_numbers_of_the_migrations_have_no_gap_and_none_is_taken_twice() -> None:
    try:
        files()
    except BadNumbers as why:
        pytest.fail(str(why))
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [numbers.head()]


def test_two_migrations_of_one_number_are_named_both(tmp_path: Path) -> None:
    for name in ("0001_first.py", "0002_mine.py", "0002_yours.py"):
        (tmp_path / name).touch()
    with pytest.raises(BadNumbers, match=r"0002 is taken twice: 0002_mine\.py and 0002_yours\.py"):
        files(tmp_path)


def test_a_gap_between_the_numbers_is_named(tmp_path: Path) -> None:
    for name in ("0001_first.py", "0003_third.py"):
        (tmp_path / name).touch()
    with pytest.raises(BadNumbers, match="0001, 0003, not 0001, 0002"):
        files(tmp_path)


def test_every_function_of_a_trigger_bears_the_triggers_name() -> None:
    """What an upgrade relies on, when it lets all triggers fall on PostgreSQL."""
    texts = [trigger for trigger in TRIGGERS if trigger.postgresql_sql]
    assert [one.name for one in texts if f"FUNCTION {one.name}()" not in one.postgresql_sql] == []


def test_nothing_is_written_to_a_database_that_is_out_of_date(app: Flask) -> None:
    with app.app_context(), as_owner() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with _started(app).app_context(), pytest.raises(OutOfDate, match="out of date: it stands at 0000"), transaction():
        pass


def test_a_command_that_writes_says_that_the_database_is_newer(app: Flask) -> None:
    with app.app_context(), as_owner() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for args in (["demo", "load", "--people", "20"], ["database", "check"]):
        result = _started(app).test_cli_runner().invoke(args=args)
        assert result.exit_code == 1 and "newer than this program" in result.output


def test_a_database_stands_at_the_last_migration(context: Flask) -> None:
    with db.engine.connect() as connection:
        assert current(connection) == numbers.head()
