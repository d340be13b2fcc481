"""A loss without a day against a life sign: to be verified while that sign is within its period (S8, decision 107)."""
from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from matching.definition import OfCase, Sign, day_number
from matching.runs import run
from matching.store import Store
from tests.matching.files import asked, listed, write_population, write_signs
from tests.matching.signs import ON, PROFILES, SICHUAN, found, profile, sign

pytestmark = pytest.mark.sqlite_is_enough

LOSSES = ("cremation", "prison", "missing")
LATELY, LONG_AGO = date(2026, 9, 1), ON - timedelta(days=430)
CASES = {1: (1, 0, OfCase())}


def after_runs(folder: Path, *loads: Sign) -> list[tuple[str, str]]:
    """Where the case stands after each of the loads, one a run: the last is found by a full run too."""
    store, there, before, stood = Store(folder), set(), None, []
    for number, one in enumerate(loads):
        there |= write_signs(store, [one])
        write_population(store, str(number), CASES)
        run(store, asked(str(number), there, before=before))
        stood.append(listed(store, str(number))[1][:2])
        before = str(number)
    write_population(store, "full", CASES)
    run(store, asked("full", there))
    assert listed(store, "full")[1][:2] == stood[-1]
    return stood


@pytest.mark.article("SC-14", "QD-19")
@pytest.mark.parametrize("loss", LOSSES)
def test_alive_within_the_period_and_lost_on_no_day_is_to_be_verified_whichever_came_first(loss: str, tmp_path: Path):
    alive, lost = sign("face", LATELY, load=1), sign(loss, None, load=2)
    first = after_runs(tmp_path / "alive first", alive, lost)
    other = after_runs(tmp_path / "lost first", sign(loss, None, load=1), sign("face", LATELY, load=2))
    assert first[0] == ("eligible", "face_recognition") and other[0][0] == "lost"
    assert first[1] == other[1] == ("to_be_verified", "both_lists")


@pytest.mark.parametrize("loss", LOSSES)
def test_a_life_sign_older_than_its_period_says_nothing_against_it(loss: str, tmp_path: Path):
    stood = after_runs(tmp_path, sign("face", LONG_AGO, load=1), sign(loss, None, load=2))
    assert stood[1][0] == "lost"


@pytest.mark.parametrize("loss", LOSSES)
def test_a_certification_on_file_counts_like_a_life_sign(loss: str):
    pension = profile(SICHUAN)
    assert found(pension, sign(loss, None), certified=LATELY).reason == "both_lists"
    assert found(pension, sign(loss, None), certified=LONG_AGO).list == "lost"


def test_the_last_day_that_counts_is_the_first_of_the_period():
    pension = PROFILES[0]
    edge = date.fromordinal(pension.valid_from + date(1970, 1, 1).toordinal())
    assert found(pension, sign("cremation", None), certified=edge).reason == "both_lists"
    assert found(pension, sign("cremation", None), certified=edge - timedelta(days=1)).list == "lost"
    assert day_number(edge) == pension.valid_from
