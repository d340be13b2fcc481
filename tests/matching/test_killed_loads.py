"""F2, O1: a load killed at any moment, by the signal nobody can catch, goes on and ends as if nothing had happened."""
from __future__ import annotations

import os
import signal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from audit.models import AuditEvent
from database import db
from matching.feeds import chunks
from matching.feeds.chunks import unlinked_rows
from matching.feeds.models import FeedLoad, FeedQuarantine
from matching.feeds.store import store
from tests.matching.feeds import counts, csv_file, loaded, signs
from tests.promises.servers import PROCESSES

pytestmark = pytest.mark.sqlite_is_enough
KILLS = 50 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 2
WITHIN = 120  # seconds


def _load_and_die(url: str, folder: str, feed_store: str, path: str, at: int, steps: Any) -> None:
    """The process that loads. It kills itself at step `at`: before or after a file is in its place, or a commit."""
    from app import create_app
    from tests.conftest import configured

    done, replace, chunks.CHUNK = count(1), Path.replace, 2

    def step(*_: Any) -> None:
        steps.value = next(done)
        if steps.value == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def replaced(self: Path, target: Path) -> Path:
        step()
        moved = replace(self, target)
        step()
        return moved

    Path.replace = replaced
    app = create_app(configured(url, Path(folder)) | {"FEED_STORE": feed_store})
    with app.app_context():
        event.listen(db.session.session_factory, "before_commit", step)
        event.listen(db.session.session_factory, "after_commit", step)
        loaded(Path(path))


def _in_a_process(app: Flask, path: Path, at: int) -> tuple[int, int]:
    """(exit code, steps made)"""
    steps = PROCESSES.Value("i", 0)
    where = app.config["SQLALCHEMY_DATABASE_URI"], app.config["INSTANCE_DIR"], app.config["FEED_STORE"]
    process = PROCESSES.Process(target=_load_and_die, args=(*where, str(path), at, steps))
    db.session.remove()
    db.engine.dispose()
    process.start()
    process.join(WITHIN)
    return process.exitcode, steps.value


def _rows(city, day: str) -> list[tuple[str, ...]]:
    good = [(one.name, one.id_number, day, "已乘车") for one in city]
    return [*good, good[0], ("王某", "", day, "已乘车"), (city[0].name, city[0].id_number, "昨天", "已乘车")]


def _told(one: FeedLoad) -> tuple:
    quarantined = select(FeedQuarantine.row_number).where(FeedQuarantine.load_id == one.id)
    return (one.status, counts(one), one.outside, one.unlinked, [sign[:1] + sign[2:] for sign in signs(one)],
            [row.row for row in unlinked_rows(one.public_id)], sorted(db.session.scalars(quarantined)))


def test_a_load_killed_at_any_step_goes_on_and_ends_the_same(app, city, tmp_path):
    exit_code, _steps = _in_a_process(app, csv_file(tmp_path, _rows(city, "2026-01-01"), name="整.csv"), 0)
    whole = _told(db.session.scalars(select(FeedLoad)).one())
    again = csv_file(tmp_path, _rows(city, "2026-01-02"), name="再.csv")
    steps = _in_a_process(app, again, 0)[1]  # the register is there from now on
    assert exit_code == 0 and steps > 20 and whole[:2] == ("loaded", (6, 4, 0, 1, 1))
    for number, at in enumerate(sorted({round(1 + kill * (steps - 1) / (KILLS - 1)) for kill in range(KILLS)})):
        path = csv_file(tmp_path, _rows(city, f"2025-{number // 28 + 1:02}-{number % 28 + 1:02}"), name=f"{at}.csv")
        assert _in_a_process(app, path, at)[0] == -signal.SIGKILL
        assert _told(loaded(path)) == whole, f"killed at step {at} of {steps}"
    assert db.session.scalar(select(func.count()).where(AuditEvent.type == "FeedLoaded").select_from(AuditEvent)) == (
        db.session.query(FeedLoad).count())
    assert [path for path in store().rglob("*") if path.is_dir() and path.parent.name == "work"] == []
