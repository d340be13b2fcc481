"""The daily look at limits: promised ones counted by the calendar as it stands, overdue ones told to the office above,
claims that lasted too long ended.

Safe to run again and to kill: what was told is not told again, and what is right is left alone.
"""
from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import Select, select

from audit import events
from audit.log import record
from cases import limits
from cases.claim_ends import end_claims
from cases.decisions import lock_decision
from cases.models import Decision, ServiceLimit
from cases.models.decision import OPEN_STAGES
from cases.sweep import FutureSweep, is_demonstration
from cases.working_calendar import working_calendar
from database import db, transaction
from staff.actor import SYSTEM


def run_limits(on: date, *, today: date) -> Counter[str]:
    """What was done, counted: recounted, escalated, claims_ended. Raises FutureSweep for a day later than today, but
    in a demonstration."""
    if on > today and not is_demonstration():
        raise FutureSweep
    with transaction():
        recounted = limits.recount(working_calendar(), actor=SYSTEM, on=on)
    ids = list(db.session.scalars(_overdue(on)))
    db.session.rollback()
    return Counter(recounted=recounted, escalated=sum(_escalate(one, on) for one in ids), claims_ended=end_claims(on))


def _overdue(on: date) -> Select[tuple[int]]:
    return (select(ServiceLimit.decision_id).join(Decision, Decision.id == ServiceLimit.decision_id)
            .where(Decision.stage.in_(OPEN_STAGES), ServiceLimit.due_on < on, ServiceLimit.escalated_on.is_(None))
            .order_by(Decision.case_id, Decision.id))


def _escalate(decision_id: int, on: date) -> bool:
    """One transaction, asked again under its locks."""
    with transaction():
        decision = lock_decision(decision_id)
        if db.session.scalar(_overdue(on).where(Decision.id == decision_id)) is None:
            return False
        limit = db.session.get_one(ServiceLimit, decision_id, populate_existing=True)
        above = decision.office.parent or decision.office
        limit.escalated_on, limit.escalated_to_id, limit.escalated_path = on, above.id, above.path
        record(events.LimitOverdue(decision=decision.public_id, due_on=limit.due_on, provisional=limit.provisional,
                                   escalated_to=above.code), case=decision.case, actor=SYSTEM, on=on,
               command="limits")
        return True
