"""When an area's registers are to be compared: every month, by the 25th (QD 15), or as its rules say."""
from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from cases.periods import area_of_path
from database import db
from matching.results.models import MatchingRun
from rules import Rules, rules_for
from workflows.deadlines import first_day, month_of, next_month

DONE = ("released", "applied")


@dataclass(frozen=True)
class Due:
    """month: the one to be compared next; by: its last day for it; overdue: the day is over and nobody released it."""

    month: str
    by: date
    overdue: bool


def due(area: str, on: date) -> Due:
    """Of the area (office path)."""
    last = db.session.scalar(select(func.max(MatchingRun.month)).where(MatchingRun.area_path == area,
                                                                       MatchingRun.status.in_(DONE)))
    return due_after(last, on, rules_for(area_of_path(area), on))


def due_after(last: str | None, on: date, rules: Rules) -> Due:
    """`last`: month of the last run that was released; None before the first, which is due this month."""
    month = next_month(last, rules.value("matching_every_months")) if last else month_of(on)
    first = first_day(month)
    by = first.replace(day=min(rules.value("matching_by_day"), monthrange(first.year, first.month)[1]))
    return Due(month, by, on > by)
