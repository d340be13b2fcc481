"""Exports that a page began: made beside the request, kept in a folder for a day, for whoever asked and nobody else."""
from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from audit.exports.folder import pack
from database import db, transaction
from database.jobs import Job, Told, beside_the_request, end, start
from database.types import now

KIND = "export_audit"
KEPT = 24 * 3600  # seconds
NAME = "audit-export"
Work = Callable[[Path, Told], object]


def begin(owner: str, area: str | None, on: date, work: Work) -> Job:
    """Run `work` beside the request and wait a little. It is given the new folder to fill and whom to tell. owner:
    account's public id."""
    _tidy()
    with transaction():
        job = start(KIND, on, area, owner=owner)
    token, job_id = job.public_id, job.id
    (_folder() / token).mkdir(mode=0o700)
    beside_the_request(lambda told: _make(job_id, _folder() / token, work, told), f"export-{token}", job_id)
    return db.session.get_one(Job, job_id, populate_existing=True)


def find(token: str, owner: str) -> Job | None:
    """The owner's export; None for one that is not there, not there any more, or of somebody else."""
    job = db.session.scalar(select(Job).where(Job.public_id == token, Job.kind == KIND))
    return job if job and job.counts["owner"] == owner and archive(job).parent.is_dir() else None


def latest(owner: str) -> list[Job]:
    """The owner's exports that are still there, the newest first."""
    query = select(Job).where(Job.kind == KIND, Job.started_at >= now() - timedelta(seconds=KEPT))
    mine = (job for job in db.session.scalars(query.order_by(Job.id.desc())) if job.counts["owner"] == owner)
    return [job for job in mine if archive(job).parent.is_dir()]


def archive(job: Job) -> Path:
    return _folder() / job.public_id / f"{NAME}.zip"


def _make(job_id: int, folder: Path, work: Work, told: Told) -> None:
    try:
        work(folder / NAME, told)
        pack(folder / NAME, folder / f"{NAME}.zip")
        with transaction():
            end(job_id)
    finally:
        shutil.rmtree(folder / NAME, ignore_errors=True)


def _tidy() -> None:
    for path in _folder().iterdir():
        if time.time() - path.stat().st_mtime > KEPT:
            shutil.rmtree(path, ignore_errors=True)


def _folder() -> Path:
    folder = Path(current_app.config.get("INSTANCE_DIR") or current_app.instance_path) / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
