"""Duties of an office that come again: the table of them, their periods and days. Pure; every number is a rule's."""
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from workflows.deadlines import DAY, add_months, first_day, month_of, months_through, next_month

YEAR = 12  # months: a rule "a year" is kept by calendar years
DONE, WAITING, OVERDUE, OPEN, AHEAD = STATES = ("done", "waiting", "overdue", "open", "ahead")


@dataclass(frozen=True)
class DutyKind:
    """every: rule that sets the interval (None: calendar years); levels: of the offices that do it; by_day: rule that
    names the last day within the period's last month; when_over: it is done about a period that has ended; second:
    another person confirms it; met: shown by what is on record, written down by nobody; stated_by: the rule that says
    there is such a duty, where none sets an interval."""

    name: str
    article: str
    levels: tuple[str, ...]
    every: str | None = None
    by_day: str | None = None
    when_over: bool = True
    second: bool = False
    met: bool = False
    stated_by: str | None = None


GRASSROOTS = ("town", "village")
DUTIES = {one.name: one for one in (
    DutyKind("archive_binding", "QD-29", ("city", "county", *GRASSROOTS), "archive_binding_every_months"),
    DutyKind("reconciliation", "JS-8.4", ("county",), "reconciliation_every_months", second=True),
    DutyKind("results_posting", "QD-31", GRASSROOTS, "results_posting_every_months", when_over=False),
    DutyKind("training", "JS-4.2", ("city", "county", *GRASSROOTS), when_over=False, met=True,
             stated_by="training_hours_a_year"),
    DutyKind("matching", "QD-15", ("city",), "matching_every_months", "matching_by_day", when_over=False),
    DutyKind("service_evaluation", "JS-9.1b", ("county",), "service_evaluation_every_months"),
    DutyKind("self_inspection", "GB-5.9", ("city", "county"), "self_inspection_every_months", when_over=False),
)}


@dataclass(frozen=True)
class Interval:
    """What the rules of a place say: months of a period, months after its end until it is due, day of the month."""

    every: int
    months_after: int
    by_day: int | None = None


@dataclass(frozen=True, order=True)
class Period:
    """Months "YYYY-MM", both included; due_on: the last day on which the duty is done in time."""

    first: str
    last: str
    due_on: date

    @property
    def months(self) -> list[str]:
        return months_through(self.first, self.last)


def period_of(month: str, interval: Interval) -> Period:
    """The one the month lies in, counted from January: years, halves and quarters are those of the calendar."""
    year, number = (int(part) for part in month.split("-"))
    back = (year * YEAR + number - 1) % interval.every
    first = next_month(month, -back)
    last = next_month(first, interval.every - 1)
    return Period(first, last, _due_on(last, interval))


def periods(interval: Interval, since: date, on: date) -> list[Period]:
    """From the one that `since` lies in to the one of `on`, oldest first; none where `since` is later."""
    found, month = [], month_of(since)
    while month <= month_of(on):
        found.append(period_of(month, interval))
        month = next_month(found[-1].last)
    return found


def state_of(kind: DutyKind, period: Period, on: date, done: Collection[str], waiting: Collection[str] = ()) -> str:
    """done, waiting: months covered by records that stand, and by such as await a second person."""
    if done and set(period.months) <= set(done):
        return DONE
    if set(period.months) <= {*done, *waiting}:
        return WAITING
    if on > period.due_on:
        return OVERDUE
    return AHEAD if kind.when_over and on <= _end_of(period.last) else OPEN


def _due_on(last: str, interval: Interval) -> date:
    if interval.by_day is not None:
        return min(first_day(last).replace(day=1) + (interval.by_day - 1) * DAY, _end_of(last))
    return _end_of(next_month(last, interval.months_after))


def _end_of(month: str) -> date:
    return add_months(first_day(month), 1) - DAY
