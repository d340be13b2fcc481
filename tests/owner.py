"""What the owner of a database can do, and its superuser: tests of damage use it. Inside an application context."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine

from database import db
from database.roles import owner_engine
from tests import engines


@contextmanager
def as_owner() -> Iterator[Connection]:
    """A connection of the role that owns the tables; committed at its end."""
    db.session.remove()
    with owner_engine() as engine, engine.begin() as connection:
        yield connection


@contextmanager
def as_superuser() -> Iterator[Connection]:
    """A connection to which nothing is refused; commit it yourself."""
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            yield connection
        return
    engine = create_engine(engines.superuser_of(db.engine.url.render_as_string(hide_password=False)))
    with engine.connect() as connection:
        yield connection
    engine.dispose()
