"""The server signs a checkpoint and hands it to the witnesses every ANCHOR_EVERY, whichever worker of it is first.

A row of `job` is the memory that the workers share: when it was last done, whether it failed and why. The page of
anchors shows it.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from audit.keeping import recorded_keys, signed_checkpoint
from audit.witnesses.anchoring import anchor
from audit.witnesses.models import AuditAnchor
from database import db, transaction
from database.jobs import Job, again, end, start, why
from database.types import now

KIND = "anchor"
ONE_AT_A_TIME = 0x616E6368  # key of the advisory lock
LONGEST = timedelta(minutes=30)  # of a hand-over; whoever has given no sign for longer has died


@dataclass(frozen=True)
class Anchored:
    """size: entries signed; anchors: of that checkpoint."""

    size: int
    anchors: Sequence[AuditAnchor]


def anchored(on: date, *, thorough: bool = False) -> Anchored:
    """Sign a checkpoint and hand it to every witness that has not got it. Raises SignerRefused, BadWitnesses."""
    recorded_keys(on)
    note = signed_checkpoint(on, thorough=thorough)
    return Anchored(int(note.decode().splitlines()[1]), anchor())


def last_run() -> Job | None:
    return db.session.scalar(select(Job).where(Job.kind == KIND).order_by(Job.id).limit(1))


def once(on: date, tell: Callable[[date], object]) -> bool:
    """Anchor where it is due, and `tell` of alarms whatever came of it; False, for the next look is after a pause.

    Raises what went wrong, after it is on the job's row: first of the anchoring, then of the telling.
    """
    job_id = _taken(on, current_app.config["ANCHOR_EVERY"])
    if job_id is None:
        return False
    faults = [fault for fault in (_tried(lambda: anchored(on)), _tried(lambda: tell(on))) if fault]
    with transaction():
        end(job_id, "failed" if faults else "finished", why=why(faults[0]) if faults else None)
    if faults:
        raise faults[0]
    return False


def _tried(work: Callable[[], object]) -> Exception | None:
    try:
        work()
    except Exception as error:
        db.session.rollback()
        return error
    return None


def _taken(on: date, every: timedelta) -> int | None:
    """The job's row, taken for this time; None where it is not due, or another worker is at it."""
    db.session.rollback()
    if not _due(last_run(), every):
        return None
    with transaction() as session:
        _alone(session)
        job = session.scalar(select(Job).where(Job.kind == KIND).order_by(Job.id).limit(1)
                             .execution_options(populate_existing=True))
        if not _due(job, every):
            return None
        taken = again(job) if job else start(KIND, on, None)
        taken.on, taken.started_at = on, now()
        session.flush()
        return taken.id


def _due(job: Job | None, every: timedelta) -> bool:
    if job is None:
        return True
    since = now() - job.started_at
    return since >= (max(every, LONGEST) if job.status == "running" else every)


def _alone(session: Session) -> None:
    """On SQLite whoever writes is alone."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
