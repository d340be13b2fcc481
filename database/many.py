"""Many rows, and many keys, in one statement: COPY and arrays on PostgreSQL, executemany and JSON on SQLite.

Neither grows with the number of rows: the statement stays the same, so that it is written out and planned once.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ColumnElement, String, Table, bindparam, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

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
    if not rows:
        return
    table: Table = model.__table__
    if session.get_bind().dialect.name == "postgresql":
        _copy(session, table, rows)
    else:
        session.execute(insert(table), list(rows))


def _copy(session: Session, table: Table, rows: Sequence[Row]) -> None:
    connection = session.connection()
    dialect, raw = connection.dialect, connection.connection.driver_connection
    columns = [column for column in table.columns if column.name in rows[0] or column.default is not None]
    values = [_reader(column, column.name in rows[0], dialect) for column in columns]
    names = ", ".join(dialect.identifier_preparer.format_column(column) for column in columns)
    into = f"COPY {dialect.identifier_preparer.format_table(table)} ({names}) FROM STDIN"
    try:
        with raw.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row([read(row) for read in values])
    except dialect.loaded_dbapi.IntegrityError as error:
        raise IntegrityError(into, None, error) from error


def _reader(column: Column[Any], given: bool, dialect: Dialect) -> Callable[[Row], Any]:
    """What is written into the column: the row's value, or its default, as the database takes it."""
    name, default = column.name, column.default
    kind = column.type
    write = _json(dialect) if isinstance(kind, JSON) else kind.dialect_impl(dialect).bind_processor(dialect)
    if not given and default is not None and default.is_callable:
        return lambda row: write(default.arg(None)) if write else default.arg(None)  # type: ignore[attr-defined]
    if not given:
        constant = write(default.arg) if write else default.arg  # type: ignore[union-attr]
        return lambda row: constant
    return (lambda row: write(row[name])) if write else (lambda row: row[name])


def _json(dialect: Dialect) -> Callable[[Any], str]:
    """A writer of JSON that writes what stands in several rows, one after another, once."""
    dumps, last = dialect._json_serializer or json.dumps, [None, "null"]  # type: ignore[attr-defined]

    def write(value: Any) -> str:
        if value is not last[0]:
            last[:] = value, dumps(value)
        return last[1]  # type: ignore[return-value]

    return write
