"""Queries built and written out once: what is left at each request is the database's own work.

SQLAlchemy finds the compiled text of a statement by a key as large as the statement; for a page's query that look-up
took longer than the query. Written out, the text itself is the key. Rows come as columns, not as objects.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Result, Select, TextualSelect, bindparam, column, literal_column, text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from database import db

DIALECTS = {"sqlite": SQLiteDialect(paramstyle="named"), "postgresql": PGDialect(paramstyle="named")}


def written_in(name: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """`name` IN words of our own tables, in the text and not bound: so it is with the conditions of partial indexes."""
    return name.in_([literal_column(f"'{value}'") for value in values])


class unsought(FunctionElement[Any]):  # noqa: N801 - reads as a function in a query
    """A column that SQLite is not to look up by an index, since another one serves better; PostgreSQL weighs it."""

    inherit_cache = True


@compiles(unsought)
def _as_it_is(element: unsought, compiler: Any, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(unsought, "sqlite")
def _unsought(element: unsought, compiler: Any, **options: Any) -> str:
    return "+" + compiler.process(element.clauses, **options)


def rows_of(query: Select[Any], values: Mapping[str, Any]) -> Result[Any]:
    """Run `query`, kept by its caller from one call to the next, with `values` for its named parameters."""
    return db.session.execute(_written(query, db.engine.dialect.name), values)


@lru_cache(maxsize=1024)
def _written(query: Select[Any], engine: str) -> TextualSelect:
    return written_out(query, engine)


def written_out(query: Select[Any], engine: str) -> TextualSelect:
    """The query as text for an engine, to be kept by a caller that asks it many times."""
    compiled = query.compile(dialect=DIALECTS[engine])
    lists = {name: one for one, name in compiled.bind_names.items() if one.expanding}
    given = [bindparam(name, type_=one.type) if one.required else bindparam(name, one.value, type_=one.type)
             for one, name in compiled.bind_names.items() if name not in lists]
    written = compiled.string
    for name, one in lists.items():  # an IN of known values: one parameter each
        names = [f"{name}_of_{number}" for number in range(len(one.value))]
        written = written.replace(f"__[POSTCOMPILE_{name}]", ", ".join(f":{each}" for each in names))
        given += [bindparam(each, value, type_=one.type) for each, value in zip(names, one.value, strict=True)]
    shown = [column(one.name, one.type) for one in query.selected_columns]
    return text(written).bindparams(*given).columns(*shown)
