"""A statement found wrong is left out of every later run, full and incremental alike, until it is put back (SC 9c)."""
from __future__ import annotations

import random as chance
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.definition import NUMBER_ONLY, OfCase, Sign, day_number
from matching.retracted import EVERY_LOAD, Retracted, standing
from matching.runs import run
from matching.store import Store
from tests.matching.files import asked, by_reference, listed, write_population, write_signs
from tests.matching.signs import SAID, sign
from tests.matching.test_runs import MANY, PEOPLE, SEEDS, SOME_LOADS
from tests.sweep.examples import examples

pytestmark = pytest.mark.sqlite_is_enough

CREMATION, DAY = SAID["cremation"].code, date(2026, 10, 3)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def wrong(day: date | None, *, person: int = 1, through: int = EVERY_LOAD) -> Retracted:
    return Retracted(person, CREMATION, day_number(day) if day else 0, through)


def some_of(signs: list[Sign], seed: int) -> list[Retracted]:
    random = chance.Random(seed)
    return [Retracted(one.person, one.code, one.day, random.choice((EVERY_LOAD, one.load, one.load - 1)))
            for one in random.sample(signs, random.randint(0, len(signs)))]


@given(MANY, PEOPLE, SEEDS, SEEDS, st.sampled_from(SOME_LOADS), st.sampled_from(SOME_LOADS))
@examples(15, 2_000)
@pytest.mark.article("SC-9c")
def test_full_and_incremental_runs_leave_out_the_same(signs, cases, first, second, then, now):
    was, wrong_now = some_of(signs, first), some_of(signs, second)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        there = write_signs(store, signs)
        for name in ("first", "second", "afresh"):
            write_population(store, name, cases)
        run(store, asked("first", then & there, retracted=tuple(was)), workers=1)
        step = {"before": "first", "retracted": tuple(wrong_now)}
        run(store, asked("second", now & there, **step), workers=1)
        run(store, asked("afresh", now & there, afresh=True, **step), workers=1)
        for path in sorted((store.root / "state" / "afresh").glob("*.arrow")):
            assert path.read_bytes() == (store.root / "state" / "second" / path.name).read_bytes()
        counted = [one for one in signs if one.load in now]
        assert listed(store, "second") == listed(store, "afresh") == by_reference(counted, cases, retracted=wrong_now)


@pytest.mark.article("SC-27b")
def test_a_death_found_wrong_is_no_loss_until_it_is_put_back(store: Store):
    loads = write_signs(store, [sign("cremation", DAY), sign("face", date(2026, 11, 1), row=2)])
    about = {1: (1, 0, OfCase(day_number(date(2026, 9, 1)), day_number(date(2027, 9, 1))))}
    for name, before, retracted in (("first", None, ()), ("without", "first", (wrong(DAY),)), ("again", "without", ())):
        write_population(store, name, about)
        run(store, asked(name, loads, before=before, retracted=retracted))
    assert [listed(store, name)[1][:2] for name in ("first", "without", "again")] == [
        ("to_be_verified", "both_lists"), ("eligible", "face_recognition"), ("to_be_verified", "both_lists")]


def test_what_was_wrong_of_a_day_is_wrong_whoever_repeats_it_and_another_day_is_another_statement():
    repeated, sooner = sign("cremation", DAY, load=9, sure=NUMBER_ONLY), sign("cremation", date(2026, 10, 4), load=9)
    other = sign("cremation", DAY, load=9, person=2)
    assert standing([repeated, sooner, other], [wrong(DAY)]) == [sooner, other]


def test_without_a_day_only_what_was_said_till_then_is_left_out():
    known, later = sign("prison", None, load=3), sign("prison", None, load=4)
    assert standing([known, later], [Retracted(1, SAID["prison"].code, 0, 3)]) == [later]
