"""Long runs of the import: a job row with progress and heartbeat, written in the transaction of each chunk."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from cases.models import ImportBatch, Job
from database import db
from database.types import now


def start_job(kind: str, batch: ImportBatch, on: date, total: int) -> int:
    """Id of the batch's job of that kind: the interrupted one where there is one, with another attempt."""
    job = job_of(batch, kind)
    if job is None or job.status == "finished":
        job = Job(kind=kind, on=on, office_path=batch.office_path, total=total, counts={"batch": batch.public_id})
        db.session.add(job)
        db.session.flush()
    else:
        job.attempts += 1
        job.heartbeat_at = now()
    batch.job_id = job.id
    return job.id


def job_of(batch: ImportBatch, kind: str | None = None) -> Job | None:
    """The batch's last job."""
    job = db.session.scalar(select(Job).where(Job.id == batch.job_id)) if batch.job_id else None
    return job if job is None or kind in (None, job.kind) else None


def beat(job_id: int, done: int) -> tuple[int, int]:
    """(done, total) after this chunk."""
    job = db.session.get_one(Job, job_id)
    job.done, job.heartbeat_at = done, now()
    return job.done, job.total


def finish_job(job_id: int) -> None:
    job = db.session.get_one(Job, job_id)
    job.status, job.finished_at = "finished", now()
