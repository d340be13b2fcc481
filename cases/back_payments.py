"""What is owed for withheld months: one line per month, at the rate in force, by the area's matrix. Pure.

Money is integer fen; months are "YYYY-MM". Matrix: reason -> {arrears, missed_adjustments, pay_from, basis},
as `rules_for(area, on).cited("arrears")` gives it (SC 27; docs/decisions/005).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflows.deadlines import first_day


@dataclass(frozen=True, order=True)
class Rate:
    """What one month is worth from `since_month` on, until a later rate."""

    since_month: str
    monthly_fen: int


@dataclass(frozen=True)
class Line:
    """One withheld month. entitled = pay + forfeited."""

    month: str
    entitled_fen: int
    pay_fen: int
    forfeited_fen: int
    basis: str


@dataclass(frozen=True)
class BackPayment:
    """`payable_through`: last month with a line, None where no month is left before death."""

    lines: tuple[Line, ...]
    total_fen: int
    payable_through: str | None

    @property
    def entitled_fen(self) -> int:
        return sum(line.entitled_fen for line in self.lines)

    @property
    def forfeited_fen(self) -> int:
        return sum(line.forfeited_fen for line in self.lines)


class CannotCalculate(ValueError):
    """The record does not allow a calculation; the message names month or reason."""


# matrix: arrears -> whether the months up to release are paid, given the facts
PAID = {
    "pay": lambda facts: True,
    "pay_if_acquitted": lambda facts: bool(facts.get("acquitted")),
    "none": lambda facts: False,
}


def calculate(
    rates: Iterable[Rate],
    withheld_months: Iterable[str],
    reason: str,
    matrix: Mapping[str, Mapping[str, str]],
    facts: Mapping[str, object],
) -> BackPayment:
    """Arrears of the withheld months, oldest first, up to and including the month of death.

    Facts, each optional: `death_month`, `released_month` ("YYYY-MM"), `acquitted` (bool).
    Raises CannotCalculate: no row for the reason, a month named twice, two rates from one month, a month
    before the first rate.
    """
    if reason not in matrix:
        raise CannotCalculate(f"no rule for arrears of {reason!r}")
    row, months = matrix[reason], _checked(withheld_months)
    due = [month for month in months if month <= (facts.get("death_month") or month)]
    history = _history(rates, months, row, facts)
    lines = tuple(_line(month, _rate_in(month, history), row, facts) for month in due)
    return BackPayment(lines, sum(line.pay_fen for line in lines), due[-1] if due else None)


def _checked(withheld_months: Iterable[str]) -> list[str]:
    months = sorted(withheld_months)
    for month in months:
        first_day(month)
    twice = sorted({month for month in months if months.count(month) > 1})
    if twice:
        raise CannotCalculate(f"named twice: {', '.join(twice)}")
    return months


def _history(rates, months, row, facts) -> list[Rate]:
    """The rates that count: with missed adjustments excluded, none that began while the person was away."""
    history = sorted(rates)
    if len({rate.since_month for rate in history}) < len(history):
        raise CannotCalculate("two rates begin in one month")
    if row["missed_adjustments"] == "included" or not months:
        return history
    released = facts.get("released_month")
    before = [rate for rate in history if rate.since_month < months[0]]
    first = [rate for rate in history if rate.since_month == months[0]]
    return (before or first) + [rate for rate in history if released and rate.since_month > released]


def _rate_in(month: str, history: list[Rate]) -> int:
    place = bisect_right([rate.since_month for rate in history], month)
    if not place:
        raise CannotCalculate(f"no rate in force in {month}")
    return history[place - 1].monthly_fen


def _line(month: str, entitled_fen: int, row, facts) -> Line:
    released = facts.get("released_month")
    free = row["pay_from"] == "month_after_release" and released and month > released
    pay_fen = entitled_fen if free or PAID[row["arrears"]](facts) else 0
    return Line(month, entitled_fen, pay_fen, entitled_fen - pay_fen, row["basis"])
