"""Several processes at once, and processes killed at any moment: each case once, the same end, every promise kept.

Undisturbed, one process sweeps a copy: what the others leave is compared with what it left.
"""
from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from multiprocessing import active_children
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, func, select

from cases.models import BenefitMonth, Case, CaseTransition, Decision, Job, Notice, VerificationTask
from cases.sweep import Done, sweep
from cases.sweep_workers import WorkerFailed
from database import db, transaction
from invariants import breaches
from tests.conftest import configured
from tests.engines import Copies
from tests.people import make_account
from tests.promises.servers import ANSWER_WITHIN, PROCESSES
from tests.sweep.random_city import ENTERED, Happened, county, happen

TOLD = Happened(60, None, None, False, False, True, 0)
PLAIN = Happened(None, None, None, False, False, False, 0)
LATE = Happened(None, None, "overdue", False, True, False, 7)
ON = ENTERED + timedelta(days=107)
CASES, AT_ONCE, PROCESSES_AT_ONCE, SEED = 42, 3, 3, 20260701
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"  # fifty kills, each time at other moments
KILLS = 50 if LONG else 2
A_BATCH_TAKES = 0.02  # seconds, about: so that the kill falls anywhere within one


def swept(url: str, folder: str, line: Connection) -> None:
    """In a process of its own: a whole sweep, a few cases to a transaction; tells of each one committed."""
    from app import create_app

    app = create_app(configured(url, Path(folder)) | {"SWEEP_BATCH": AT_ONCE})
    with app.app_context():
        sweep(ON, today=ON, progress=lambda *_: line.send("committed"))
    line.send("done")


def started(url: str, folder: Path) -> tuple[BaseProcess, Connection]:
    mine, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=swept, args=(url, str(folder), theirs), daemon=True)
    process.start()
    theirs.close()
    return process, mine


def told(line: Connection) -> str:
    """What the process tells next; "" when it has ended."""
    assert line.poll(ANSWER_WITHIN), "no answer from the process"
    try:
        return line.recv()
    except EOFError:
        return ""


def left(app: Flask) -> dict[str, list[str]]:
    """What stands in the record, without what is random or tells who was first; every promise is kept."""
    with app.app_context():
        found = {name: sorted(repr(tuple(row)) for row in db.session.execute(query)) for name, query in LEFT.items()}
        assert breaches() == []
        close()
    return found


def close() -> None:
    """No connection is open, for the database is about to be another process's or another one."""
    db.session.remove()
    db.engine.dispose()


def _columns(model: Any, *names: str) -> Select[Any]:
    return select(*(getattr(model, name) for name in names))


LEFT = {
    "cases": _columns(Case, "id", "state", "state_since", "state_reason", "withheld_from", "task_open", "case_seq"),
    "steps": _columns(CaseTransition, "case_id", "step", "action", "reason", "period_due_on"),
    "notices": _columns(Notice, "case_id", "kind", "channel", "once_key"),
    "tasks": _columns(VerificationTask, "case_id", "cause", "status", "due_on", "escalated_on"),
    "decisions": _columns(Decision, "case_id", "kind", "reason", "stage"),
    "months": _columns(BenefitMonth, "case_id", "month", "withheld"),
}


@pytest.fixture
def city(app: Flask, copies: Copies) -> Iterator[tuple[Flask, dict[str, list[str]]]]:
    """The county before the day's sweep, and what one undisturbed sweep leaves of a copy of it."""
    with app.app_context():
        for name, role in {"li": "caseworker", "wang": "reviewer"}.items():
            make_account(name, [role])
        ids = county(CASES)
        with transaction():
            happen(ids, [TOLD, PLAIN, LATE] * CASES, ENTERED + timedelta(days=60))
        close()
    copies.keep("county")
    with app.app_context():
        counts = sweep(ON, today=ON)
        close()
    assert {"lapse", "refer", "remind", "escalate"} <= set(counts), counts
    expected = left(app)
    copies.restore("county")
    yield app, expected


@pytest.mark.article("SC-24", "SC-37")
def test_processes_at_the_same_time_suspend_and_remind_each_case_once(
        city: tuple[Flask, dict[str, list[str]]], database_url: str, tmp_path: Path) -> None:
    app, expected = city
    running = [started(database_url, tmp_path) for _ in range(PROCESSES_AT_ONCE)]
    worked = [_to_the_end(line) for _process, line in running]
    for process, _line in running:
        process.join(ANSWER_WITHIN)
    assert all(worked), worked
    assert left(app) == expected


def _to_the_end(line: Connection) -> bool:
    words = list(iter(lambda: told(line), ""))
    return words[-1:] == ["done"]


def test_a_sweep_by_two_workers_leaves_what_one_leaves(city: tuple[Flask, dict[str, list[str]]]) -> None:
    app, expected = city
    app.config["SWEEP_BATCH"] = AT_ONCE
    with app.app_context():
        done: list[Done] = []
        counts = sweep(ON, today=ON, workers=2, listed=done.append)
        assert counts == Counter(one.action for one in done) and counts["lapse"] and counts["refer"]
        assert set(db.session.scalars(select(Job.status))) == {"finished"}
        close()
    assert left(app) == expected


def test_a_worker_that_dies_is_told_of_and_the_next_sweep_does_its_share(
        city: tuple[Flask, dict[str, list[str]]]) -> None:
    app, expected = city
    app.config["SWEEP_BATCH"] = AT_ONCE
    with app.app_context():
        with pytest.raises(WorkerFailed):
            sweep(ON, today=ON, workers=2, progress=lambda *_: [one.kill() for one in active_children()])
        close()
    left(app)
    with app.app_context():
        sweep(ON, today=ON, workers=2)
        close()
    assert left(app) == expected


@pytest.mark.article("SC-24", "SC-37")
def test_killed_at_any_moment_and_run_again_the_end_is_the_same(
        city: tuple[Flask, dict[str, list[str]]], copies: Copies, database_url: str, tmp_path: Path) -> None:
    app, expected = city
    chance = random.Random(None if LONG else SEED)
    killed = 0
    while killed < KILLS:
        if _killed_after(chance.randint(1, 6), chance.random() * A_BATCH_TAKES, *started(database_url, tmp_path)):
            killed += 1
            left(app)
            continue
        assert left(app) == expected  # it came to its end before: the day begins anew
        copies.restore("county")
    with app.app_context():
        broken_off = db.session.scalar(select(func.count(Job.id)).where(Job.status == "running", Job.kind == "sweep"))
        sweep(ON, today=ON)
        close()
    assert 0 < broken_off <= KILLS
    assert left(app) == expected
    with app.app_context():
        assert not sweep(ON, today=ON, dry_run=True)


def _killed_after(batches: int, delay: float, process: BaseProcess, line: Connection) -> bool:
    """So many seconds after it told that so many transactions are committed; False where it ended before that."""
    words = list(islice(iter(lambda: told(line), ""), batches))
    process.join(delay)
    process.kill()
    process.join(ANSWER_WITHIN)
    return words == ["committed"] * batches and process.exitcode == -signal.SIGKILL
