"""M3 after any course of changes to a month: entitled = paid + withheld, withheld covers what was settled, overpaid
covers what was recovered."""
from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import money

FEN = st.integers(0, 500)
CHANGES = st.one_of(
    st.tuples(st.just("withhold"), FEN), st.tuples(st.just("disown")), st.tuples(st.just("own"), FEN),
    st.tuples(st.just("keep")), st.tuples(st.just("claim"), FEN), st.tuples(st.just("recover"), FEN),
    st.tuples(st.just("come_back"), FEN), st.tuples(st.just("arrive"), FEN),
    st.tuples(st.just("settle"), FEN, FEN, st.booleans()),
)
ONLY_OWED = ("withhold", "keep", "claim", "come_back", "arrive", "settle")


@dataclass
class Row:
    entitled: int = 0
    paid: int = 0
    withheld: int = 0
    back_paid: int = 0
    forfeited: int = 0
    overpaid: int = 0
    recovered: int = 0
    owed: bool = True


def apply(row: Row, change: tuple) -> None:
    name, *values = change
    if name in ONLY_OWED and not row.owed:
        return
    try:
        if name == "settle":
            money.settle(row, values[0], values[1], whole=values[2])
        else:
            getattr(money, name)(row, *values)
    except ValueError:
        assert name in ("claim", "recover")


@given(FEN, st.lists(CHANGES, max_size=12))
def test_no_course_of_changes_breaks_the_sums_of_a_month(paid: int, changes: list[tuple]) -> None:
    row = Row(entitled=paid, paid=paid)
    for change in changes:
        before = (row.back_paid, row.forfeited, row.recovered)
        apply(row, change)
        assert row.entitled == row.paid + row.withheld
        assert row.withheld >= row.back_paid + row.forfeited
        assert row.overpaid >= row.recovered
        assert min(vars(row).values()) >= 0
        assert row.owed or (row.paid == 0 and row.withheld == row.back_paid + row.forfeited)
        assert (row.back_paid, row.forfeited, row.recovered) >= before


@given(FEN, st.integers(0, 500))
def test_a_death_found_and_found_wrong_leaves_the_month_as_it_was(paid: int, recovered: int) -> None:
    row = Row(entitled=paid, paid=paid)
    money.disown(row)
    assert (row.paid, row.overpaid, row.entitled) == (0, paid, 0)
    money.recover(row, back := min(recovered, paid))
    money.own(row, paid)
    assert (row.entitled, row.paid, money.still_withheld(row), money.open_overpayment(row)) == (
        paid, paid - back, back, 0)


def test_what_was_back_paid_for_a_month_after_death_is_overpaid_too() -> None:
    row = Row(entitled=300, withheld=300)
    money.settle(row, 300, 0, whole=True)
    money.disown(row)
    assert (row.entitled, row.withheld, row.back_paid, row.overpaid) == (300, 300, 300, 300)


def test_nobody_claims_more_than_was_paid_nor_takes_back_more_than_is_open() -> None:
    row = Row(entitled=300, paid=300)
    with pytest.raises(ValueError):
        money.claim(row, 301)
    money.claim(row, 120)
    assert (row.entitled, row.paid, row.overpaid) == (180, 180, 120)
    with pytest.raises(ValueError):
        money.recover(row, 121)
    money.recover(row, 120)
    assert money.open_overpayment(row) == 0
