"""The lunisolar calendar of China: many elderly people give the lunar day of birth as if it were solar. Pure."""
from __future__ import annotations

from datetime import date
from functools import cache

from lunar_python import Solar


@cache
def lunar_of(day: date) -> tuple[int, int, int]:
    """(year, month, day) of the lunar calendar; a leap month bears the number of the one before."""
    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return lunar.getYear(), abs(lunar.getMonth()), lunar.getDay()


def written_as_solar(day: date) -> str:
    """The lunar date as a clerk writes it down, "YYYYMMDD"."""
    year, month, day_of_month = lunar_of(day)
    return f"{year:04d}{month:02d}{day_of_month:02d}"
