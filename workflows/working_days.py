"""Counting working days: where a promised limit ends, what is left of it, what a pause adds. Pure date arithmetic.

The day of the act is not counted; the first working day after it is day one. Days of a pause, from the day it begins
to the day before it ends, are not counted.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
SATURDAY = 5
Pause = tuple[date, date | None]  # first day, and the day on which it ended; None while it lasts


@dataclass(frozen=True)
class Calendar:
    """days: the days that differ from the week -> whether one works; published: years whose arrangement is known."""

    days: Mapping[date, bool]
    published: frozenset[int]

    def is_working_day(self, day: date) -> bool:
        """By the notice of the year; where it is silent, and in a year not yet published, by the week."""
        return self.days.get(day, day.weekday() < SATURDAY)

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether any year from first to last has no published arrangement."""
        return not set(range(first.year, last.year + 1)) <= self.published


def add_working_days(calendar: Calendar, on: date, count: int) -> date:
    """The last of `count` working days after `on`; `on` itself for none."""
    last = on
    while count:
        last += DAY
        count -= calendar.is_working_day(last)
    return last


def working_days_between(calendar: Calendar, first: date, last: date) -> int:
    """Working days after `first`, up to and with `last`; negative where `last` comes before `first`."""
    if last < first:
        return -working_days_between(calendar, last, first)
    return sum(calendar.is_working_day(first + DAY * n) for n in range(1, (last - first).days + 1))


def limit_ends_on(calendar: Calendar, started_on: date, count: int, pauses: Iterable[Pause] = ()) -> date | None:
    """The last day of a limit of `count` working days; None while a pause lasts, for nobody knows."""
    rows = tuple(pauses)
    last = started_on
    while count:
        last += DAY
        if any(ended is None and begun <= last for begun, ended in rows):
            return None
        count -= calendar.is_working_day(last) and not _paused(last, rows)
    return last


def days_used(calendar: Calendar, started_on: date, on: date, pauses: Iterable[Pause] = ()) -> int:
    """Working days of the limit gone by at the end of `on`."""
    rows = tuple(pauses)
    gone = (started_on + DAY * n for n in range(1, (on - started_on).days + 1))
    return sum(calendar.is_working_day(day) and not _paused(day, rows) for day in gone)


def _paused(day: date, pauses: tuple[Pause, ...]) -> bool:
    return any(begun <= day and (ended is None or day < ended) for begun, ended in pauses)
