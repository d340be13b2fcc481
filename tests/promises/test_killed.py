"""O1: a process that is killed at any moment, while it signs or releases a file, leaves nothing to repair.

The process runs the real command over and over and is ended by SIGKILL after a delay that no code knows of. Then
the record keeps every promise, and the same request, made again, does what it would have done.
"""
from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from cases import review
from cases.imports import batches
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.models import Case, Decision, ImportBatch, ImportRow
from database import db
from invariants import breaches
from staff.offices import office_by_code
from tests.case_builder import GIVEN, OFFICE, pensioner_id_number
from tests.people import actor, make_account
from tests.promises.county import ON
from tests.promises.servers import ANSWER_WITHIN, PROCESSES, told
from tests.promises.test_two_approvers import PEOPLE, resumptions
from workflows.transition import TransitionRefused

KILLS = int(os.environ.get("PROMISE_KILLS", "2"))
ROWS, FEW = 120, 4  # of a file; of them in a transaction
LONGEST = 1.2  # seconds of work before the end
SEED = 20260316


Work = Callable[[Connection], None]


def at_work(url: str, folder: str, work: Work, line: Connection) -> None:
    """The process to be killed: ready, then at work."""
    from app import create_app
    from tests.conftest import configured

    app = create_app(configured(url, Path(folder)) | {"TODAY": ON})
    with app.app_context():
        actor("wang")
        db.session.rollback()
        line.send("ready")
        work(line)
        line.send("done")


def sign_all(_line: Connection | None = None) -> None:
    """Approve whatever waits for approval, one by one."""
    for key in sorted(db.session.scalars(select(Decision.id).where(Decision.stage == "approval"))):
        review.sign(key, "approve", opinion="同意", actor=actor("zhao"), on=ON)


def release_all(line: Connection | None = None) -> None:
    """Release the file, or go on with the release; by a few rows a transaction where each is told of."""
    if line:
        batches.CHUNK = FEW
    batch = db.session.scalars(select(ImportBatch).where(ImportBatch.status.in_(("proposed", "releasing")))).one()
    release(batch, actor("wang"), ON, progress=lambda *_: line.send("committed") if line else None)


def killed_at_work(app: Flask, url: str, folder: Path, work: Work, after: float = 0, committed: int = 0) -> None:
    """The work begun in a process of its own, and ended by SIGKILL so many seconds after so many transactions."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    mine, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=at_work, args=(url, str(folder), work, theirs), daemon=True)
    process.start()
    assert told(mine) == "ready"
    for _ in range(committed):
        assert told(mine) == "committed"
    mine.poll(after)  # "done" before the kill would be a moment like any other
    os.kill(process.pid, signal.SIGKILL)
    process.join(ANSWER_WITHIN)


def moments() -> list[float]:
    return [random.Random(SEED + n).uniform(0.01, LONGEST) for n in range(KILLS)]


def chunks() -> list[int]:
    """How many transactions each process is let commit, so that all together they do not reach the end."""
    return [random.Random(SEED + n).randint(1, 3) for n in range(min(KILLS, ROWS // FEW // 5))]


@pytest.fixture
def office(app: Flask) -> Flask:
    with app.app_context():
        for name, role in PEOPLE.items():
            make_account(name, [role])
    return app


@pytest.mark.article("SC-29")
def test_a_process_killed_while_it_signs_leaves_every_promise_kept_and_the_rest_to_be_signed(
        office: Flask, database_url: str, tmp_path: Path) -> None:
    with office.app_context():
        resumptions(6 * KILLS, 2)
    for after in moments():
        killed_at_work(office, database_url, tmp_path, sign_all, after)
        with office.app_context():
            assert breaches() == []
            stages = set(db.session.scalars(select(Decision.stage)))
            assert stages <= {"approval", "executed"}
    with office.app_context():
        sign_all()
        assert set(db.session.scalars(select(Decision.stage))) == {"executed"}
        assert set(db.session.scalars(select(Case.state))) == {"resumed"}
        signed = db.session.scalars(select(Decision.id)).first()
        with pytest.raises(TransitionRefused, match="WRONG_STAGE"):
            review.sign(signed, "approve", opinion="同意", actor=actor("zhao"), on=ON)
        assert breaches() == []


@pytest.mark.article("JS-8.1")
def test_a_process_killed_while_it_releases_a_file_goes_on_where_it_was_and_loads_each_row_once(
        office: Flask, database_url: str, tmp_path: Path) -> None:
    with office.app_context():
        propose(_file(tmp_path), office_by_code(OFFICE), actor("li"), ON)
    left = []
    for committed in chunks():
        killed_at_work(office, database_url, tmp_path, release_all, committed=committed)
        with office.app_context():
            assert breaches() == []
            left.append(db.session.scalar(select(func.count(Case.id))))
            assert left[-1] % FEW == 0
    assert left[0] > 0 and left == sorted(set(left)) and left[-1] < ROWS, left
    with office.app_context():
        release_all()
        batch = db.session.scalars(select(ImportBatch)).one()
        assert (batch.status, batch.loaded, batch.rows) == ("released", ROWS, ROWS)
        assert db.session.scalar(select(func.count(Case.id))) == ROWS
        assert set(db.session.scalars(select(ImportRow.status))) == {"loaded"}
        assert breaches() == []


def _file(folder: Path) -> Path:
    rows = [GIVEN | {"身份证号": pensioner_id_number(), "开户名": "周秀英"} for _ in range(ROWS)]
    path = folder / "list.csv"
    path.write_text("\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]), encoding="utf-8")
    return path
