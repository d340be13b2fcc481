"""Many rows read while the database still finds the next ones; memory does not grow with their number."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

AT_ONCE = 500


def streamed(session: Session, query: Select[Any], at_once: int = AT_ONCE) -> Iterator[list[Any]]:
    """The rows of plain columns (numbers, texts, bytes), some hundreds at a time; nothing else may be asked between.

    PostgreSQL sends them in its binary form, past SQLAlchemy: a million of them cost half as much.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield from map(list, session.execute(query.execution_options(yield_per=at_once)).partitions())
        return
    connection = session.connection()
    made, raw = query.compile(dialect=connection.dialect), connection.connection.driver_connection
    with raw.cursor() as cursor, closing(cursor.stream(str(made), made.params, binary=True, size=at_once)) as rows:
        while part := list(islice(rows, at_once)):
            yield part
