"""Work that takes longer than an answer: a row says how far it is, a thread beside the request does it.

Whoever works gives a sign, in the transaction of each chunk (`beat`) or by `Told` in one of its own. A row that runs
and has long given none is of a process that died: its work is begun again and goes on where it stood (O1).
"""
from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Thread
from typing import Any

from flask import Flask, current_app
from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from database import db, transaction
from database.types import OfficePath, UtcDateTime, now, public_id

PATIENCE = 2.0  # seconds a page waits for short work before it shows a progress bar
SILENT = 60  # seconds without a sign: the work was interrupted
SIGNS = 0.5  # seconds between two signs of `Told`
STATES = {"finished": "done"}  # of a row -> as the component `progress` calls it; the others are called alike
Told = Callable[..., object]  # done, of how many and, where there are several, the name of the step


class Job(db.Model):
    """A long run: progress, heartbeat, attempts. Every job is idempotent and restartable.

    status: running, finished, failed, cancelled. counts: what it is about and, in the end, what came of it.
    """

    __tablename__ = "job"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    kind: Mapped[str] = mapped_column(String(30))
    on: Mapped[date]
    office_path: Mapped[OfficePath | None]
    status: Mapped[str] = mapped_column(String(10), default="running")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    attempts: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    heartbeat_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def silent(self, seconds: int = SILENT) -> bool:
        return (now() - self.heartbeat_at).total_seconds() > seconds


@dataclass(frozen=True)
class Progress:
    """As the component `progress` takes it."""

    title: str
    done: int
    total: int | None
    state: str
    message: str = ""


def progress_of(job: Job, title: str, silent: int = SILENT) -> Progress:
    """An interrupted one has failed. silent: seconds without a sign."""
    state = "failed" if job.status == "running" and job.silent(silent) else STATES.get(job.status, job.status)
    return Progress(title, job.done, max(job.total, job.done) or None, state)


def start(kind: str, on: date, office_path: str | None, total: int = 0, **about: Any) -> Job:
    """A new row. This and what follows down to `end` are of the caller's transaction."""
    job = Job(kind=kind, on=on, office_path=office_path, total=total, counts=about)
    db.session.add(job)
    db.session.flush()
    return job


def again(job: Job) -> Job:
    """The interrupted one, with another attempt."""
    job.status, job.attempts, job.heartbeat_at = "running", job.attempts + 1, now()
    return job


def beat(job_id: int, done: int, total: int | None = None, step: str = "") -> tuple[int, int]:
    """(done, total) after this chunk."""
    job = db.session.get_one(Job, job_id)
    job.done, job.heartbeat_at, job.status = done, now(), "running"
    job.total = job.total if total is None else total
    job.counts = job.counts | {"step": step} if step else job.counts
    return job.done, job.total


def note(job_id: int, **found: Any) -> None:
    """Beside what the job is about."""
    job = db.session.get_one(Job, job_id, populate_existing=True)
    job.counts = job.counts | found


def end(job_id: int, status: str = "finished", **found: Any) -> None:
    note(job_id, **found)
    job = db.session.get_one(Job, job_id)
    job.status, job.finished_at = status, now()


def beside_the_request(work: Callable[[Told], object], name: str, job_id: int | None = None) -> None:
    """Run beside the request and wait a little: nobody looks at a progress bar for fifty rows.

    A fault is logged and ends the job as failed, with the code of the refusal or the name of the error as `why`.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    thread = Thread(target=_run, args=(app, work, name, job_id), name=name, daemon=True)
    db.session.rollback()  # the request must not hold what the run waits for
    thread.start()
    thread.join(None if app.testing else PATIENCE)


def _run(app: Flask, work: Callable[[Told], object], name: str, job_id: int | None) -> None:
    with app.app_context():
        try:
            if job_id:
                _sign(job_id)
            work(_told(app, job_id) if job_id else lambda *_reached: None)
        except Exception as error:
            app.logger.exception("interrupted: %s", name)
            db.session.rollback()
            if job_id:
                _failed(job_id, why(error))
        finally:
            db.session.remove()


def _failed(job_id: int, code: str) -> None:
    with transaction() as session:
        if session.get_one(Job, job_id).status == "running":
            end(job_id, "failed", why=code)


def why(error: Exception) -> str:
    """The code of a refusal, whoever refused; else the error's name, for its words may hold what nobody may read."""
    codes = (getattr(error, "refusal", ""), *getattr(error, "codes", ()), getattr(error, "code", ""))
    return next((code for code in codes if code and isinstance(code, str)), type(error).__name__)


def _told(app: Flask, job_id: int) -> Told:
    last, at = time.monotonic(), ""

    def told(done: int, total: int, step: str = "") -> None:
        nonlocal last, at
        if step != at or time.monotonic() - last > SIGNS:
            last, at = time.monotonic(), step
            with app.app_context():  # a session of its own: the work may be in the midst of reading
                _sign(job_id, done, total, step)
                db.session.remove()

    return told


def _sign(job_id: int, *reached: Any) -> None:
    with transaction() as session:
        beat(job_id, *(reached or (session.get_one(Job, job_id).done,)))
