"""Arrears month by month: amounts in fen and months written by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.back_payments import CannotCalculate, Rate, calculate
from rules import rules_for
from rules.vocabulary import ARREARS_REASONS
from workflows.deadlines import months_through

MATRIX = rules_for("510107", date(2026, 6, 1)).cited("arrears")
# Adjusted every January: 3,000.00, then 3,100.00, then 3,180.50 yuan.
RATES = [Rate("2024-01", 300_000), Rate("2025-01", 310_000), Rate("2026-01", 318_050)]


def arrears(months, reason, rates=RATES, **facts):
    return calculate(rates, months, reason, MATRIX, facts)


def paid(result):
    return [line.pay_fen for line in result.lines]


@pytest.mark.article("SC-27")
def test_each_month_is_paid_at_the_rate_in_force_that_month():
    result = arrears(months_through("2025-11", "2026-02"), "lapsed")
    assert paid(result) == [310_000, 310_000, 318_050, 318_050]
    assert result.total_fen == 1_256_100
    assert result.payable_through == "2026-02"


@pytest.mark.article("SC-27")
def test_every_line_carries_the_article_it_is_paid_by():
    assert {line.basis for line in arrears(["2026-01"], "lapsed").lines} == {
        "川社险办〔2022〕25号 第二十七条"
    }


@pytest.mark.article("SC-27")
@pytest.mark.parametrize("reason", ["payment_failed", "suspected_loss", "death_unconfirmed", "death"])
def test_who_was_wrongly_withheld_gets_every_month_with_missed_increases(reason):
    assert arrears(["2025-12", "2026-01"], reason).total_fen == 628_050


def test_a_missing_person_who_reappears_gets_the_increases_missed_meanwhile():
    """人社厅函〔2010〕159号."""
    result = arrears(months_through("2024-12", "2026-01"), "missing")
    assert result.total_fen == 300_000 + 12 * 310_000 + 318_050
    assert result.forfeited_fen == 0


def test_a_missing_person_declared_dead_gets_nothing_for_the_suspended_months():
    """人社厅函〔2010〕159号."""
    result = arrears(["2025-01", "2025-02"], "missing_declared_dead")
    assert (result.total_fen, result.forfeited_fen) == (0, 600_000)


def test_months_in_prison_are_forfeited_at_the_rate_before_prison():
    """劳社厅函〔2001〕44号."""
    result = arrears(months_through("2024-11", "2025-02"), "imprisoned")
    assert [line.forfeited_fen for line in result.lines] == [300_000] * 4
    assert result.total_fen == 0


def test_after_release_the_rate_before_prison_is_paid_from_the_next_month():
    """人社部发〔2014〕23号 第三十一条: from the month after release."""
    result = arrears(months_through("2025-06", "2025-09"), "imprisoned", released_month="2025-07")
    assert paid(result) == [0, 0, 310_000, 310_000]


def test_who_was_released_takes_part_in_later_adjustments_only():
    """劳社厅函〔2001〕44号: the increase of 2025-01 fell into prison, that of 2026-01 did not."""
    result = arrears(["2024-12", "2025-01", "2025-12", "2026-01"], "imprisoned", released_month="2025-11")
    assert paid(result) == [0, 0, 300_000, 318_050]


@pytest.mark.parametrize(("acquitted", "total"), [(True, 628_050), (False, 0)])
def test_custody_is_paid_only_after_an_acquittal(acquitted, total):
    """劳社厅函〔2001〕44号."""
    assert arrears(["2025-12", "2026-01"], "in_custody", acquitted=acquitted).total_fen == total


def test_who_serves_outside_prison_is_paid_without_the_increases():
    """劳社厅函〔2001〕44号."""
    assert paid(arrears(["2025-12", "2026-01"], "served_outside_prison")) == [310_000, 310_000]


def test_an_increase_in_the_first_withheld_month_is_a_missed_one():
    assert paid(arrears(["2026-01"], "served_outside_prison")) == [310_000]


def test_where_nothing_was_paid_before_the_first_rate_is_the_rate_before():
    assert paid(arrears(["2024-01", "2025-01"], "served_outside_prison")) == [300_000, 300_000]


@pytest.mark.article("SC-32")
def test_withheld_months_are_paid_up_to_the_month_of_death_and_no_further():
    result = arrears(months_through("2025-11", "2026-03"), "lapsed", death_month="2026-01")
    assert [line.month for line in result.lines] == ["2025-11", "2025-12", "2026-01"]
    assert (result.total_fen, result.payable_through) == (938_050, "2026-01")


@pytest.mark.article("SC-32")
def test_who_died_before_the_first_withheld_month_is_owed_nothing():
    result = arrears(["2026-02", "2026-03"], "death", death_month="2026-01")
    assert (result.lines, result.total_fen, result.payable_through) == ((), 0, None)


def test_a_gap_between_withheld_months_is_no_month():
    assert [line.month for line in arrears(["2026-03", "2025-12"], "lapsed").lines] == ["2025-12", "2026-03"]


@pytest.mark.parametrize(
    ("months", "reason", "rates", "word"),
    [
        (["2026-01", "2026-01"], "lapsed", RATES, "2026-01"),
        (["2023-12"], "lapsed", RATES, "2023-12"),
        (["2023-12"], "served_outside_prison", RATES, "2023-12"),
        (["2026-01"], "no_such_reason", RATES, "no_such_reason"),
        (["2026-01"], "lapsed", [Rate("2025-01", 1), Rate("2025-01", 2)], "two rates"),
    ],
)
def test_what_cannot_be_calculated_is_refused_by_name(months, reason, rates, word):
    with pytest.raises(CannotCalculate, match=word):
        arrears(months, reason, rates)


def test_a_month_that_is_no_month_is_refused():
    with pytest.raises(ValueError, match="month"):
        arrears(["2026-13"], "lapsed")


MONTHS = st.sampled_from(months_through("2024-01", "2027-12"))
FACTS = st.fixed_dictionaries(
    {}, optional={"death_month": MONTHS, "released_month": MONTHS, "acquitted": st.booleans()}
)
HISTORIES = st.dictionaries(MONTHS, st.integers(0, 2_000_000)).map(
    lambda found: [Rate("2024-01", 123_456), *(Rate(m, fen) for m, fen in found.items() if m != "2024-01")]
)
REASONS = st.sampled_from([reason for reason in ARREARS_REASONS if reason in MATRIX])


@given(HISTORIES, st.sets(MONTHS), REASONS, FACTS)
def test_the_sum_is_the_sum_of_its_months_and_nothing_is_lost(rates, months, reason, facts):
    """M1, M3."""
    result = calculate(rates, months, reason, MATRIX, facts)
    assert result.total_fen == sum(line.pay_fen for line in result.lines)
    assert all(line.pay_fen + line.forfeited_fen == line.entitled_fen for line in result.lines)
    assert all(line.pay_fen >= 0 and line.forfeited_fen >= 0 for line in result.lines)


@given(HISTORIES, st.sets(MONTHS), REASONS, FACTS)
def test_every_withheld_month_up_to_death_has_one_line_and_no_later_month_has_any(
    rates, months, reason, facts
):
    """M1, M2."""
    result = calculate(rates, months, reason, MATRIX, facts)
    last = facts.get("death_month", "9999-12")
    assert [line.month for line in result.lines] == sorted(month for month in months if month <= last)


@given(HISTORIES, st.sets(MONTHS), REASONS, FACTS, st.randoms())
def test_the_order_of_the_record_makes_no_difference(rates, months, reason, facts, random):
    shuffled_rates, shuffled_months = list(rates), sorted(months)
    random.shuffle(shuffled_rates)
    random.shuffle(shuffled_months)
    assert calculate(rates, months, reason, MATRIX, facts) == calculate(
        shuffled_rates, shuffled_months, reason, MATRIX, facts
    )


@given(HISTORIES, st.sets(MONTHS, min_size=1))
def test_with_increases_included_each_month_is_worth_its_rate(rates, months):
    in_force = {
        month: max(rate for rate in rates if rate.since_month <= month).monthly_fen for month in months
    }
    assert {line.month: line.pay_fen for line in arrears(months, "lapsed", rates).lines} == in_force
