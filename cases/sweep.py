"""The daily sweep: refers, reminds, suspends what lapsed, proposes the stop after three months, settles what was paid.

Candidates are found by one query a step; each case is then judged by its own table under its lock, some cases to a
transaction. Safe to run again, from several processes, and to kill: what was done no longer is a candidate (S6, O1).
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from sqlalchemy import select

from audit.events import SweepRun
from audit.log import record
from cases.models import Case, Installation, Job
from cases.moves import lock_case
from cases.sweep_steps import STEPS, Step
from database import db, transaction
from database.types import now
from rules import rules_for
from staff.actor import AFTER_SLASH, SYSTEM

CASES_PER_TRANSACTION = 50
Progress = Callable[[str, int, int], None]


class FutureSweep(ValueError):
    """A day later than today is swept dry only, except in a demonstration."""


def sweep(on: date, *, today: date, area: str = "", dry_run: bool = False,
          progress: Progress | None = None) -> Counter[str]:
    """Sweep every case of the area (office path; all when empty) for the day `on`. Returns what was done, counted.

    Raises FutureSweep.
    """
    if on > today and not dry_run and not is_demonstration():
        raise FutureSweep
    counts: Counter[str] = Counter()
    job = _open_job(on, area) if not dry_run else None
    for name, step in STEPS.items():
        ids = _candidates(step, on, area)
        for done, chunk in _chunks(ids):
            counts.update(_judge(name, step, chunk, on, dry_run))
            if job:
                _beat(job, done, len(ids), counts)
            if progress:
                progress(name, done, len(ids))
    if job:
        _close_job(job, on, area, counts)
    return counts


def is_demonstration() -> bool:
    return bool(db.session.scalar(select(Installation.demonstration).limit(1)))


def _candidates(step: Step, on: date, area: str) -> list[int]:
    query = step.candidates(on)
    if area:
        query = query.where(Case.office_path >= area, Case.office_path < area[:-1] + AFTER_SLASH)
    ids = list(db.session.scalars(query.order_by(Case.id)))
    db.session.rollback()
    return ids


def _chunks(ids: list[int]) -> Iterator[tuple[int, list[int]]]:
    for start in range(0, len(ids), CASES_PER_TRANSACTION):
        chunk = ids[start:start + CASES_PER_TRANSACTION]
        yield start + len(chunk), chunk


def _judge(name: str, step: Step, ids: list[int], on: date, dry_run: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    if dry_run:
        for case_id in ids:
            counts[step.would(db.session.get_one(Case, case_id), on)] += 1
        db.session.rollback()
    else:
        with transaction():
            for case_id in ids:
                counts[step.take(lock_case(case_id), on)] += 1
    counts.pop("", None)
    return counts


def _open_job(on: date, area: str) -> Job:
    with transaction() as session:
        job = Job(kind="sweep", on=on, office_path=area or None, counts={})
        session.add(job)
        session.flush()
        session.expunge(job)
    return job


def _beat(job: Job, done: int, total: int, counts: Counter[str]) -> None:
    with transaction() as session:
        row = session.get_one(Job, job.id)
        row.done, row.total, row.heartbeat_at, row.counts = done, total, now(), dict(counts)


def _close_job(job: Job, on: date, area: str, counts: Counter[str]) -> None:
    with transaction() as session:
        row = session.get_one(Job, job.id)
        row.status, row.finished_at, row.counts = "finished", now(), dict(counts)
        code = area.rstrip("/").rsplit("/", 1)[-1]
        record(SweepRun(area=area or None, swept_on=on, counts=dict(counts),
                        rules_version=rules_for(code, on).version if code else None), actor=SYSTEM, on=on,
               command="sweep", office_path=area or None)
