"""Changing a table that is there. On SQLite it is made anew: copied, dropped, renamed, its rows kept."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op
from alembic.operations import BatchOperations
from sqlalchemy import CheckConstraint, inspect


@contextmanager
def altered(table: str, without_checks: tuple[str, ...] = ()) -> Iterator[BatchOperations]:
    """`with altered("decision") as batch:`, then `batch.add_column(...)` and the like, the same on both engines.

    Alembic forgets a table's CHECKs when it makes it anew; here they are handed over, except `without_checks` (the
    names given in the model, without `ck_<table>_`): drop a CHECK by naming it there, on both engines.
    """
    kept = []
    for check in inspect(op.get_bind()).get_check_constraints(table):
        name = str(check["name"]).removeprefix(f"ck_{table}_")
        if name not in without_checks:
            kept.append(CheckConstraint(check["sqltext"], name=op.f(check["name"])))
    sqlite = op.get_context().dialect.name == "sqlite"
    with op.batch_alter_table(table, table_args=kept if sqlite else ()) as batch:
        for name in () if sqlite else without_checks:
            batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        yield batch
