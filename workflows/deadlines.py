"""Months, due dates, clocks: pure date arithmetic. Every number of the law comes in as an argument.

Dates are inclusive: on `due_on` a certification is still in time. Months are "YYYY-MM".
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
SHOWN_MONTHS = 12  # of a chart


@dataclass(frozen=True, order=True)
class Cycle:
    """One certification period. `months` is kept so that dates inside it are counted from the same start."""

    due_on: date
    start: date
    months: int


def add_months(start: date, months: int) -> date:
    """The same day `months` later (earlier if negative), clamped to the end of a short month.

    Anchored: always add to the first date. Adding twice drifts (31 January, 28 February, 28 March).
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def months_between(start: date, on: date) -> int:
    """Whole months elapsed: the largest n with add_months(start, n) <= on. Negative before the start."""
    months = (on.year - start.year) * 12 + on.month - start.month
    return months if add_months(start, months) <= on else months - 1


def month_of(on: date) -> str:
    return f"{on:%Y-%m}"


def first_day(month: str) -> date:
    """First day of "YYYY-MM". Raises ValueError for anything else."""
    return date.fromisoformat(f"{month}-01")


def next_month(month: str, months: int = 1) -> str:
    return month_of(add_months(first_day(month), months))


def months_through(first: str, last: str) -> list[str]:
    """Every month from first to last, both included; empty where last is earlier."""
    return [next_month(first, n) for n in range(months_between(first_day(first), first_day(last)) + 1)]


@dataclass(frozen=True)
class Count:
    """How a period is counted from a date: to the day, or in whole calendar months beginning `months_later`.

    Data, so that SQL over many cases is built from the same rows (cases/facts_sql.py).
    """

    whole: bool
    months_later: int = 0

    def __call__(self, on: date, months: int) -> Cycle:
        start = add_months(on.replace(day=1), self.months_later) if self.whole else on
        return Cycle(add_months(start, months) - DAY * self.whole, start, months)


_TO_THE_DAY, _MONTH_AFTER, _MONTH_COUNTS = Count(False), Count(True, 1), Count(True)
# rules: first_cycle_start (SC 7; QD 12)
FIRST_CYCLES = {"month_after_benefit_begins": _MONTH_AFTER, "day_benefit_begins": _TO_THE_DAY}
# rules: month_count (docs/decisions/001; Guangdong 2023; Chongqing)
COUNTS = {"to_the_day": _TO_THE_DAY, "month_after": _MONTH_AFTER, "month_counts": _MONTH_COUNTS}


def birthday(born_on: date, age: int) -> date:
    """The day on which that age is reached; for 29 February the last of February in a common year."""
    return add_months(born_on, 12 * age)


def latest_birth(on: date, age: int) -> date:
    """The last birth date with which one is of that age on `on`."""
    day = add_months(on, -12 * age)
    while birthday(day + timedelta(1), age) <= on:
        day += timedelta(1)
    return day


def counted_from(granted_on: date, born_on: date | None, no_period_before_age: int | None) -> date:
    """Day from which periods are counted: the grant, or the birthday before which there is none (QD 10).

    Raises ValueError where the birthday decides and is not known.
    """
    if no_period_before_age is None:
        return granted_on
    if born_on is None:
        raise ValueError("a period that begins at an age needs the date of birth")
    return max(granted_on, birthday(born_on, no_period_before_age))


def lengthened(
    period_months: int, monthly_fen: int | None, steps: Iterable[Mapping[str, int]], longest_period_months: int
) -> int:
    """Months of a period by the level of the benefit (QD 11): of the steps above the amount, the lowest `below_fen`.

    Never shortened, never past `longest_period_months`.
    """
    above = [step for step in steps if monthly_fen is not None and monthly_fen < step["below_fen"]]
    months = min(above, key=lambda step: step["below_fen"])["months"] if above else period_months
    return max(period_months, min(months, longest_period_months))


def first_cycle(benefit_from: date, period_months: int | None, first_cycle_start: str) -> Cycle | None:
    """The period of a new benefit; None where the rules set no period."""
    return FIRST_CYCLES[first_cycle_start](benefit_from, period_months) if period_months else None


def cycle_after(certified_on: date, period_months: int | None, month_count: str) -> Cycle | None:
    """The period that a certification opens (SC 8, 34); None where the rules set no period."""
    return COUNTS[month_count](certified_on, period_months) if period_months else None


def current_cycle(cycles: Iterable[Cycle | None]) -> Cycle | None:
    """The cycle in force: the one due last. Never moves back, whatever the order of certifications (S7)."""
    return max((cycle for cycle in cycles if cycle), default=None)


def cycle_of(
    benefit_from: date,
    certified_on: Collection[date],
    *,
    period_months: int | None,
    first_cycle_start: str,
    month_count: str,
) -> Cycle | None:
    """The cycle in force given when the benefit began and every valid certification."""
    first = first_cycle(benefit_from, period_months, first_cycle_start)
    later = (cycle_after(on, period_months, month_count) for on in certified_on)
    return current_cycle((first, *later))


def due_on(benefit_from: date, certified_on: Collection[date], **rule_values) -> date | None:
    """Last day on which a certification is in time; arguments as for `cycle_of`."""
    cycle = cycle_of(benefit_from, certified_on, **rule_values)
    return cycle.due_on if cycle else None


def cycle_between(start: date, due: date) -> Cycle:
    """The cycle that runs from `start` to `due`, both inclusive or to the day."""
    return Cycle(due, start, months_between(start, due + DAY))


def reminder_on(cycle: Cycle, reminder_month: int) -> date:
    """First day of the ordinal month in which the reminder goes out: the 10th begins at start + 9 (SC 37)."""
    return add_months(cycle.start, reminder_month - 1)


def reminder_days(cycle: Cycle, reminder_month: int | None, months_before_due: Iterable[int]) -> list[date]:
    """Days on which a stage of reminding begins, earliest first (SC 37; QD 20)."""
    ordinal = [reminder_on(cycle, reminder_month)] if reminder_month else []
    return sorted([*ordinal, *(refer_on(cycle, months) for months in months_before_due)])


def refer_on(cycle: Cycle, refer_months_before_due: int) -> date:
    """Day from which a person without evidence is to be verified (SC 14)."""
    return add_months(cycle.start, cycle.months - refer_months_before_due)


def warning_from(cycle: Cycle, warning_months: int) -> date:
    """First day of the warning period (SC 23)."""
    return add_months(cycle.start, cycle.months - warning_months)


def lapsed_on(due: date, lapse_days_after_due: int) -> date:
    """Day on which the period has passed unused (SC 24, 35)."""
    return due + lapse_days_after_due * DAY


def warned_lapse_on(
    due: date, lapse_days_after_due: int, entered_on: date | None, warning_months: int
) -> date:
    """As `lapsed_on`, but a case imported overdue first gets a full warning period from its entry (F4)."""
    lapse = lapsed_on(due, lapse_days_after_due)
    if entered_on is None:
        return lapse
    return max(lapse, add_months(entered_on, warning_months) + lapse_days_after_due * DAY)


def elapsed_band(start: date, on: date, bands: Iterable[Mapping[str, int | None]]) -> int | None:
    """Index of the band {"from", "below"} of elapsed months that holds `on`; None outside all (annex 7)."""
    elapsed = months_between(start, on)
    for index, band in enumerate(bands):
        if band["from"] <= elapsed and (band["below"] is None or elapsed < band["below"]):
            return index
    return None


def stop_due_on(
    suspended_on: date, suspended_to_stopped_months: int, dismissed_on: date | None = None
) -> date:
    """Day from which the stop is proposed: months after suspension, or after a dismissal (SC 26, S9)."""
    return add_months(max(suspended_on, dismissed_on or suspended_on), suspended_to_stopped_months)


def task_due_on(received_on: date, verification_task_months: int) -> date:
    """Last day for the grassroots to report back (SC 21)."""
    return add_months(received_on, verification_task_months)


def dormant_on(stopped_on: date, dormancy_months: int) -> date:
    """Day from which a stopped case nobody applied for is followed up (SC 32)."""
    return add_months(stopped_on, dormancy_months)


def first_open_month(on: date, pay_run_close_day: int) -> str:
    """First month whose pay run is open on `on`; payment is withheld from it. The close day is still open."""
    return month_of(on) if on.day <= pay_run_close_day else next_month(month_of(on))


def months_ahead(on: date) -> list[str]:
    """The month of `on` and those after it, a year of them, as charts and lists show them."""
    return [next_month(month_of(on), n) for n in range(SHOWN_MONTHS)]


def months_back(on: date) -> list[str]:
    """The month of `on` and those before it, the newest first."""
    return [next_month(month_of(on), -n) for n in range(SHOWN_MONTHS)]


def failures_in_a_row(failed_months: Collection[str], through: str) -> int:
    """Months of failed payment without a gap, ending with `through` (SC 24)."""
    failed = set(failed_months)
    count = 0
    while next_month(through, -count) in failed:
        count += 1
    return count


def age_on(born_on: date, on: date) -> int:
    """Whole years of age."""
    return months_between(born_on, on) // 12


def retained_through(created_on: date, retention_years: int) -> date:
    """Last day of the retention period, which runs from 1 January of the year after creation."""
    return date(created_on.year + retention_years, 12, 31)
