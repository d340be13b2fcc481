"""Events of the calendar of working days and of promised limits."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Event, Words, event


@dataclass(frozen=True, kw_only=True)
class CalendarEvent(Event):
    """`calendar`: public id of the proposed year."""

    calendar: str
    year: int
    person: int | None = None


@event("calendar")
class CalendarProposed(CalendarEvent):
    """`holidays`, `worked`: the days as in the notice, ISO 8601."""

    document: str
    document_no: str
    issued_on: date
    holidays: tuple[str, ...]
    worked: tuple[str, ...] = ()


@event("calendar")
class CalendarReleased(CalendarEvent):
    """`recounted`: how many open limits ended on another day, or were no longer provisional."""

    proposed_by_person: int | None = None
    recounted: int = 0


@event("calendar")
class CalendarRejected(CalendarEvent):
    reason: Words[str]


@dataclass(frozen=True, kw_only=True)
class LimitEvent(Event):
    """`due_on`: the last day as it stands after the event; None while a pause lasts."""

    decision: str
    due_on: date | None = None
    provisional: bool = False


@event("limit")
class LimitStarted(LimitEvent):
    service: str
    working_days: int
    started_on: date
    basis: str


@event("limit")
class LimitPaused(LimitEvent):
    reason: str
    basis: str
    paused_on: date
    due_before: date | None = None
    note: Words[str]
    person: int | None = None


@event("limit")
class LimitResumed(LimitEvent):
    """`working_days`: how many the pause took."""

    paused_on: date
    resumed_on: date
    working_days: int
    person: int | None = None


@event("limit")
class LimitRecounted(LimitEvent):
    """The calendar became known, or was put right."""

    due_before: date | None


@event("limit")
class LimitOverdue(LimitEvent):
    """The office above was told."""

    escalated_to: str | None = None
