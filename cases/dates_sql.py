"""Date arithmetic in SQL, the same on both engines and the same as workflows/deadlines.py (tests compare them)."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Date, Float, Integer, case, cast, extract, literal
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


class seconds_between(FunctionElement[float]):
    """Seconds from the second moment to the first."""

    type = Float()
    inherit_cache = True
    name = "seconds_between"


# what each comes to on each engine; {0}, {1} are its arguments, {all} all of them
_SQL: dict[type[FunctionElement[Any]], dict[str, str]] = {
    add_months: {
        "postgresql": "CAST({0} + make_interval(months => {1}) AS DATE)",
        # a day that does not exist flows over: then the month's end
        "sqlite": "min(date({0}, {1} || ' months'), date({0}, 'start of month', ({1} + 1) || ' months', '-1 day'))"},
    add_days: {"postgresql": "({0} + {1})", "sqlite": "date({0}, {1} || ' days')"},
    first_of_month: {"postgresql": "CAST(date_trunc('month', {0}) AS DATE)", "sqlite": "date({0}, 'start of month')"},
    seconds_between: {"postgresql": "CAST(extract(epoch FROM {0} - {1}) AS double precision)",
                      "sqlite": "((julianday({0}) - julianday({1})) * 86400.0)"},
    later_of: {"postgresql": "greatest({all})", "sqlite": "max({all})"},
}


def _written(text: str) -> Callable[..., str]:
    def write(element: FunctionElement[Any], compiler: SQLCompiler, **more: Any) -> str:
        parts = [compiler.process(part, **more) for part in element.clauses]
        return text.format(*parts, all=", ".join(parts))
    return write


for _element, _engines in _SQL.items():
    for _engine, _text in _engines.items():
        compiles(_element, _engine)(_written(_text))


def months_between(start: Any, on: Any) -> ColumnElement[int]:
    """`deadlines.months_between`: whole months elapsed. A date of Python is taken as it is."""
    end = literal(on, Date) if isinstance(on, date) else on
    months = (extract("year", end) - extract("year", start)) * 12 + extract("month", end) - extract("month", start)
    whole = cast(months, Integer)
    return whole - case((add_months(start, whole) > end, 1), else_=0)
