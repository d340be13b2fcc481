"""Which days the State Council's notices make holidays and which weekends are worked in their place (调休). Pure.

One YAML file a year under rules/calendar, with the notice it is from. A year that is not here, and that no office has
entered since, is not published: its weekends are all that is known.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parent / "calendar"
HOLIDAY, WORKED = "holiday", "worked"
SATURDAY = 5
DAY = timedelta(days=1)
Days = Mapping[date, tuple[str, str]]


class CalendarRefused(ValueError):
    """A year's arrangement contradicts itself; `faults`: code of the glossary -> the day it is about."""

    def __init__(self, faults: list[tuple[str, str]]):
        super().__init__("; ".join(f"{code} {day}" for code, day in faults))
        self.faults = faults


@dataclass(frozen=True)
class Arrangement:
    """A year as its notice arranges it. days: date -> (HOLIDAY or WORKED, name); read: whether the notice itself was
    read for it; checked_against: what the days were compared with."""

    year: int
    document: str
    number: str
    issued_on: date
    days: Days
    read: bool = False
    checked_against: str = ""

    @property
    def of_weekdays(self) -> tuple[date, ...]:
        """Holidays that would have been working days."""
        free = (day for day, (kind, _name) in self.days.items() if kind == HOLIDAY)
        return tuple(sorted(day for day in free if day.weekday() < SATURDAY))

    @property
    def worked(self) -> tuple[date, ...]:
        return tuple(day for day, (kind, _) in sorted(self.days.items()) if kind == WORKED)


def span(first: date, last: date) -> Iterator[date]:
    """Every day from first to last."""
    yield from (first + DAY * n for n in range((last - first).days + 1))


Holidays = Iterable[tuple[date, date, str]]


def days_of(holidays: Holidays, worked: Iterable[date], year: int) -> dict[date, tuple[str, str]]:
    """The days of a year from its holidays (first, last, name) and worked weekends. Raises CalendarRefused."""
    days: dict[date, tuple[str, str]] = {}
    faults: list[tuple[str, str]] = []
    rows = [(day, HOLIDAY, name) for first, last, name in holidays for day in span(first, last)]
    for day, kind, name in [*rows, *((day, WORKED, "") for day in worked)]:
        faults += [(code, day.isoformat()) for code in _faults(day, kind, year, days)]
        days[day] = (kind, name)
    if not any(kind == HOLIDAY for kind, _ in days.values()):
        faults.append(("CALENDAR_EMPTY", str(year)))
    if faults:
        raise CalendarRefused(faults)
    return days


def _faults(day: date, kind: str, year: int, before: Days) -> Iterator[str]:
    """A notice may begin in the December before its year (元旦); a weekday needs no notice to be worked."""
    if not date(year - 1, 12, 1) <= day <= date(year, 12, 31):
        yield "DAY_OUTSIDE_YEAR"
    if day in before:
        yield "DAY_TWICE"
    if kind == WORKED and day.weekday() < SATURDAY:
        yield "WORKED_DAY_IS_A_WEEKDAY"


@lru_cache
def shipped(root: Path = ROOT) -> Mapping[int, Arrangement]:
    """Year -> what came with this program. Raises CalendarRefused."""
    found = (_read(path) for path in sorted(root.glob("*.yaml")))
    return {one.year: one for one in found}


def _read(path: Path) -> Arrangement:
    raw = yaml.safe_load(path.read_text("utf-8"))
    holidays = [(one["from"], one["through"], one["name"]) for one in raw["holidays"]]
    days = days_of(holidays, raw["worked"], raw["year"])
    return Arrangement(raw["year"], raw["document"], raw["number"], raw["issued_on"], days, raw["read"],
                       raw["checked_against"])
