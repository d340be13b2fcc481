"""Many rows, and many keys, in one statement: COPY and arrays on PostgreSQL, executemany and JSON on SQLite.

Neither grows with the number of rows: the statement stays the same, so that it is written out and planned once.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, Table, bindparam, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from database.copying import copy_parts

Row = Mapping[str, Any]


class Listed(TypeDecorator[list[Any]]):
    """A list bound as one value: of numbers, or of texts."""

    impl = String
    cache_ok = True

    def __init__(self, item: type = int) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        array = postgresql.ARRAY(BigInteger if self.item is int else String)
        return dialect.type_descriptor(array if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


class _among(FunctionElement[Any]):  # noqa: N801 - reads as a function in a query
    inherit_cache = True  # of no type: SQLite would compare a truth with 1, and no index would serve


@compiles(_among)
def _in_array(element: _among, compiler: Any, **options: Any) -> str:
    column, listed = element.clauses
    kind = "BIGINT" if listed.type.item is int else "VARCHAR"
    return f"{compiler.process(column, **options)} = ANY (CAST({compiler.process(listed, **options)} AS {kind}[]))"


@compiles(_among, "sqlite")
def _in_json(element: _among, compiler: Any, **options: Any) -> str:
    column, listed = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({listed}))"


def among(column: Any, values: Sequence[Any] | None = None, *, name: str | None = None,
          item: type = int) -> ColumnElement[bool]:
    """The column has one of the values, of which there may be any number; with `name`, they are given later."""
    given = {"required": True} if name else {"value": values}
    return _among(column, bindparam(name, type_=Listed(item), unique=name is None, **given))  # type: ignore[arg-type]


def insert_many(session: Session, model: Any, rows: Sequence[Row]) -> None:
    """Rows of one table, all with the same columns, in the order given. Raises IntegrityError."""
    if rows:
        insert_columns(session, model, {name: [row[name] for row in rows] for name in rows[0]}, len(rows))


def insert_columns(session: Session, model: Any, columns: Mapping[str, Any], count: int) -> None:
    """`count` rows, column by column: a list of values, or the one that all rows have. Raises IntegrityError."""
    insert_parts(session, model, [(columns, count)])


def insert_parts(session: Session, model: Any, parts: Iterable[tuple[Mapping[str, Any], int]]) -> None:
    """The same of several parts of the same columns; PostgreSQL takes one in while the next is made, which may not
    ask it anything."""
    table: Table = model.__table__
    if session.get_bind().dialect.name == "postgresql":
        copy_parts(session, table, parts)
        return
    for columns, count in parts:
        given = [values if isinstance(values, list) else [values] * count for values in columns.values()]
        if count:
            session.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in zip(*given, strict=True)])

