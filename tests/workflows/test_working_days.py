"""Working days counted by the State Council's notices; every date below was counted by hand on the calendar."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from rules.days_off import HOLIDAY, CalendarRefused, days_of, shipped
from workflows.working_days import Calendar, add_working_days, days_used, limit_ends_on, working_days_between

DAY = timedelta(days=1)
YEARS = (2024, 2025, 2026)


def calendar(years=YEARS) -> Calendar:
    days = {day: kind != HOLIDAY for year in years for day, (kind, _) in shipped()[year].days.items()}
    return Calendar(days, frozenset(years))


KNOWN = calendar()


# 令765 arts 10 and 18: within 10 and 20 working days of the application. JS 4.5 e): within 5.
@pytest.mark.parametrize(("began", "days", "ends"), [
    # National Day 2025: 1 to 8 October off, Sunday 28 September and Saturday 11 October worked
    ("2025-09-26", 3, "2025-09-30"), ("2025-09-30", 5, "2025-10-14"), ("2025-09-26", 10, "2025-10-16"),
    ("2025-09-25", 20, "2025-10-29"),
    # Spring Festival 2026: 15 to 23 February off, Saturdays 14 and 28 February worked
    ("2026-02-13", 5, "2026-02-27"), ("2026-02-13", 10, "2026-03-05"), ("2026-02-12", 20, "2026-03-18"),
    # Spring Festival 2025: 28 January to 4 February off, Sunday 26 January and Saturday 8 February worked
    ("2025-01-24", 5, "2025-02-07"), ("2025-01-24", 6, "2025-02-08"),
    # an ordinary week, begun on a Friday, a Saturday and a Sunday
    ("2026-03-13", 5, "2026-03-20"), ("2026-03-14", 5, "2026-03-20"), ("2026-03-15", 5, "2026-03-20"),
    # over New Year 2026: 1 to 3 January off, Sunday 4 January worked
    ("2025-12-29", 5, "2026-01-06"),
    # the end of 2026 into a year not published: weekends only
    ("2026-12-24", 10, "2027-01-07"), ("2026-12-31", 1, "2027-01-01"),
])
def test_a_limit_ends_on_the_day_counted_by_hand(began: str, days: int, ends: str):
    assert limit_ends_on(KNOWN, date.fromisoformat(began), days) == date.fromisoformat(ends)


def test_a_year_not_published_is_provisional_and_so_is_what_reaches_into_it():
    assert not KNOWN.is_provisional(date(2026, 12, 24), date(2026, 12, 31))
    assert KNOWN.is_provisional(date(2026, 12, 24), date(2027, 1, 1))
    assert KNOWN.is_provisional(date(2023, 12, 29), date(2024, 1, 2))


@pytest.mark.parametrize("year", YEARS)
def test_the_years_that_come_with_the_program_agree_with_another_list_of_the_same_notices(year: int):
    other, day = country_holidays("CN", years=[year]), date(year, 1, 1)
    differing = [one for one in (day + DAY * n for n in range(366)) if one.year == year
                 and other.is_working_day(one) != KNOWN.is_working_day(one)]
    assert differing == []


@pytest.mark.parametrize("year", YEARS)
def test_every_year_names_its_notice_and_works_only_weekends_in_place_of_holidays(year: int):
    one = shipped()[year]
    assert str(year) in one.document and one.number.startswith("国办发明电〔") and one.issued_on.year == year - 1
    assert all(day.weekday() >= 5 for day in one.worked)
    assert one.read or one.checked_against


SPRING = [(date(2027, 2, 6), date(2027, 2, 12), "春节")]


@pytest.mark.parametrize(("holidays", "worked", "fault"), [
    ([], [], "CALENDAR_EMPTY"),
    (SPRING, [date(2027, 2, 17)], "WORKED_DAY_IS_A_WEEKDAY"),
    (SPRING, [date(2027, 2, 7)], "DAY_TWICE"),
    ([*SPRING, (date(2027, 2, 12), date(2027, 2, 13), "又一个")], [], "DAY_TWICE"),
    ([(date(2028, 1, 1), date(2028, 1, 1), "元旦")], [], "DAY_OUTSIDE_YEAR"),
    ([(date(2026, 11, 30), date(2026, 11, 30), "元旦")], [], "DAY_OUTSIDE_YEAR"),
])
def test_a_year_that_contradicts_itself_is_refused(holidays, worked, fault: str):
    with pytest.raises(CalendarRefused) as refused:
        days_of(holidays, worked, 2027)
    assert fault in [code for code, _day in refused.value.faults]


def test_a_notice_may_begin_in_the_december_before_its_year():
    assert date(2026, 12, 31) in days_of([(date(2026, 12, 31), date(2027, 1, 2), "元旦")], [], 2027)


DAYS = st.dates(date(2023, 6, 1), date(2027, 6, 1))
COUNTS = st.integers(0, 60)


@given(DAYS, st.integers(1, 60))
def test_a_limit_never_ends_on_a_day_nobody_works(on: date, count: int):
    ends = add_working_days(KNOWN, on, count)
    assert KNOWN.is_working_day(ends) and working_days_between(KNOWN, on, ends) == count


@given(DAYS, DAYS, COUNTS, COUNTS)
def test_later_and_longer_never_end_earlier(one: date, other: date, few: int, many: int):
    (first, second), (few, many) = sorted((one, other)), sorted((few, many))
    assert add_working_days(KNOWN, first, few) <= add_working_days(KNOWN, second, many)


@given(DAYS, COUNTS, COUNTS)
def test_a_limit_in_two_parts_ends_where_the_whole_does(on: date, one: int, other: int):
    parts = add_working_days(KNOWN, add_working_days(KNOWN, on, one), other)
    assert parts == add_working_days(KNOWN, on, one + other)


@given(DAYS, DAYS, DAYS)
def test_the_parts_of_an_interval_add_up(one: date, two: date, three: date):
    assert (working_days_between(KNOWN, one, two) + working_days_between(KNOWN, two, three)
            == working_days_between(KNOWN, one, three))


@given(DAYS, st.integers(1, 30), st.data())
def test_a_pause_of_so_many_working_days_moves_the_end_by_exactly_so_many(on: date, count: int, data):
    ends = add_working_days(KNOWN, on, count)
    begun = data.draw(st.dates(on + DAY, ends))
    ended = begun + DAY * data.draw(st.integers(0, 60))
    taken = working_days_between(KNOWN, begun - DAY, ended - DAY)
    assert limit_ends_on(KNOWN, on, count, [(begun, ended)]) == add_working_days(KNOWN, ends, taken)


@given(DAYS, st.integers(1, 30), st.data())
def test_while_a_pause_lasts_nobody_knows_the_end_and_nothing_is_used_up(on: date, count: int, data):
    begun = data.draw(st.dates(on + DAY, add_working_days(KNOWN, on, count)))
    later = begun + DAY * data.draw(st.integers(0, 90))
    assert limit_ends_on(KNOWN, on, count, [(begun, None)]) is None
    assert days_used(KNOWN, on, later, [(begun, None)]) == working_days_between(KNOWN, on, begun - DAY) < count


@given(DAYS, st.integers(1, 30), st.lists(st.integers(0, 12), min_size=2, max_size=8))
def test_what_is_used_up_at_the_end_is_the_whole_limit_whatever_the_pauses(on: date, count: int, gaps: list[int]):
    pauses, day = [], on
    for lead, length in zip(gaps[::2], gaps[1::2], strict=False):
        begun = day + DAY * (lead + 1)
        day = begun + DAY * length
        pauses.append((begun, day))
    ends = limit_ends_on(KNOWN, on, count, pauses)
    assert days_used(KNOWN, on, ends, pauses) == count > days_used(KNOWN, on, ends - DAY, pauses)
