"""What follows from a run, killed at any moment and begun again: nothing lost, nothing twice (O1)."""
from __future__ import annotations

import os
import random
import signal
from datetime import date
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from flask import Flask

from cases.models import Case, CaseTransition, Certification, Decision, Notice, VerificationTask
from database import db
from invariants import breaches
from matching.results import applying, going_on
from matching.results.models import ListChange, ListEntry
from tests.case_builder import LAPSED, make_cases
from tests.conftest import Clock, configured
from tests.engines import Copies
from tests.people import ON, make_account
from tests.promises.servers import ANSWER_WITHIN, PROCESSES
from tests.results.registers import dead, lost, released, seen, unknown
from tests.sweep.test_processes import _columns, close, told

DAY, SEEN = date(2026, 3, 16), date(2026, 2, 20)
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
KILLS, AT_ONCE, EACH = (50 if LONG else 2), 2, 3
LEFT = {
    "cases": _columns(Case, "id", "state", "due_on", "last_certified_on", "task_open", "case_seq"),
    "steps": _columns(CaseTransition, "case_id", "step", "action"),
    "certifications": _columns(Certification, "pensioner_id", "method", "evidence_on", "source_ref", "status"),
    "notices": _columns(Notice, "case_id", "kind", "channel"),
    "tasks": _columns(VerificationTask, "case_id", "cause", "status"),
    "decisions": _columns(Decision, "case_id", "kind", "reason", "stage"),
    "changes": _columns(ListChange, "case_id", "list", "outcome"),
    "entries": _columns(ListEntry, "case_id", "list", "reason"),
}


def applying_it(url: str, folder: str, run: int, line: Connection) -> None:
    """In a process of its own: what follows from the run, a few cases to a transaction; tells of each one."""
    from app import create_app

    app = create_app(configured(url, Path(folder)) | {"SWEEP_BATCH": AT_ONCE})
    with app.app_context():
        applying.apply(run, on=DAY, progress=lambda *_: line.send("committed"))
    line.send("done")


def left(app: Flask) -> dict[str, list[str]]:
    with app.app_context():
        found = {name: sorted(repr(tuple(row)) for row in db.session.execute(query)) for name, query in LEFT.items()}
        assert not breaches()
        close()
    return found


@pytest.fixture
def run(app: Flask, copies: Copies) -> tuple[int, dict[str, list[str]]]:
    """A released run over a county, and what follows from it where nothing disturbs."""
    with app.app_context():
        for name, role in (("li", "caseworker"), ("wang", "reviewer")):
            make_account(name, [role])
        ids = [case.id for case in make_cases(ON, EACH * 4)]
        away = [case.id for case in make_cases(ON, EACH, **LAPSED)]
        changes = [
            *(seen(case, SEEN, row=case) for case in (*ids[:EACH], *away)),
            *(unknown(case) for case in ids[EACH:2 * EACH]),
            *(dead(case, SEEN, row=case) for case in ids[2 * EACH:3 * EACH]),
            *(lost(case, "court_declarations", "missing", SEEN, row=case) for case in ids[3 * EACH:])]
        made = released(changes, DAY).id
        close()
    copies.keep("released")
    with app.app_context():
        applying.apply(made, on=DAY)
        close()
    expected = left(app)
    copies.restore("released")
    return made, expected


def test_killed_at_any_moment_and_begun_again_each_thing_is_done_once(
        app: Flask, run: tuple[int, dict[str, list[str]]], copies: Copies, database_url: str, tmp_path: Path) -> None:
    made, expected = run
    chance, killed = random.Random(None if LONG else 20260316), 0
    while killed < KILLS:
        mine, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=applying_it, args=(database_url, str(tmp_path), made, theirs), daemon=True)
        process.start()
        theirs.close()
        words = list(islice(iter(lambda line=mine: told(line), ""), chance.randint(1, 6)))
        process.join(chance.random() * 0.02)
        process.kill()
        process.join(ANSWER_WITHIN)
        if "done" in words or process.exitcode != -signal.SIGKILL:
            assert left(app) == expected
            copies.restore("released")
            continue
        killed += 1
    with app.app_context():
        going_on.go_on(DAY)
        close()
    assert left(app) == expected


def going_on_with_it(url: str, folder: str, line: Connection) -> None:
    from app import create_app

    app = create_app(configured(url, Path(folder)) | {"SWEEP_BATCH": AT_ONCE})
    with app.app_context():
        line.send("ready")
        line.recv()
        going_on.go_on(DAY)
    line.send("done")


def test_two_that_go_on_at_once_do_each_thing_once(
        app: Flask, run: tuple[int, dict[str, list[str]]], database_url: str, tmp_path: Path) -> None:
    lines = []
    for _ in range(2):
        mine, theirs = PROCESSES.Pipe()
        PROCESSES.Process(target=going_on_with_it, args=(database_url, str(tmp_path), theirs), daemon=True).start()
        assert told(mine) == "ready"
        lines.append(mine)
    for line in lines:
        line.send("go")
    assert [told(line) for line in lines] == ["done", "done"]
    assert left(app) == run[1]


def test_the_daily_command_and_the_start_of_the_server_go_on_by_themselves(
        app: Flask, run: tuple[int, dict[str, list[str]]], clock: Clock, copies: Copies) -> None:
    clock.move_to(DAY)
    with app.app_context():
        answer = app.test_cli_runner().invoke(args=["matching", "due", "--area", "510107", "--on", str(DAY)])
        close()
    assert "applied" in answer.output
    assert left(app) == run[1]
    copies.restore("released")
    going_on.beside(app).join()
    assert left(app) == run[1]
