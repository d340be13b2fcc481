"""The numbers of a profile say what the functions of `workflows.deadlines` say, on every day."""
from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from matching.definition import CLASSES, FIXED_REASONS, NEVER, REASONS, VERDICTS, Sign, day_number, facts, fold
from matching.profiles import latest
from rules import Rules, rules_for
from tests.matching.signs import CASES, MEANINGS, PROFILES, SIGNS, profile_of
from tests.sweep.examples import examples
from workflows.deadlines import add_months, cycle_after, refer_on

PLACES = tuple(rules_for(area, date(2026, 11, 20), "enterprise_employees") for area in ("510107", "370202", "500101"))
DATES = st.one_of(st.dates(date(2023, 1, 1), date(2029, 12, 31)),
                  st.sampled_from([date(2024, 2, 29), date(2028, 2, 29), date(2025, 2, 28), date(2026, 8, 31),
                                   date(2026, 11, 30), date(2027, 1, 31), date(2025, 12, 31)]))


@given(st.sampled_from(PLACES), st.integers(1, 24), DATES, st.integers(-40, 760), st.booleans())
@example(PLACES[0], 12, date(2026, 11, 30), 275, True)
@example(PLACES[0], 6, date(2024, 2, 29), 182, False)
@examples(200, 5_000)
def test_each_threshold_is_the_last_day_of_its_question(rules: Rules, months, on, back, before_due):
    entry = ["neither_list", "both_lists"] + ["no_evidence_before_due"] * before_due
    law = rules.altered({"to_be_verified_entry": entry}, "house: a test")
    a_profile = profile_of(law, MEANINGS, kind="pension", kinship=None, months=months, on=on)
    evidence, refer = on - timedelta(days=back), law.value("refer_months_before_due")
    cycle = cycle_after(evidence, months, law.value("month_count"))
    stale = cycle.due_on < on or before_due and refer_on(cycle, refer) <= on
    assert (day_number(evidence) <= a_profile.stale_before) is stale
    assert (day_number(evidence) >= a_profile.valid_from) is (cycle.due_on >= on)
    due = on + timedelta(days=back)
    assert (day_number(due) <= a_profile.due_near) is (add_months(due, -refer) <= on)


def test_a_question_no_day_answers_has_no_last_day():
    assert latest(lambda day: False) == 0
    assert latest(lambda day: day <= date(2026, 1, 31)) == day_number(date(2026, 1, 31))
    assert day_number(date(2149, 6, 6)) == latest(lambda day: True) == NEVER - 1


@given(st.sampled_from(PROFILES), CASES, st.lists(SIGNS, max_size=8), st.randoms(use_true_random=False))
@examples(300, 20_000)
def test_order_repetition_and_splitting_change_nothing(a_profile, case, signs, random):
    once = fold(signs, a_profile)
    again = signs * 2
    random.shuffle(again)
    assert fold(again, a_profile) == once
    asked = facts(once, case, a_profile)
    assert sum(row.when.evaluate(asked) for row in VERDICTS) >= 1
    halves = [sign for half in (signs[::2], signs[1::2]) for sign in vars(fold(half, a_profile)).values() if sign]
    assert fold(halves, a_profile) == once


def test_every_class_and_every_row_is_reached_by_some_facts():
    reached = {one for a_profile in PROFILES for _, classes in a_profile.classes for one in classes}
    assert reached == set(CLASSES)


def test_the_numbers_of_reasons_stay_what_they_are():
    assert len(set(REASONS)) == len(REASONS)
    assert FIXED_REASONS[0] == "both_lists" and REASONS[100] == "window_visit" and REASONS[200] == "dead"
    assert {row.reason for row in VERDICTS} - {"of_sign"} == set(FIXED_REASONS)
    assert Sign(1, 0, 1, 2, 1, 1).day == 0
