"""The database: one session, one way to write.

`transaction()` is the only place that commits. It opens a fresh transaction (`BEGIN IMMEDIATE` on SQLite, so that a
reader never has to upgrade), commits once at its end, and rolls back on any error.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase, Session

from database.versions import require_up_to_date

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)


class NestedTransaction(RuntimeError):
    """A transaction was opened inside another: one command is one commit."""


def init_database(app: Flask) -> None:
    """Bind the engine of `app` and set what SQLite needs to be trusted with money."""
    db.init_app(app)
    with app.app_context():
        _prepare(db.engine, synchronous=app.config.get("SQLITE_SYNCHRONOUS", "FULL"))


def _prepare(engine: Engine, synchronous: str) -> None:
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _pragmas(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=30000", f"synchronous={synchronous}",
                       "recursive_triggers=ON"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work on `db.session`: everything inside commits together, or nothing does.

    Raises NestedTransaction when one is already open, OutOfDate when the database is older or newer than this program.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        raise NestedTransaction
    require_up_to_date(db.engine)
    session.rollback()
    session.info.clear()
    session.info["in_transaction"] = True
    try:
        session.connection(execution_options={"write": True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.clear()


def in_transaction() -> bool:
    return bool(db.session().info.get("in_transaction"))


def create_schema(app: Flask) -> tuple[str | None, str]:
    """Bring the database, empty or older, to the last migration: tables, the triggers that have the last word, and the
    privileges of the application's role where another role owns the tables.

    Returns the versions before (None: empty) and after.
    """
    from database.migrating import upgrade
    from database.roles import OWNER, application_role, grant_privileges, owner_engine

    with app.app_context(), owner_engine() as owner:
        versions = upgrade(owner)
        if app.config.get(OWNER):
            with owner.begin() as connection:
                grant_privileges(connection, application_role())
        return versions
