"""Ages and batches too: many at once as one by one, and any split into days gives the same end (Qingdao, Sichuan)."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from cases.models import Case, Notice, SuspensionBatch, SuspensionRow, VerificationTask
from database import db, transaction
from tests.people import ON
from tests.places import QINGDAO, furnish
from tests.sweep import one_by_one
from tests.sweep.examples import examples
from tests.sweep.test_ages import dependant
from tests.sweep.test_batches import lapsing
from tests.sweep.test_both_paths import Undone, set_based, snapshot

BORN = (date(2010, 2, 28), date(2010, 3, 1), date(2010, 3, 31), date(2008, 2, 29), date(2012, 2, 29))
LAST = date(2026, 4, 1)
days = st.integers(0, (LAST - ON).days).map(lambda after: ON + timedelta(days=after))


@pytest.fixture
def ids(context: Flask) -> Iterator[list[int]]:
    furnish(QINGDAO)
    for born in BORN:
        dependant(born)
    lapsing()
    lapsing("2025-03-02", date(2026, 2, 20))
    lapsing("2025-02-28", None)
    yield list(db.session.scalars(select(Case.id).order_by(Case.id)))


def undone(act: object) -> object:
    """What `act` gives, in a transaction that is taken back."""
    kept = []
    try:
        with transaction():
            kept.append(act())
            raise Undone
    except Undone:
        return kept[0]


def rows() -> list[tuple[object, ...]]:
    found = select(SuspensionRow.case_id, SuspensionRow.period_due_on, SuspensionBatch.month, SuspensionBatch.due_on,
                   SuspensionBatch.office_path).join(SuspensionBatch).order_by(SuspensionRow.case_id)
    return [tuple(row) for row in db.session.execute(found)]


@given(on=days | st.sampled_from((date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31))))
@examples(5, 60)
@pytest.mark.article("QD-10", "QD-25")
def test_many_at_once_are_given_periods_and_gathered_as_one_by_one(ids: list[int], on: date) -> None:
    expected = undone(lambda: (one_by_one.run(on), rows(), snapshot()))
    found = undone(lambda: (set_based(on, ids), rows(), snapshot()))
    assert sorted(found[0], key=repr) == sorted(expected[0], key=repr)
    assert found[1] == expected[1]
    for table in expected[2]:
        assert found[2][table] == expected[2][table], table


def end(ids: list[int], split: list[date]) -> tuple[object, ...]:
    """What does not depend on the day on which it was seen."""
    for on in split:
        set_based(on, ids)
        db.session.expire_all()
    cases = select(Case.id, Case.period_start, Case.due_on, Case.warn_from, Case.state).order_by(Case.id)
    told = select(Notice.case_id).where(Notice.kind == "period_begun").distinct().order_by(Notice.case_id)
    tasks = select(VerificationTask.case_id, VerificationTask.cause).order_by(VerificationTask.case_id)
    return ([tuple(row) for row in db.session.execute(cases)], list(db.session.scalars(told)),
            [tuple(row) for row in db.session.execute(tasks)], [row[:3] for row in rows()])


@given(split=st.lists(days, max_size=5).map(sorted))
@examples(4, 60)
@pytest.mark.article("QD-10", "QD-25")
@pytest.mark.sqlite_is_enough
def test_any_split_into_days_gives_the_same_end(ids: list[int], split: list[date]) -> None:
    ends = date(2026, 2, 28), date(2026, 3, 31)  # a batch is of a month: its last day, or the first sweep after it
    once = undone(lambda: end(ids, [*ends, LAST]))
    assert undone(lambda: end(ids, sorted([*split, *ends, LAST, LAST]))) == once
