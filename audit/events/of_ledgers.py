"""Events of the ledgers: counts filed, a case followed up, an office pressed and its answer."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Counts, Event, Words, event


@event("run")
class ListsFiled(Event):
    """The counts of a day, kept for good: of how many offices, and how many cases in each list (SC 31, 38)."""

    filed_on: date
    offices: int
    counts: Counts


@event("follow_up")
class CaseFollowedUp(Event):
    """A review of a long suspension, or a step about somebody stopped for long (SC 30, 32). `kind`: what was done."""

    ledger: str
    kind: str
    next_on: date | None = None
    note: Words[str | None] = None
    evidence: str | None = None
    person: int | None = None


@dataclass(frozen=True, kw_only=True)
class PressingEvent(Event):
    """`list`: about_to_pass or past; offices by code."""

    pressing: str
    pressing_office: str
    pressed_office: str
    list: str
    person: int | None = None


@event("pressing")
class OfficePressed(PressingEvent):
    """An office presses the one below it about so many cases of a list (SC 39, 40)."""

    rows: int
    answer_by: date
    words: Words[str | None] = None


@event("pressing")
class PressingAnswered(PressingEvent):
    """What was done; `rows` are left on the list."""

    rows: int
    answer: Words[str | None] = None
