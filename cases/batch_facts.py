"""Facts of batches that staff release (QD 25), for one case and in SQL: the two stand side by side (a test compares).

The batch of a day is that of the last end of a month: on the last day of a month, the month's own.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_

from cases.dates_sql import add_days, add_months
from cases.models import Case, SuspensionBatch, SuspensionRow
from cases.subject import Subject, any_of
from workflows.deadlines import DAY, first_day, month_of, next_month, warned_lapse_on

if TYPE_CHECKING:
    from cases.facts_sql import Scope


def batch_month(on: date) -> str:
    """The month whose end came last; on its last day, the month itself."""
    return next_month(month_of(on + DAY), -1)


def month_end(on: date) -> date:
    return first_day(next_month(batch_month(on))) - DAY


def _stands(case: Any, due_on: Any, *more: Any) -> Any:
    return exists().where(SuspensionRow.batch_id == SuspensionBatch.id, SuspensionRow.case_id == case,
                          SuspensionRow.period_due_on == due_on, *more)


def _released(case: Any, due_on: Any) -> Any:
    return _stands(case, due_on, SuspensionRow.taken_out_on.is_(None), SuspensionBatch.status == "released")


def _gathered(case: Any, due_on: Any, on: date) -> Any:
    waits = and_(SuspensionBatch.status != "released", SuspensionRow.taken_out_on.is_(None))
    return _stands(case, due_on, or_(SuspensionBatch.month == batch_month(on), waits))


def _closed(path: Any, on: date) -> Any:
    return exists().where(SuspensionBatch.office_path == path, SuspensionBatch.month == batch_month(on),
                          SuspensionBatch.status != "gathered")


def _month_closed(s: Subject) -> bool:
    if s.case.due_on is None:
        return False
    value = s.rules.value
    return month_end(s.on) >= warned_lapse_on(s.case.due_on, value("lapse_days_after_due"), s.case.warn_from,
                                              value("warning_months"))


def _month_closed_sql(s: Scope) -> ColumnElement[bool]:
    end, rule = month_end(s.on), s.rule.c
    warned = add_days(add_months(Case.warn_from, rule.warning_months), rule.lapse_days)
    over = and_(add_days(Case.due_on, rule.lapse_days) <= end, or_(Case.warn_from.is_(None), warned <= end))
    return func.coalesce(over, false())


OF_A_BATCH: dict[str, Callable[[Subject], object]] = {
    "lapses_by_calendar": lambda s: s.rules.value("suspend_lapsed_by") == "system",
    "batch_released": lambda s: any_of(_released(s.case.id, s.case.due_on)),
    "gathered": lambda s: any_of(_gathered(s.case.id, s.case.due_on, s.on)),
    "batch_closed": lambda s: any_of(_closed(s.case.office_path, s.on)),
    "month_closed": _month_closed,
}
OF_A_BATCH_SQL: dict[str, Callable[[Scope], ColumnElement[Any]]] = {
    "lapses_by_calendar": lambda s: s.rule.c.by_calendar,
    "batch_released": lambda s: _released(Case.id, Case.due_on),
    "gathered": lambda s: _gathered(Case.id, Case.due_on, s.on),
    "batch_closed": lambda s: _closed(Case.office_path, s.on),
    "month_closed": _month_closed_sql,
}
