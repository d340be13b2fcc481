"""The job that brings a load in."""
from __future__ import annotations

from datetime import date

from cases.models import Job
from database import db, jobs
from matching.feeds.models import FeedLoad

KIND = "load_feed"
SILENT = 120  # seconds without a sign: its last step gives none


def start(load: FeedLoad, on: date, total: int) -> None:
    """The interrupted run where there is one, with another attempt."""
    job = job_of(load)
    load.job_id = (jobs.again(job) if job else jobs.start(KIND, on, load.area_path, total, load=load.public_id)).id


def job_of(load: FeedLoad) -> Job | None:
    return db.session.get(Job, load.job_id) if load.job_id else None
