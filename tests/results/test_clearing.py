"""Files of old runs go by themselves; those that a later run or a withdrawal goes back to stay."""
from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from matching.feeds.store import store as folder
from matching.results import clearing, releasing, running
from matching.results.models import MatchingRun
from matching.results.running import Wanted
from matching.store import Store
from tests.case_builder import make_case
from tests.people import ON, actor, make_account
from tests.results.registers import AREA, in_store, month

pytestmark = pytest.mark.sqlite_is_enough
DAYS = (date(2026, 3, 16), date(2026, 4, 16), date(2026, 5, 18), date(2026, 6, 16), date(2026, 7, 16))


@pytest.fixture
def store(context: Flask, tmp_path: Path) -> Iterator[Store]:
    """A case of whom a register says something, in a store of its own."""
    context.config["FEED_STORE"] = str(tmp_path / "store")
    for name, role in (("li", "caseworker"), ("wang", "reviewer")):
        make_account(name, [role])
    in_store("cremations", "dead", make_case(ON).pensioner_id, None, ON)
    yield Store(folder())
    context.config["FEED_STORE"] = ""


def _applied(days: tuple[date, ...]) -> list[MatchingRun]:
    return [month(day) for day in days]


def test_of_the_applied_runs_of_an_area_the_last_keep_their_files_and_a_run_clears_the_others(store: Store):
    made = _applied(DAYS)
    assert store.runs() == {run.directory for run in made[-clearing.KEPT - 1:]}  # it ran before the last was applied
    assert clearing.clear(store) == [made[-clearing.KEPT - 1].directory]
    assert store.runs() == {run.directory for run in made[-clearing.KEPT:]}
    assert not any(folder.exists() for run in made[:-clearing.KEPT] for folder in store.folders(run.directory))
    assert clearing.clear(store) == []


def test_the_next_run_goes_on_from_what_was_kept(store: Store):
    _applied(DAYS[:-1])
    clearing.clear(store)
    assert running.run(Wanted("2026-07", AREA, DAYS[-1])).mode == "incremental"


def test_an_open_run_keeps_its_files_and_one_called_off_does_not(store: Store):
    run = running.run(Wanted("2026-03", AREA, DAYS[0]))
    assert clearing.clear(store) == []
    releasing.cancel(run.id, "错了", actor=actor("wang"), on=DAYS[0])
    assert clearing.clear(store) == [run.directory]


def test_files_that_no_run_is_known_of_are_left_alone_for_a_week(store: Store):
    """Of a run under way, or of one that was killed and is to go on."""
    killed = store.state("killed", 0)
    killed.parent.mkdir(parents=True)
    killed.touch()
    assert clearing.clear(store) == []
    long_ago = time.time() - timedelta(days=8).total_seconds()
    for path in (killed, killed.parent):
        os.utime(path, (long_ago, long_ago))
    assert clearing.clear(store) == ["killed"]
    assert not killed.parent.exists()


def test_a_command_clears_too(app: Flask, store: Store):
    run = running.run(Wanted("2026-03", AREA, DAYS[0]))
    releasing.cancel(run.id, "错了", actor=actor("wang"), on=DAYS[0])
    told = app.test_cli_runner().invoke(args=["matching", "clear"])
    assert (told.exit_code, told.output.split()) == (0, [run.directory])
