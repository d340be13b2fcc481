"""A run that is killed is run again, and nothing shows of it: the files are the same to the bit."""
from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from matching.definition import OfCase, day_number
from matching.runs import run
from matching.store import BUCKET, Store
from tests.matching.files import asked, write_population, write_signs
from tests.matching.signs import ON, sign

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
KILLS = 50 if LONG else 4
BUCKETS = 30
ONE_RUN = ("import sys; from pathlib import Path; from matching.runs import run; from matching.store import Store;"
           "from tests.matching.files import asked;"
           "run(Store(Path(sys.argv[1])), asked('again', (1, 2), before='first'), workers=2)")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Thirty buckets of a few people, and a first run."""
    store, chance = Store(tmp_path), random.Random(4)
    persons = [bucket * BUCKET + number for bucket in range(BUCKETS) for number in range(20)]
    signs = [replace(sign("face", ON), person=person, load=load, row=row, code=chance.randint(1, 14),
                     day=day_number(ON) - chance.randint(0, 400))
             for load in (1, 2) for row, person in enumerate(persons)]
    write_signs(store, signs)
    for name in ("first", "again", "undisturbed"):
        write_population(store, name, {1 + person: (person, 0, OfCase()) for person in persons})
    run(store, asked("first", (1,)))
    return store


def _files(store: Store, name: str) -> dict[str, bytes]:
    folders = (store.state(name, 0).parent, store.changes(name, 0).parent)
    return {path.name + path.parent.name.replace(name, ""): path.read_bytes()
            for folder in folders for path in sorted(folder.iterdir()) if path.suffix == ".arrow"}


def test_killed_at_any_point_and_run_again_it_leaves_the_same_files(store: Store):
    chance = random.Random(None if LONG else 7)
    run(store, asked("undisturbed", (1, 2), before="first"))
    finished = 0
    for number in range(KILLS):
        if _killed(store, chance.randint(1, BUCKETS)):
            finished += 1
            store.state("again", number % BUCKETS).unlink()
    assert finished < KILLS
    again = run(store, asked("again", (1, 2), before="first"))
    assert again.cases == BUCKETS * 20
    assert _files(store, "again") == _files(store, "undisturbed")


def _killed(store: Store, files: int) -> bool:
    """Start a run in a process of its own and kill it when so many more files are there; True where it was over."""
    summary = store.summary("again")
    summary.unlink(missing_ok=True)
    enough = len(_written(store)) + files
    process = subprocess.Popen([sys.executable, "-c", ONE_RUN, str(store.root)])
    try:
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until and len(_written(store)) < enough:
            time.sleep(0.001)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return summary.is_file()


def _written(store: Store) -> list[Path]:
    """Drafts too: so that a kill falls in the middle of one."""
    return [path for path in store.state("again", 0).parent.glob("*") if "arrow" in path.name]
