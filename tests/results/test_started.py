"""A month's comparison begun by a person: from two servers at once it is one; killed at any moment, it goes on (O1)."""
from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from database import db
from database.jobs import Job
from invariants import breaches
from matching.results import starting
from matching.results.models import ListChange, MatchingRun, MatchingSample
from matching.results.running import Wanted
from tests.case_builder import make_cases
from tests.conftest import Clock, configured
from tests.people import ON, actor, make_account
from tests.promises.servers import ANSWER_WITHIN, HELD, PROCESSES, Servers, Visitor, at_once, told
from tests.sweep.test_processes import close

DAY, AREA = date(2026, 3, 16), "51/5101/510107/"
ASKED = {"month": "2026-03", "office": "510107", "kind": starting.RUN}
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
KILLS = 50 if LONG else 2


@pytest.fixture
def county(app: Flask, clock: Clock, tmp_path: Path) -> Iterator[Flask]:
    clock.move_to(DAY)
    app.config["FEED_STORE"] = str(tmp_path / "feeds")
    with app.app_context():
        make_account("li", ["caseworker"])
        make_account("wang", ["reviewer"])
        make_cases(ON, 8)
        close()
    yield app
    app.config["FEED_STORE"] = ""


def begun() -> list[Job]:
    return list(db.session.scalars(select(Job).where(Job.kind == starting.RUN)))


def test_begun_on_two_servers_at_once_it_is_one(county: Flask, database_url: str, tmp_path: Path) -> None:
    with Servers(database_url, tmp_path, DAY) as servers:
        li, wang = (Visitor(port).sign_in(name) for port, name in zip(servers.ports, ("li", "wang"), strict=True))
        answers = at_once((li, f"/matching/start{HELD}", ASKED), (wang, f"/matching/start{HELD}", ASKED))
    assert 302 in [status for status, _text in answers]
    with county.app_context():
        assert len(db.session.scalars(select(MatchingRun)).all()) == 1
        assert [job.status for job in begun()] == ["finished"]
        close()


def beginning(url: str, folder: str, line: Connection) -> None:
    """In a process of its own."""
    from app import create_app

    app = create_app(configured(url, Path(folder)) | {"TODAY": DAY})
    with app.app_context():
        line.send("ready")
        line.recv()
        starting.begin(starting.RUN, Wanted("2026-03", AREA, DAY), actor("li"))
    line.send("done")


@pytest.mark.sqlite_is_enough
def test_killed_at_any_moment_it_goes_on_to_one_run(county: Flask, database_url: str, tmp_path: Path) -> None:
    chance, killed = random.Random(None if LONG else 20260316), 0
    for _ in range(KILLS):
        mine, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=beginning, args=(database_url, str(tmp_path), theirs), daemon=True)
        process.start()
        assert told(mine) == "ready"
        mine.send("go")
        process.join(chance.random() * 0.4)
        process.kill()
        process.join(ANSWER_WITHIN)
        killed += process.exitcode == -signal.SIGKILL
        with county.app_context():
            for job in begun():
                if job.status == "running":
                    assert starting.go_on(job, actor("wang"), DAY).status == "finished"
            close()
    assert killed
    with county.app_context():
        runs = db.session.scalars(select(MatchingRun)).all()
        assert len(runs) == 1 and len(db.session.scalars(select(ListChange)).all()) == 8
        assert len(db.session.scalars(select(MatchingSample)).all()) == runs[0].sample
        assert {job.counts.get("run") for job in begun() if job.status == "finished"} == {runs[0].public_id}
        assert not breaches()
        close()
