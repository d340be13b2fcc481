"""Indexes and keys of tables that are being filled: taken away before, made again after, as for any bulk load.

Every row is checked again when a key is made; triggers stay as they are throughout. PostgreSQL only: SQLite cannot take
a key away from a table.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Constraint, ForeignKeyConstraint, Table, UniqueConstraint, text
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from database import db, transaction

SETTINGS = ("maintenance_work_mem = '512MB'", "synchronous_commit = off")


@contextmanager
def without_indexes(models: Sequence[Any]) -> Iterator[None]:
    """Of the tables of these models."""
    if db.engine.dialect.name != "postgresql":
        yield
        return
    tables = [model.__table__ for model in models]
    keys = sorted((key for table in tables for key in _keys(table)), key=_after_what_it_names)
    with transaction() as session:
        for key in reversed(keys):
            session.execute(DropConstraint(key))
        for index in (index for table in tables for index in table.indexes):
            session.execute(DropIndex(index))
    yield
    with transaction() as session:
        for setting in SETTINGS:
            session.execute(text(f"SET LOCAL {setting}"))
        for index in (index for table in tables for index in table.indexes):
            session.execute(CreateIndex(index))
        for key in keys:
            session.execute(AddConstraint(key, isolate_from_table=False))


def _keys(table: Table) -> list[Constraint]:
    """Those that no other table names: a key of ids stays."""
    kinds = (UniqueConstraint, ForeignKeyConstraint)
    found = [one for one in table.constraints if isinstance(one, kinds)]
    return found if "id" in table.columns else [table.primary_key, *found]


def _after_what_it_names(key: Constraint) -> bool:
    return isinstance(key, ForeignKeyConstraint)
