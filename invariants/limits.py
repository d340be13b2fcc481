"""Invariants of promised limits: no last day but what calendar, pauses and their events give (docs/decisions/012)."""
from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select

from audit.models import AuditEvent
from cases.limit_view import is_as_counted
from cases.limits import open_limits
from cases.models import Decision, ServiceLimit
from cases.working_calendar import working_calendar
from database import db

EVENTS = ("LimitStarted", "LimitPaused", "LimitResumed", "LimitRecounted")


def limits_not_as_counted() -> Iterator[str]:
    """Open limits that calendar and pauses do not give. After a calendar came with the program: `limits run`."""
    calendar = working_calendar()
    for limit in open_limits():
        if not is_as_counted(limit, calendar):
            yield f"{limit.decision.decision_no}: {limit.due_on}"


def limits_moved_silently() -> Iterator[str]:
    """Limits whose last day is not what the last event about it says."""
    told: dict[str, tuple[str | None, bool]] = {}
    query = select(AuditEvent.canonical).where(AuditEvent.type.in_(EVENTS)).order_by(AuditEvent.id)
    for canonical in db.session.scalars(query.execution_options(yield_per=1000)):
        event = json.loads(canonical)
        data = event.get("data", event)
        told[data["decision"]] = (data["due_on"], data["provisional"])
    rows = (select(Decision.public_id, Decision.decision_no, ServiceLimit.due_on, ServiceLimit.provisional)
            .join(ServiceLimit, ServiceLimit.decision_id == Decision.id))
    for public_id, number, due_on, provisional in db.session.execute(rows.execution_options(yield_per=1000)):
        if told.get(public_id) != (due_on and due_on.isoformat(), provisional):
            yield f"{number}: {due_on}"
