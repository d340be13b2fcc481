"""Months and clocks, with dates written by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import rules_for
from workflows import deadlines

SICHUAN = rules_for("510107", date(2025, 3, 15))
COUNTING = {
    "period_months": SICHUAN.value("period_months.pension"),
    "first_cycle_start": SICHUAN.value("first_cycle_start"),
    "month_count": SICHUAN.value("month_count"),
}
BANDS = SICHUAN.value("not_certified_bands")
DATES = st.dates(date(2015, 1, 1), date(2040, 12, 31))


def certified(*days, since=date(2020, 1, 5)):
    return deadlines.cycle_of(since, days, **COUNTING)


@pytest.mark.article("SC-8", "SC-34", "QD-13")
def test_a_certification_opens_a_cycle_of_twelve_months_to_the_day():
    assert certified(date(2025, 3, 15)).due_on == date(2026, 3, 15)


@pytest.mark.article("SC-35", "SC-37")
def test_month_ten_and_month_thirteen_after_a_certification():
    cycle = certified(date(2025, 3, 15))
    assert deadlines.reminder_on(cycle, SICHUAN.value("reminder_month")) == date(2025, 12, 15)
    assert deadlines.lapsed_on(cycle.due_on, SICHUAN.value("lapse_days_after_due")) == date(2026, 3, 16)


@pytest.mark.article("SC-7")
def test_the_first_cycle_counts_whole_months_from_the_month_after_benefits_begin():
    cycle = certified(since=date(2025, 3, 1))
    assert (cycle.start, cycle.due_on) == (date(2025, 4, 1), date(2026, 3, 31))
    assert deadlines.reminder_on(cycle, 10) == date(2026, 1, 1)
    assert deadlines.lapsed_on(cycle.due_on, 1) == date(2026, 4, 1)


@pytest.mark.article("SC-7")
def test_the_day_in_the_month_in_which_benefits_begin_makes_no_difference():
    assert certified(since=date(2024, 12, 31)) == certified(since=date(2024, 12, 1))
    assert certified(since=date(2024, 12, 31)).due_on == date(2025, 12, 31)


@pytest.mark.article("SC-8")
def test_an_early_certification_does_not_shorten_the_first_cycle():
    assert certified(date(2025, 3, 20), since=date(2025, 3, 1)).due_on == date(2026, 3, 31)


@pytest.mark.article("SC-14", "SC-23")
def test_to_be_verified_and_warned_three_months_before_the_end():
    cycle = certified(date(2025, 3, 15))
    assert deadlines.refer_on(cycle, 3) == deadlines.warning_from(cycle, 3) == date(2025, 12, 15)
    assert deadlines.refer_on(certified(since=date(2025, 3, 1)), 3) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2025, 5, 31), 9, date(2026, 2, 28)),
        (date(2025, 8, 31), 1, date(2025, 9, 30)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
    ],
)
def test_short_months_and_leap_days_clamp_to_the_last_day(start, months, end):
    assert deadlines.add_months(start, months) == end


def test_months_are_counted_from_the_start_and_do_not_drift():
    start = date(2025, 1, 31)
    assert deadlines.add_months(start, 2) == date(2025, 3, 31)
    assert deadlines.add_months(deadlines.add_months(start, 1), 1) == date(2025, 3, 28)


def test_certified_on_a_leap_day_is_due_on_28_february():
    cycle = certified(date(2024, 2, 29))
    assert cycle.due_on == date(2025, 2, 28)
    assert deadlines.reminder_on(cycle, 10) == date(2024, 11, 29)


@pytest.mark.article("GB-5.6")
@pytest.mark.parametrize(
    ("on", "due", "count"),
    [
        (date(2023, 6, 10), date(2024, 6, 30), "month_after"),  # Guangdong 2023
        (date(2018, 7, 20), date(2019, 7, 31), "month_after"),  # Zhanjiang 2018
        (date(2020, 5, 20), date(2021, 4, 30), "month_counts"),  # Chongqing
        (date(2020, 5, 20), date(2021, 5, 20), "to_the_day"),
    ],
)
def test_other_places_count_otherwise(on, due, count):
    assert deadlines.cycle_after(on, 12, count).due_on == due


@pytest.mark.article("QD-12")
def test_a_first_cycle_may_begin_on_the_day_benefits_begin():
    assert deadlines.first_cycle(date(2025, 3, 10), 12, "day_benefit_begins").due_on == date(2026, 3, 10)


@pytest.mark.article("QD-10")
def test_where_rules_set_no_period_there_is_no_due_date():
    assert deadlines.due_on(date(2025, 1, 1), [], **(COUNTING | {"period_months": None})) is None


@pytest.mark.article("SC-annex-7")
@pytest.mark.parametrize(
    ("on", "band"),
    [
        (date(2026, 1, 14), None),
        (date(2026, 1, 15), 0),
        (date(2026, 3, 14), 0),
        (date(2026, 3, 15), 1),
        (date(2027, 3, 14), 1),
        (date(2027, 3, 15), 2),
        (date(2028, 3, 15), 3),
        (date(2029, 3, 15), 4),
        (date(2030, 3, 14), 4),
        (date(2030, 3, 15), 5),
        (date(2060, 1, 1), 5),
    ],
)
def test_bands_count_elapsed_months(on, band):
    assert deadlines.elapsed_band(date(2025, 3, 15), on, BANDS) == band


@pytest.mark.article("SC-26")
def test_the_three_months_run_from_the_suspension_or_from_the_dismissal():
    assert deadlines.stop_due_on(date(2026, 3, 16), 3) == date(2026, 6, 16)
    assert deadlines.stop_due_on(date(2025, 11, 30), 3) == date(2026, 2, 28)
    assert deadlines.stop_due_on(date(2026, 3, 16), 3, date(2026, 5, 2)) == date(2026, 8, 2)
    assert deadlines.stop_due_on(date(2026, 3, 16), 3, date(2026, 1, 2)) == date(2026, 6, 16)


@pytest.mark.article("SC-21", "SC-32")
def test_tasks_and_dormant_cases_have_their_months():
    assert deadlines.task_due_on(date(2025, 12, 15), 3) == date(2026, 3, 15)
    assert deadlines.dormant_on(date(2025, 6, 16), 12) == date(2026, 6, 16)


@pytest.mark.parametrize(
    ("on", "month"),
    [
        (date(2026, 3, 16), "2026-03"),
        (date(2026, 3, 20), "2026-03"),
        (date(2026, 3, 21), "2026-04"),
        (date(2026, 12, 21), "2027-01"),
    ],
)
def test_payment_is_withheld_from_the_first_open_pay_run(on, month):
    assert deadlines.first_open_month(on, 20) == month


@pytest.mark.article("SC-24b")
def test_failed_payments_count_only_without_a_gap():
    failed = ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]
    assert deadlines.failures_in_a_row(failed, "2026-04") == 6
    assert deadlines.failures_in_a_row([m for m in failed if m != "2026-01"], "2026-04") == 3
    assert deadlines.failures_in_a_row(failed, "2026-05") == 0


def test_a_case_imported_overdue_gets_a_full_warning_period_first():
    due = date(2026, 3, 15)
    assert deadlines.warned_lapse_on(due, 1, date(2026, 9, 1), 3) == date(2026, 12, 2)
    assert deadlines.warned_lapse_on(due, 1, date(2025, 4, 1), 3) == date(2026, 3, 16)
    assert deadlines.warned_lapse_on(due, 1, None, 3) == date(2026, 3, 16)


def test_age_changes_on_the_birthday():
    assert deadlines.age_on(date(1946, 5, 20), date(2026, 5, 19)) == 79
    assert deadlines.age_on(date(1946, 5, 20), date(2026, 5, 20)) == 80


def test_retention_runs_from_1_january_of_the_year_after_creation():
    assert deadlines.retained_through(date(2026, 3, 16), 50) == date(2076, 12, 31)


def test_months_are_named_and_listed():
    assert deadlines.months_through("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert deadlines.months_through("2026-02", "2026-01") == []


@given(DATES, st.lists(DATES, max_size=6), DATES)
def test_one_more_certification_never_moves_the_due_date_back(since, days, another):
    before = deadlines.due_on(since, days, **COUNTING)
    assert deadlines.due_on(since, [*days, another], **COUNTING) >= before


@given(
    DATES, st.lists(DATES, max_size=6).flatmap(lambda days: st.tuples(st.just(days), st.permutations(days)))
)
def test_the_order_of_certifications_makes_no_difference(since, two_orders):
    one, other = two_orders
    assert certified(*one, since=since) == certified(*other, *one, since=since)


@given(DATES, DATES, st.sampled_from(sorted(deadlines.COUNTS)), st.integers(1, 24))
def test_a_later_certification_is_due_no_earlier(one, other, count, months):
    first, last = sorted((one, other))
    earlier, later = (deadlines.cycle_after(day, months, count) for day in (first, last))
    assert earlier.due_on <= later.due_on
    assert later.due_on >= last


@given(DATES, st.integers(-60, 60))
def test_elapsed_months_agree_with_added_months(start, months):
    assert deadlines.add_months(
        start, deadlines.months_between(start, deadlines.add_months(start, months))
    ) == (deadlines.add_months(start, months))


@given(DATES, DATES)
def test_elapsed_months_are_the_most_that_fit(start, on):
    months = deadlines.months_between(start, on)
    assert deadlines.add_months(start, months) <= on < deadlines.add_months(start, months + 1)


@given(DATES)
def test_inside_a_cycle_the_clocks_keep_their_order(on):
    cycle = certified(on, since=on)
    assert (
        cycle.start <= deadlines.reminder_on(cycle, 10) <= cycle.due_on < deadlines.lapsed_on(cycle.due_on, 1)
    )


STEPS = [{"below_fen": 150_000, "months": 24}, {"below_fen": 300_000, "months": 18}]


@pytest.mark.article("QD-11")
@pytest.mark.parametrize(("monthly_fen", "months"), [
    (100_000, 24), (149_999, 24), (150_000, 18), (299_999, 18), (300_000, 12), (900_000, 12), (None, 12),
])
def test_a_period_is_lengthened_by_the_level_of_the_benefit(monthly_fen, months):
    assert deadlines.lengthened(12, monthly_fen, STEPS, 24) == months


@pytest.mark.article("QD-11")
def test_no_level_lengthens_past_the_longest_or_shortens():
    assert deadlines.lengthened(12, 1, STEPS, 20) == 20
    assert deadlines.lengthened(12, 1, [{"below_fen": 2, "months": 6}], 24) == 12


@pytest.mark.article("QD-10")
@pytest.mark.parametrize(("born", "age", "on"), [
    (date(2010, 5, 5), 16, date(2026, 5, 5)), (date(2008, 2, 29), 18, date(2026, 2, 28)),
    (date(2012, 2, 29), 16, date(2028, 2, 29)), (date(2008, 12, 31), 18, date(2026, 12, 31)),
])
def test_an_age_is_reached_on_the_birthday(born, age, on):
    assert deadlines.birthday(born, age) == on
    assert deadlines.age_on(born, on) == age
    assert deadlines.age_on(born, on - deadlines.DAY) == age - 1


@given(DATES, st.integers(16, 18), st.integers(0, 400))
def test_the_birthday_is_the_first_day_of_that_age(born, age, days):
    reached = deadlines.birthday(born, age)
    assert deadlines.age_on(born, reached) >= age > deadlines.age_on(born, reached - deadlines.DAY)
    assert deadlines.counted_from(reached + deadlines.DAY * days, born, age) == reached + deadlines.DAY * days
    assert deadlines.counted_from(reached - deadlines.DAY * days, born, age) == reached
