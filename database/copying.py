"""COPY of many rows into PostgreSQL, written out column by column: what stands in every row is written once.

The text format of COPY: a tab between columns, a line for each row, \\N where there is nothing.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from psycopg import Binary
from sqlalchemy import JSON, Column, LargeBinary, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from database.types import UtcDateTime

NOTHING = "\\N"
# what would end a column or a line, or begin an escape
_ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def copy(session: Session, table: Table, given: Mapping[str, Any], count: int) -> None:
    """`count` rows, in the order given: each column is a list of values, or the one that all rows have.

    Raises IntegrityError, TypeError for a value of a kind that no column of ours holds.
    """
    copy_parts(session, table, [(given, count)])


def copy_parts(session: Session, table: Table, parts: Iterable[tuple[Mapping[str, Any], int]]) -> None:
    """The same of several parts, all of the columns of the first, as one COPY: each is taken in while the next is
    made."""
    connection, rest = session.connection(), iter(parts)
    dialect, raw = connection.dialect, connection.connection.driver_connection
    first = next(rest, None)
    if first is None:
        return
    columns = [column for column in table.columns if column.name in first[0] or column.default is not None]
    names = ", ".join(dialect.identifier_preparer.format_column(column) for column in columns)
    into = f"COPY {dialect.identifier_preparer.format_table(table)} ({names}) FROM STDIN"
    try:
        with raw.cursor() as cursor, cursor.copy(into) as sent:
            for given, count in chain([first], rest):
                if not count:
                    continue
                texts = [_texts(column, given, count, dialect) for column in columns]
                sent.write("".join(lines(texts, count, "\t", "\n")))
    except dialect.loaded_dbapi.IntegrityError as error:
        raise IntegrityError(into, None, error) from error


def lines(columns: Sequence[list[str] | str], count: int, between: str, end: str = "") -> list[str]:
    """The columns side by side, `count` of them; one that is a single text has it in every line."""
    given = between.join("%s" if isinstance(one, list) else one.replace("%", "%%") for one in columns) + end
    varying = [one for one in columns if isinstance(one, list)]
    return list(map(given.__mod__, zip(*varying, strict=True))) if varying else [given % ()] * count


def _texts(column: Column[Any], given: Mapping[str, Any], count: int, dialect: Dialect) -> list[str] | str:
    """The column's texts, or the one that it has in all rows."""
    default, write = column.default, _writing(column.type, dialect)
    if column.name in given:
        values = given[column.name]
    elif isinstance(column.type, UtcDateTime):
        values = default.arg(None)  # type: ignore[union-attr]  # one moment for what one statement writes
    elif default.is_callable:  # type: ignore[union-attr]
        values = [default.arg(None) for _ in range(count)]  # type: ignore[union-attr]
    else:
        values = default.arg  # type: ignore[union-attr]
    if not isinstance(values, list):
        return written([write(values) if write else values])  # one: a text
    return written(list(map(write, values)) if write else values)


def _writing(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What a value is made into before it is sent; None: nothing else."""
    if isinstance(kind, JSON):
        return _json(dialect)
    return None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect)


def written(values: list[Any]) -> list[str] | str:
    """As COPY reads them."""
    first, kinds = values[0], set(map(type, values))
    if len(kinds) == 1 and values.count(first) == len(values):
        return _writer(type(first))(first)
    if kinds == {str}:
        return _texts_of(values)
    writers = {kind: _writer(kind) for kind in kinds}
    return [writers[type(value)](value) for value in values]


def _writer(kind: type) -> Callable[[Any], str]:
    known = next((one for one in kind.__mro__ if one in _TEXT), None)
    if known is None:
        raise TypeError(f"no column holds a {kind.__name__}")
    return _TEXT[known]


def _texts_of(values: list[str]) -> list[str]:
    together = "".join(values)
    return list(map(_escaped, values)) if any(one in together for one in _ESCAPED) else values


def _escaped(value: str) -> str:
    for one, instead in _ESCAPED.items():
        if one in value:
            value = value.replace(one, instead)
    return value


def _json(dialect: Dialect) -> Callable[[Any], str]:
    """A writer of JSON that writes what stands in several rows, one after another, once."""
    dumps, last = dialect._json_serializer or json.dumps, [None, "null"]  # type: ignore[attr-defined]

    def write(value: Any) -> str:
        if value is not last[0]:
            last[:] = value, dumps(value)
        return last[1]  # type: ignore[return-value]

    return write


def _bytes(value: bytes) -> str:
    return f"\\\\x{value.hex()}"


_TEXT: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: NOTHING, str: lambda value: _escaped(str.__str__(value)), int: int.__repr__,
    bool: lambda value: "t" if value else "f",
    date: date.isoformat, datetime: datetime.isoformat, bytes: _bytes, Binary: lambda value: _bytes(value.obj),
}
