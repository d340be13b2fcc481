"""Questions to the log, already limited by the caller to an area; read only, page by page."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select, true
from sqlalchemy.orm import joinedload

from audit.models import AuditEvent
from database import db

PAGE = 50
NEXT = chr(ord("/") + 1)  # paths end with "/": what lies below one is a range that an index serves


@dataclass(frozen=True)
class Wanted:
    """What is looked for; None means any. `since` and `until` are business days, both included."""

    type: str | None = None
    actor: str | None = None  # account's public id, or SYSTEM
    case_id: int | None = None
    office: str | None = None  # path; what belongs to it and to the offices below it
    since: date | None = None
    until: date | None = None

    @property
    def kind(self) -> str:
        """As an export of it is called."""
        if not self.whole:
            return "period"
        return "case" if self.case_id is not None else "office" if self.office else "all"

    @property
    def whole(self) -> bool:
        """Whether no event of a case is left out by the question itself."""
        return (self.type, self.actor, self.since, self.until) == (None,) * 4

    def described(self) -> dict[str, Any]:
        given = {"type": self.type, "actor": self.actor, "office": self.office, "since": self.since,
                 "until": self.until}
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in given.items() if v is not None}


@dataclass(frozen=True)
class Page:
    """Newest first; `older` is what to pass as `before` for the next page, None at the end."""

    rows: list[AuditEvent]
    older: int | None


def events(wanted: Wanted, scope: Any = None) -> Select[tuple[AuditEvent]]:
    """The events wanted. `scope`: a condition, such as `area_condition(actor, AuditEvent.office_path)`."""
    query = select(AuditEvent).where(true() if scope is None else scope)
    tests = {"type": AuditEvent.type == wanted.type, "actor": AuditEvent.by(wanted.actor or ""),
             "case_id": AuditEvent.case_id == wanted.case_id}
    query = query.where(*(test for name, test in tests.items() if getattr(wanted, name) is not None))
    if wanted.office is not None:
        query = query.where(AuditEvent.office_path >= wanted.office, AuditEvent.office_path < wanted.office[:-1] + NEXT)
    if wanted.since:
        query = query.where(AuditEvent.on >= wanted.since)
    return query.where(AuditEvent.on <= wanted.until) if wanted.until else query


def page(query: Select[tuple[AuditEvent]], before: int | None = None, size: int = PAGE) -> Page:
    """One page by key: no counting, no offset, stable while events are added."""
    if before is not None:
        query = query.where(AuditEvent.id < before)
    query = query.options(joinedload(AuditEvent.tx)).order_by(AuditEvent.id.desc()).limit(size + 1)
    rows = list(db.session.scalars(query))
    return Page(rows[:size], rows[size - 1].id if len(rows) > size else None)
