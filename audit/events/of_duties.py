"""Events of duties that come again: done, confirmed or returned; training, inspections, samples of service."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Event, Words, event


@dataclass(frozen=True, kw_only=True)
class DutyEvent(Event):
    """`duty`: one of workflows/duties.py; `record`: public id; the office by its code."""

    record: str
    duty: str
    duty_office: str
    first_month: str
    last_month: str
    person: int | None = None


@event("duty")
class DutyDone(DutyEvent):
    """`digest`: SHA-256 of the figures as they are kept; `paper`: of the file that came with it."""

    due_on: date
    digest: str
    note: Words[str | None] = None
    paper: str | None = None


@event("duty")
class DutyConfirmed(DutyEvent):
    pass


@event("duty")
class DutyReturned(DutyEvent):
    reason: Words[str | None] = None


@event("duty")
class TrainingRecorded(Event):
    """Class hours of a member of staff, by account; `outcome` of the assessment: passed, failed or none (JS 4.2)."""

    training: str
    account: str
    held_on: date
    topic: Words[str | None] = None
    way: str
    class_hours: int
    outcome: str
    person: int | None = None


@dataclass(frozen=True, kw_only=True)
class InspectionEvent(Event):
    """`inspection`: public id; `duty_office`: code of the office inspected."""

    inspection: str
    duty_office: str
    person: int | None = None


@event("duty")
class InspectionEntered(InspectionEvent):
    """`inspected`: what kind of inspection; without a due day nothing was found."""

    inspected: str
    held_on: date
    due_on: date | None = None
    body: Words[str | None] = None
    fault: Words[str | None] = None
    measure: Words[str | None] = None
    record: str | None = None


@event("duty")
class FindingCorrected(InspectionEvent):
    correction: Words[str | None] = None


@event("duty")
class InspectionClosed(InspectionEvent):
    pass


@event("duty")
class ServiceSampled(Event):
    """Of so many acts of service looked at in a month, so many were right (JS 9.1 b)."""

    sampling: str
    duty_office: str
    indicator: str
    month: str
    looked_at: int
    found_right: int
    note: Words[str | None] = None
    person: int | None = None
