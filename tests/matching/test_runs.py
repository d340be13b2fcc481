"""Runs over files: the same lists as for one person, however the loads are cut, killed, added or withdrawn."""
from __future__ import annotations

import random as chance
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import runs
from matching.definition import VERDICTS, OfCase, Sign, day_number
from matching.lists import signs_of
from matching.runs import run
from matching.store import BUCKET, Store, read_json
from tests.matching.files import asked, by_reference, changed, listed, matched, write_population, write_signs
from tests.matching.signs import MEANINGS, ON, PROFILES, profile, sign
from tests.sweep.examples import examples

PERSONS = [0, 1, 2, BUCKET - 1, BUCKET, 3 * BUCKET + 7]
LATEST = day_number(ON)
SEEDS = st.integers(0, 2**32)  # Hypothesis likes few and small ones: what many loads do to each other shows in many


def _signs(seed: int, loads: int = 3) -> list[Sign]:
    random = chance.Random(seed)
    return [Sign(random.choice(PERSONS), random.choice((0, *(LATEST - random.randint(0, 400) for _ in range(8)))),
                 random.randint(0, len(MEANINGS) + 1), random.choice((2, 2, 2, 2, 1, 0)), random.randint(1, loads), row)
            for row in range(random.choice((3, 12, 60)))]


def _people(seed: int) -> dict[int, tuple[int, int, OfCase]]:
    random = chance.Random(seed)
    return {random.randint(1, 30): (
        random.choice(PERSONS), random.randrange(len(PROFILES)),
        OfCase(random.choice((0, LATEST - random.randint(0, 500))),
               random.choice((0, LATEST + random.randint(-99, 400))),
               random.choice((0, 0, 0, LATEST - 9, LATEST + 9, 9 - LATEST)))) for _ in range(random.randint(1, 14))}


MANY, PEOPLE = SEEDS.map(_signs), SEEDS.map(_people)
SOME_LOADS = ({1}, {1, 2}, {1, 3}, {2, 3}, {1, 2, 3}, {1, 2, 3}, set())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@given(MANY, PEOPLE)
@examples(12, 2_000)
def test_columns_say_what_the_definition_says_of_one_person(signs, cases):
    with tempfile.TemporaryDirectory() as folder:
        assert matched(Path(folder), signs, cases) == by_reference(signs, cases)


@given(MANY, PEOPLE, st.randoms(use_true_random=False))
@examples(6, 1_000)
def test_shuffled_repeated_and_split_loads_give_the_same_lists(signs, cases, random):
    """Load and row are another where a row came again elsewhere; list, reason and day are not (S8)."""
    again = [replace(one, load=random.randint(1, 5), row=random.randint(0, 999)) for one in signs * 2]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        first, second = matched(Path(one), signs, cases), matched(Path(other), again, cases)
    assert {case: row[:2] + row[4:] for case, row in first.items()} == {
        case: row[:2] + row[4:] for case, row in second.items()}


@given(MANY, PEOPLE, PEOPLE, st.randoms(use_true_random=True))
@examples(16, 3_000)
def test_an_incremental_run_is_a_full_one_to_the_bit(signs, cases, later, random):
    """Loads come and are withdrawn, cases come and go, profiles are numbered anew and weigh signs otherwise."""
    then, now = random.choice(SOME_LOADS), random.choice(SOME_LOADS)
    cases_now = random.choice((cases, later, cases | later))
    profiles = random.choice((PROFILES, (*PROFILES[3:], *PROFILES[:3])))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        there = write_signs(store, signs)
        write_population(store, "first", cases)
        for name in ("second", "afresh"):
            write_population(store, name, cases_now)
        run(store, asked("first", then & there), workers=1)
        step = {"before": "first", "on": ON, "profiles": profiles}
        quick = run(store, asked("second", now & there, **step), workers=1)
        slow = run(store, asked("afresh", now & there, afresh=True, **step), workers=1)
        assert (quick.mode, slow.mode) == ("incremental", "full")
        assert (quick.counts, quick.changed) == (slow.counts, slow.changed)
        for path in sorted((store.root / "state" / "afresh").glob("*.arrow")):
            assert path.read_bytes() == (store.root / "state" / "second" / path.name).read_bytes()
        assert listed(store, "second") == listed(store, "afresh")
        assert changed(store, "second") == changed(store, "afresh")


@given(MANY, PEOPLE, PEOPLE)
@examples(8, 1_000)
def test_changes_are_the_difference_of_two_runs(signs, cases, later):
    later = {case: (cases.get(case, person)[0], *person[1:]) for case, person in later.items()}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        there = write_signs(store, signs)
        write_population(store, "first", cases)
        write_population(store, "second", later)
        run(store, asked("first", {1} & there), workers=1)
        run(store, asked("second", there, before="first"), workers=1)
        old, new = listed(store, "first"), listed(store, "second")
        gone = dict.fromkeys(old.keys() - new.keys(), ("gone", "gone"))
        assert changed(store, "first") == old
        assert changed(store, "second") == {case: row for case, row in new.items() if old.get(case) != row} | gone


def test_every_row_of_the_table_puts_somebody_somewhere(store: Store):
    """No row is shadowed by those above it, in either engine."""
    random = chance.Random(1)
    days, codes = [0, *range(day_number(ON) - 400, day_number(ON), 7)], range(1, 15)
    signs = [replace(sign("face", ON), person=person, day=random.choice(days), code=random.choice(codes), row=person)
             for person in range(0, 3_000, 2)]
    about = [OfCase(random.choice(days), random.choice([0, *range(day_number(ON) - 9, day_number(ON) + 400)]),
                    random.choice([0, 0, 0, 20_000, -20_000])) for _ in range(3_000)]
    altered = replace(PROFILES[0], neither_asked=False)
    cases = {case: (case, case % (len(PROFILES) + 1), about[case]) for case in range(3_000)}
    loads = write_signs(store, signs)
    write_population(store, "one", cases)
    run(store, asked("one", loads, profiles=(*PROFILES, altered)))
    assert read_json(store.plan("one"))["verdicts"][0][:3] == ["to_be_verified", "both_lists", "loss"]
    stands = {row[:2] for row in listed(store, "one").values()}
    assert {row.reason for row in VERDICTS} - {"of_sign"} <= {reason for _, reason in stands}
    assert listed(store, "one") == by_reference(signs, cases, (*PROFILES, altered))


def test_only_whom_a_withdrawn_load_put_somewhere_is_folded_anew(store: Store):
    cases = {number: (number, 0, OfCase()) for number in range(1, 5)}
    first = [sign("train", date(2026, 9, 1), person=number, row=number) for number in range(1, 4)]
    second = [sign("face", date(2026, 8 + number, 2), person=number, load=2, row=number) for number in range(1, 3)]
    loads = write_signs(store, first + second)
    for name in ("all", "without", "with"):
        write_population(store, name, cases)
    run(store, asked("all", loads))
    assert listed(store, "all")[2][:3] == ("eligible", "face_recognition", 2)
    summary = run(store, asked("without", {1}, before="all"))
    assert listed(store, "without")[2][:3] == ("eligible", "travel_record", 1)
    assert summary.rows == 2  # of the third nothing is looked at
    assert changed(store, "without").keys() == {1, 2}
    assert summary.changed == {"eligible/travel_record/3": 2}
    run(store, asked("with", loads, before="without"))
    assert listed(store, "with") == listed(store, "all")


def test_a_run_of_another_day_moves_whom_time_moves(store: Store):
    cases = {1: (1, 0, OfCase(day_number(date(2026, 2, 25)), day_number(date(2027, 2, 25))))}
    later = date(2026, 11, 25)
    for name in ("today", "later"):
        write_population(store, name, cases)
    run(store, asked("today", ()))
    pensioner = profile(("510107", "enterprise_employees"), on=later)
    run(store, asked("later", (), on=later, before="today", profiles=(pensioner,)))
    assert changed(store, "today") == {1: ("eligible", "certified")}
    assert changed(store, "later") == {1: ("to_be_verified", "no_evidence_before_due")}


def test_a_sign_later_than_the_run_stops_it(store: Store):
    loads = write_signs(store, [sign("face", date(2026, 11, 21))])
    write_population(store, "one", {1: (1, 0, OfCase())})
    with pytest.raises(ValueError, match="dated after"):
        run(store, asked("one", loads))


def test_what_may_not_have_reached_the_disk_before_a_power_cut_is_done_again(store: Store, monkeypatch, tmp_path):
    loads = write_signs(store, [sign("train", date(2026, 9, 1))])
    write_population(store, "one", {1: (1, 0, OfCase())})
    assert run(store, asked("one", loads)).rows == 1
    store.summary("one").unlink()
    assert run(store, asked("one", loads)).rows == 0
    boot = tmp_path / "boot"
    boot.write_text("the machine started again", "ascii")
    monkeypatch.setattr(runs, "BOOT", boot)
    assert run(store, asked("one", loads)).rows == 0  # the run was over: all of it is on the disk
    store.summary("one").unlink()
    assert run(store, asked("one", loads)).rows == 1


def test_a_run_without_a_population_is_refused(store: Store):
    with pytest.raises(FileNotFoundError):
        run(store, asked("one", ()))


def test_the_signs_of_a_person_are_read_from_their_bucket_alone(store: Store):
    mine = [sign("train", date(2026, 9, 1), person=5), sign("face", date(2026, 10, 1), person=5, load=2),
            sign("cremation", None, person=5, load=2, row=2)]
    loads = write_signs(store, [*mine, sign("train", date(2026, 9, 1), person=6, row=3)])
    assert signs_of(store, 5, loads) == [mine[1], mine[0], mine[2]]
    assert signs_of(store, 9, loads) == []
