"""The job of a batch: of staging it, then of loading it."""
from __future__ import annotations

from datetime import date

from cases.models import ImportBatch, Job
from database import db
from database.jobs import again, start


def start_job(kind: str, batch: ImportBatch, on: date, total: int) -> None:
    """The interrupted one of that kind where there is one, with another attempt."""
    job = job_of(batch)
    unfinished = job is not None and job.kind == kind and job.status != "finished"
    batch.job_id = (again(job) if unfinished else start(kind, on, batch.office_path, total, batch=batch.public_id)).id


def job_of(batch: ImportBatch) -> Job | None:
    """The batch's last job."""
    return db.session.get(Job, batch.job_id) if batch.job_id else None
