"""The seam for duties that other parts show to be done: a function per duty, given the place and the day.

`met_by("matching")` on a function (path of an office, day) -> {path of an office: months done}, called with the widest
office of a page. A duty without a function and without records is not done.
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

from staff.training import years_trained
from workflows.deadlines import months_through

Months = Mapping[str, Collection[str]]
Shown = Callable[[str, date], Months]
MET: dict[str, Shown] = {}


def met_by(duty: str) -> Callable[[Shown], Shown]:
    """Register the function that shows this duty done."""
    def register(shown: Shown) -> Shown:
        MET[duty] = shown
        return shown

    return register


def months_met(duty: str, path: str, on: date) -> Months:
    return MET[duty](path, on) if duty in MET else {}


@met_by("training")
def trained(path: str, on: date) -> Months:
    """Years in which everybody with a business post had the class hours (JS 4.2)."""
    return {office: {month for year in years for month in months_through(f"{year:04}-01", f"{year:04}-12")}
            for office, years in years_trained(path, on).items()}
