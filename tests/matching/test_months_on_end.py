"""Run after run: loads come and are withdrawn, cases come and go, months pass; each is a full run to the bit."""
from __future__ import annotations

import random as chance
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.definition import VERDICTS, OfCase, Sign, day_number
from matching.moved import FLAGS, OWN, THRESHOLDS, WATCHED, comparisons, of_the_few
from matching.runs import run
from matching.store import BUCKET, Store
from tests.matching.files import asked, changed, listed, write_population, write_signs
from tests.matching.signs import MEANINGS, ON, profiles_on, sign
from tests.sweep.examples import examples
from workflows.predicates import Fact

pytestmark = pytest.mark.sqlite_is_enough
LATEST = day_number(ON)
DAYS = (ON, ON, date(2026, 11, 21), date(2026, 12, 31), date(2027, 2, 28), date(2027, 11, 20))
LOADS = 5


def _signs(random: chance.Random) -> list[Sign]:
    return [Sign(random.randrange(20) + random.choice((0, 0, BUCKET)),
                 random.choice((0, *(LATEST - random.randint(0, 400) for _ in range(8)))),
                 random.randint(0, len(MEANINGS) + 1), random.choice((2, 2, 2, 1, 0)), random.randint(1, LOADS), row)
            for row in range(random.choice((12, 80)))]


def _person(random: chance.Random) -> tuple[int, int, OfCase]:
    return (random.randrange(20) + random.choice((0, 0, BUCKET)), random.randrange(len(profiles_on(ON))),
            OfCase(random.choice((0, LATEST - random.randint(0, 500))),
                   random.choice((0, LATEST + random.randint(-99, 400))),
                   random.choice((0, 0, 0, LATEST + random.randint(-9, 90), 9 - LATEST))))


def _a_month_later(cases: dict, random: chance.Random) -> dict:
    """Some go, some come, some are certified anew; the others stay as they are."""
    stay = {case: person for case, person in cases.items() if random.random() > 0.1}
    again = {case: _person(random) for case in random.sample(range(1, 60), random.choice((0, 0, 3)))}
    return stay | again or cases


@given(st.integers(0, 2**32))
@examples(6, 2_000)
def test_however_loads_cases_and_months_come_and_go_a_run_leaves_what_a_full_one_leaves(seed):
    random = chance.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        store, before = Store(Path(folder)), None
        there = write_signs(store, _signs(random))
        cases = {number: _person(random) for number in random.sample(range(1, 60), 25)}
        for number, on in enumerate(sorted(random.choices(DAYS, k=5))):
            loads = {load for load in there if random.random() < 0.7}
            for name in (f"{number}", f"{number}-afresh"):
                write_population(store, name, cases)
            step = {"on": on, "profiles": profiles_on(on), "before": before}
            quick = run(store, asked(f"{number}", loads, **step), workers=1)
            slow = run(store, asked(f"{number}-afresh", loads, afresh=True, **step), workers=1)
            assert replace(quick, mode="", rows=0) == replace(slow, mode="", rows=0)
            _same_files(store, f"{number}", f"{number}-afresh")
            before, cases = f"{number}", _a_month_later(cases, random)


def _same_files(store: Store, one: str, other: str) -> None:
    for folder in (store.state(other, 0).parent, store.changes(other, 0).parent):
        for path in sorted(folder.glob("*.arrow")):
            name = folder.relative_to(store.root).as_posix().replace(other, one)
            assert path.read_bytes() == (store.root / name / path.name).read_bytes(), path


def test_a_bucket_that_everybody_left_may_have_people_again(tmp_path: Path):
    store = Store(tmp_path)
    loads = write_signs(store, [sign("train", date(2026, 9, 1), person=person, row=person) for person in (1, BUCKET)])
    here, there = {1: (1, 0, OfCase())}, {2: (BUCKET, 0, OfCase())}
    for name, cases, before in (("june", here | there, None), ("july", here, "june"), ("august", here | there, "july")):
        write_population(store, name, cases)
        run(store, asked(name, loads, before=before))
    assert changed(store, "july") == {2: ("gone", "gone")}
    assert changed(store, "august") == {2: listed(store, "june")[2]}


def test_a_withdrawal_goes_back_to_the_last_run_that_did_not_know_the_load(tmp_path: Path):
    """Of the earlier loads nothing is looked at again; of the later ones only what they say of whom it touched."""
    store = Store(tmp_path)
    cases = {number: (number, 0, OfCase()) for number in range(1, 6)}
    months = {1: (1, 2, 3, 4, 5), 2: (1, 2), 3: (2, 3)}
    loads = write_signs(store, [sign("train", date(2026, 6 + load, 1), person=person, load=load, row=person)
                                for load, persons in months.items() for person in persons])
    for name in ("june", "july", "august", "without"):
        write_population(store, name, cases)
    run(store, asked("june", {1}))
    run(store, asked("july", {1, 2}, before="june"))
    run(store, asked("august", loads, before="july"))
    summary = run(store, asked("without", {1, 3}, before="august"))
    assert (summary.mode, summary.rows) == ("incremental", 0)
    assert {case: row[2:5] for case, row in listed(store, "without").items()} == {
        1: (1, 1, 3), 2: (3, 2, 3), 3: (3, 3, 3), 4: (1, 4, 3), 5: (1, 5, 3)}
    assert changed(store, "without").keys() == {1}


def test_every_threshold_of_the_table_is_watched():
    """Days of cases that all have are compared with nothing that could move unseen."""
    for row in VERDICTS:
        for one in comparisons(row.when):
            other = one.right.name if isinstance(one.right, Fact) else None
            assert one.fact not in (*THRESHOLDS, *FLAGS)
            watched = other in OWN or (one.fact, other) in WATCHED or other == "loss_day"
            assert one.fact not in OWN or watched or of_the_few(row.when)
        assert not row.when.names() - {*OWN, *THRESHOLDS, *FLAGS, "loss_day", "loss_undated", "doubt_day",
                                       "adult_day", "perhaps_adult_day"}
