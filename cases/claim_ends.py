"""A claim ends by itself after so many hours (rule `claim_hours`): whoever is away keeps nothing from the others.

The hours run on the clock of the server, weekends included. Freed by whoever asks for it next, or in the daily run.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from audit import events
from audit.log import record
from cases.decisions import lock_decision
from cases.models import Decision, VerificationTask
from cases.models.decision import OPEN_STAGES
from cases.periods import area_of_path
from cases.verification import lock_task
from database import db, transaction
from database.types import now
from rules import rules_for
from staff.actor import SYSTEM

Claimed = Decision | VerificationTask


def ends_at(claimed_at: datetime | None, area: str, on: date) -> datetime | None:
    """When a claim made then in that area ends; None where nothing is claimed."""
    if claimed_at is None:
        return None
    return claimed_at + timedelta(hours=int(rules_for(area, on).value("claim_hours")))


def end_of(claimed: Claimed, on: date) -> datetime | None:
    """By the rules of today where the case is kept."""
    area = claimed.rules_area if isinstance(claimed, Decision) else area_of_path(claimed.office_path)
    return ends_at(claimed.claimed_at, area, on)


def is_over(claimed: Claimed, on: date) -> bool:
    end = end_of(claimed, on)
    return claimed.claimed_by is not None and end is not None and end <= now()


def let_go(claimed: Claimed, *, on: date) -> None:
    """Free what was claimed too long, in the caller's transaction and under the locks of the case."""
    person = claimed.claimant.natural_person_id if claimed.claimant else None
    ended = end_of(claimed, on)
    claimed.claimed_by = claimed.claimed_at = None
    told = {"holder": person, "ended_at": ended.isoformat(timespec="minutes") if ended else ""}
    if isinstance(claimed, Decision):
        happened = events.DecisionClaimEnded(decision=claimed.public_id, kind=claimed.kind, round=claimed.round,
                                             stage=claimed.stage, **told)
    else:
        happened = events.VerificationClaimEnded(task=claimed.public_id, cause=claimed.cause, **told)
    record(happened, case=claimed.case, actor=SYSTEM, on=on, command="end_claims")


def end_claims(on: date) -> int:
    """Free every claim that is over, each in one transaction and asked again under its locks. Returns how many."""
    found: list[tuple[Callable[[int], Claimed], int]] = [
        (lock_decision, row.id) for row in _claimed(Decision, Decision.stage.in_(OPEN_STAGES)) if is_over(row, on)]
    found += [(lock_task, row.id) for row in _claimed(VerificationTask, VerificationTask.status == "open")
              if is_over(row, on)]
    db.session.rollback()
    return sum(_end(lock, key, on) for lock, key in found)


def _claimed(model: Any, is_open: ColumnElement[bool]) -> list[Claimed]:
    return list(db.session.scalars(select(model).where(model.claimed_by.is_not(None), is_open).order_by(model.id)))


def _end(lock: Callable[[int], Claimed], key: int, on: date) -> bool:
    with transaction():
        row = lock(key)
        over = is_over(row, on)
        if over:
            let_go(row, on=on)
        return over
