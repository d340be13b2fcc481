"""The version of a database: which numbered migration it stands at, and whether this program may work on it."""
from __future__ import annotations

from weakref import WeakSet

from click import ClickException
from sqlalchemy import Connection, Engine, inspect, text

from database.migrations import numbers

TABLE = "alembic_version"
_up_to_date: WeakSet[Engine] = WeakSet()


class OutOfDate(ClickException):
    """The database stands at another version than this program needs; a command ends with this message."""


def current(connection: Connection) -> str | None:
    """The number of the last migration that this database had; None before the first."""
    if not inspect(connection).has_table(TABLE):
        return None
    return connection.scalar(text(f"SELECT version_num FROM {TABLE}"))


def objection(connection: Connection) -> str | None:
    """Why this program must not work on this database, in words; None when it may."""
    at, needed = current(connection), numbers.head()
    if at == needed:
        return None
    if at is None:
        return "The database holds no tables of this program yet. Run: flask --app app database create"
    if at < needed:
        return (f"The database is out of date: it stands at {at}, this program needs {needed}. Back it up, stop every "
                "process that uses it, then run: flask --app app database create")
    return f"The database stands at {at}, newer than this program, which knows {needed}. Use the newer program."


def require_up_to_date(engine: Engine) -> None:
    """Raises OutOfDate. Asks the database once per engine."""
    if engine in _up_to_date:
        return
    with engine.connect() as connection:
        why = objection(connection)
    if why:
        raise OutOfDate(why)
    _up_to_date.add(engine)
