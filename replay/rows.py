"""The rows of a table as the log would say them: who and what they point at by public ids, offices by their codes."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

Query = Callable[[], Select[Any]]


def rows_of(model: Any, columns: str, *keys: str, join: Sequence[tuple[Any, Any]] = (),
            where: Sequence[ColumnElement[bool]] = (), more: Sequence[ColumnElement[Any]] = ()) -> Query:
    """columns: their names; a reference stands as what it refers to. keys: columns rows are known by, the public id
    where none is named; join: (model, condition); more: columns of its own making."""
    table = model.__table__
    named = [f"key_{n}" for n in range(1, 1 + len(keys))] if len(keys) > 1 else ["key"]
    wanted = [*(_known(table.c[name]).label(label) for name, label in zip(keys or ("public_id",), named, strict=True)),
              *(_known(table.c[name]).label(name) for name in columns.split()), *more]

    def query() -> Select[Any]:
        made = select(*wanted).select_from(table).where(*where)
        for other, condition in join:
            made = made.join(other, condition)
        return made
    return query


def _known(column: Any) -> Any:
    """What the log calls it; a person is called by a number."""
    at = column
    while at.foreign_keys:  # through a row that has the number of another (a limit has that of its decision)
        at = next(iter(at.foreign_keys)).column
        other = at.table.alias()
        for name in ("public_id", "code"):
            if name in other.c:
                return select(other.c[name]).where(other.c[at.name] == column).scalar_subquery()
    return column


def count_of(model: Any, *where: ColumnElement[bool]) -> Any:
    """How many rows of another table stand beside a row."""
    return select(func.count()).select_from(model).where(*where).scalar_subquery()
