"""Date arithmetic in SQL, the same on both engines and the same as workflows/deadlines.py (tests compare them)."""
from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, case, cast, extract, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.functions import FunctionElement


class _Dated(FunctionElement[date]):
    """A date moved by a number."""

    type = Date()

    def __init__(self, start: ColumnElement[Any] | date, number: ColumnElement[Any] | int) -> None:
        super().__init__(literal(start, Date) if isinstance(start, date) else start, cast(number, Integer))


class add_months(_Dated):
    """`deadlines.add_months`: the same day `number` months later, clamped to the end of a short month."""

    inherit_cache = True
    name = "add_months"


class add_days(_Dated):
    inherit_cache = True
    name = "add_days"


class first_of_month(FunctionElement[date]):
    type = Date()
    inherit_cache = True
    name = "first_of_month"


class later_of(FunctionElement[date]):
    """The latest of dates of which none is NULL."""

    type = Date()
    inherit_cache = True
    name = "later_of"


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, **more: Any) -> list[str]:
    return [compiler.process(part, **more) for part in element.clauses]


@compiles(add_months, "postgresql")
def _add_months(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    start, number = _parts(element, compiler, **more)
    return f"CAST({start} + make_interval(months => {number}) AS DATE)"


@compiles(add_months, "sqlite")
def _add_months_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    start, number = _parts(element, compiler, **more)  # a day that does not exist flows over: then the month's end
    return (f"min(date({start}, {number} || ' months'),"
            f" date({start}, 'start of month', ({number} + 1) || ' months', '-1 day'))")


@compiles(add_days, "postgresql")
def _add_days(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    start, number = _parts(element, compiler, **more)
    return f"({start} + {number})"


@compiles(add_days, "sqlite")
def _add_days_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    start, number = _parts(element, compiler, **more)
    return f"date({start}, {number} || ' days')"


@compiles(first_of_month, "postgresql")
def _first_of_month(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(date_trunc('month', {_parts(element, compiler, **more)[0]}) AS DATE)"


@compiles(first_of_month, "sqlite")
def _first_of_month_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"date({_parts(element, compiler, **more)[0]}, 'start of month')"


@compiles(later_of, "postgresql")
def _later_of(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"greatest({', '.join(_parts(element, compiler, **more))})"


@compiles(later_of, "sqlite")
def _later_of_sqlite(element: Any, compiler: SQLCompiler, **more: Any) -> str:
    return f"max({', '.join(_parts(element, compiler, **more))})"


def months_between(start: Any, on: Any) -> ColumnElement[int]:
    """`deadlines.months_between`: whole months elapsed. A date of Python is taken as it is."""
    end = literal(on, Date) if isinstance(on, date) else on
    months = (extract("year", end) - extract("year", start)) * 12 + extract("month", end) - extract("month", start)
    whole = cast(months, Integer)
    return whole - case((add_months(start, whole) > end, 1), else_=0)
