"""Events of suspensions that people release: what was not passed, the batch of a month, a run that was halted."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Event, Words, event


@event("fact")
class NotPassedNoted(Event):
    """Active service could not certify the person in the last month of the period (QD 24)."""

    period_due_on: date
    reason: str
    means: str
    note: Words[str | None] = None
    person: int | None = None


@event("fact")
class SuspensionGathered(Event):
    """Stands in the batch of a month, to be suspended when it is released (QD 25)."""

    batch: str
    month: str
    period_due_on: date
    due_on: date | None = None


@event("fact")
class LossGathered(Event):
    """A decision on a confirmed loss stands in the batch of a month, to be signed with it (QD 25)."""

    batch: str
    month: str
    decision: str
    stage: str
    due_on: date | None = None


@event("fact")
class SuspensionTakenOut(Event):
    """Taken out of the batch: not to be suspended with it."""

    batch: str
    month: str
    note: Words[str]
    person: int | None = None


@dataclass(frozen=True, kw_only=True)
class BatchEvent(Event):
    batch: str
    month: str
    rows: int
    person: int | None = None


@event("run")
class SuspensionsProposed(BatchEvent):
    """Handed on by the first person."""


@event("run")
class SuspensionsReturned(BatchEvent):
    """Given back by the second person, to be put right."""

    note: Words[str]


@event("run")
class SuspensionsReleased(BatchEvent):
    """Released by the second person: its cases are suspended."""

    proposed_by_person: int | None = None


@dataclass(frozen=True, kw_only=True)
class HaltEvent(Event):
    halt: str
    office: str
    found: int
    person: int | None = None


@event("run")
class SweepHalted(HaltEvent):
    """Far more suspensions than usual: nobody of the office is suspended before two people let the run go on."""

    usual: int
    most: int
    swept_on: date


@event("run")
class SweepReleaseProposed(HaltEvent):
    """The first person has looked and proposes that the run goes on."""


@event("run")
class SweepReleased(HaltEvent):
    """The second person lets it go on, for so many suspensions as were found."""

    proposed_by_person: int | None = None


@event("run")
class SweepHaltEnded(HaltEvent):
    """A later run was of usual size: nothing is held at the office any more."""
