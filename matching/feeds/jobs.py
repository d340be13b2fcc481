"""The run that brings a load in: a job row with progress and heartbeat, written in the transaction of each chunk."""
from __future__ import annotations

from datetime import date

from cases.models import Job
from database import db
from database.types import now
from matching.feeds.models import FeedLoad

KIND = "load_feed"
SILENT_SECONDS = 120  # a run that has not given a sign for so long was interrupted


def start(load: FeedLoad, on: date, total: int) -> None:
    """The interrupted run where there is one, with another attempt."""
    job = job_of(load)
    if job is None:
        job = Job(kind=KIND, on=on, office_path=load.area_path, total=total, counts={"load": load.public_id})
        db.session.add(job)
        db.session.flush()
    else:
        job.attempts, job.heartbeat_at = job.attempts + 1, now()
    load.job_id = job.id


def job_of(load: FeedLoad) -> Job | None:
    return db.session.get(Job, load.job_id) if load.job_id else None


def beat(load: FeedLoad, done: int) -> tuple[int, int]:
    """(done, total) after this chunk."""
    job = db.session.get_one(Job, load.job_id)
    job.done, job.heartbeat_at, job.status = done, now(), "running"
    return job.done, job.total


def finish(load: FeedLoad, status: str = "finished") -> None:
    job = db.session.get_one(Job, load.job_id)
    job.status, job.finished_at = status, now()
