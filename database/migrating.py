"""Brings a database to a version: the numbered migrations, run by Alembic.

One upgrade is one transaction on both engines: all of it or nothing. The triggers fall before it and stand again after
it, in the words of the version reached: on SQLite a table made anew loses them, and a change of the schema may have to
fill a column of rows that never change otherwise.
"""
from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from database.migrations import frozen, numbers
from database.triggers import pin
from database.versions import current

ADVISORY_KEY = 7_310_401  # of an upgrade, among PostgreSQL's locks


class BrokenReferences(RuntimeError):
    """After a migration on SQLite a row points at one that is not there; nothing of the migration is kept."""


def upgrade(engine: Engine, target: str = "head") -> tuple[str | None, str]:
    """Bring a database, empty or older, to `target`. Returns the versions before and after."""
    numbers.files()
    with _writing(engine) as connection:
        before = current(connection)
        config = alembic_config(connection)
        scripts = ScriptDirectory.from_config(config)
        after = scripts.get_revision(target).revision
        if before != after:
            _drop(connection, frozen.triggers_at(scripts, before))
            command.upgrade(config, target)
            _create(connection, frozen.triggers_at(scripts, after))
    return before, after


def alembic_config(connection: Connection | None = None, **attributes: Any) -> Config:
    """Alembic's settings; there is no ini file."""
    config = Config(stdout=StringIO(), cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("version_locations", str(numbers.VERSIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("truncate_slug_length", "60")
    config.attributes.update(connection=connection, **attributes)
    return config


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that nobody else's upgrade meets; on SQLite the references are checked at its end."""
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:  # a table made anew is dropped for a moment; inside a transaction this cannot be said
            _raw(connection, "PRAGMA foreign_keys=OFF")
        try:
            with connection.execution_options(write=True).begin():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})
                yield connection
                if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                    raise BrokenReferences(f"{len(broken)} rows, the first in {broken[0][0]}")
        finally:
            if sqlite:
                _raw(connection, "PRAGMA foreign_keys=ON")


def _raw(connection: Connection, pragma: str) -> None:
    connection.connection.dbapi_connection.execute(pragma)  # type: ignore[union-attr]


def _drop(connection: Connection, triggers: dict[str, frozen.Texts]) -> None:
    dialect = connection.dialect.name
    for name in (name for name, texts in triggers.items() if dialect in texts):
        if dialect == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        else:  # the trigger falls with its function, which bears its name
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}() CASCADE")


def _create(connection: Connection, triggers: dict[str, frozen.Texts]) -> None:
    dialect = connection.dialect.name
    for name, texts in triggers.items():
        if sql := texts.get(dialect):
            connection.exec_driver_sql(sql)
            pin(connection, name)
