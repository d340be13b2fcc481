"""Events of matching's results: runs proposed, released and applied, what is withdrawn, data objected to."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Counts, Event, Words, event
from audit.events.of_facts import CertificationEvent


@dataclass(frozen=True, kw_only=True)
class RunEvent(Event):
    """`run`: public id. `month`: the one it is of."""

    run: str
    month: str
    person: int | None = None


@event("run")
class MatchingProposed(RunEvent):
    """The registers were compared: three lists, proposed (SC 9, QD 15). `loads`: public ids of the feeds read;
    `before`: of the run it is compared with. `counts`: list -> cases on it; `lost`: source -> cases newly lost;
    `changed`: list/reason/source -> cases that came to stand there. `person`: who had it done on a page."""

    area: str | None = None
    mode: str
    rules_digest: str
    loads: tuple[str, ...] = ()
    counts: Counts
    lost: Counts | None = None
    changed: Counts | None = None
    before: str | None = None
    sample: int = 0


@event("run")
class MatchingHalted(RunEvent):
    """Far more losses from one source than usual: two persons release the run, or nobody does."""

    source: str
    found: int
    usual: int
    most: int


@event("run")
class MatchingSampleChecked(RunEvent):
    """A person looked at one case of the sample. `finding`: as_said, wrong."""

    finding: str
    note: Words[str | None] = None


@event("run")
class MatchingReleaseProposed(RunEvent):
    """The first of two persons has looked at a halted run and proposes its release."""


@event("run")
class MatchingReleased(RunEvent):
    proposed_by_person: int | None = None


@event("run")
class MatchingCancelled(RunEvent):
    """Nothing comes of the run."""

    note: Words[str | None] = None


@event("run")
class MatchingApplied(RunEvent):
    """Everything that follows from the run was done: outcome -> cases."""

    counts: Counts


@event("certification")
class CertificationWithdrawn(CertificationEvent):
    """It rested on a withdrawn feed alone: it no longer counts, and the period is that of what is left (S7)."""

    load: str
    period_start: date | None = None
    due_on: date | None = None
    previous_due_on: date | None = None
    last_certified_on: date | None = None
    rules_version: str


@dataclass(frozen=True, kw_only=True)
class DisputeEvent(Event):
    """`dispute`: public id. `source`, `about`: which register, and what it says that is objected to (SC 9c, GB 3.4)."""

    dispute: str
    source: str
    about: str
    person: int | None = None


@event("objection")
class DataDisputed(DisputeEvent):
    load: int | None = None
    row: int | None = None
    sign_on: date | None = None
    grounds: Words[str]


@event("objection")
class DisputeSent(DisputeEvent):
    """Fed back to its source."""

    reference: Words[str | None] = None


@event("objection")
class DisputeAnswered(DisputeEvent):
    """`answer`: corrected, kept, refuted. `told`: who is told of the correction besides the person (SC 27b)."""

    answer: str
    note: Words[str | None] = None
    told: tuple[str, ...] = ()


@event("objection")
class SignRetracted(Event):
    """A loss of that day counts no more: cause is corrected, refuted or annulled. `through`: without a day, the last
    load in which it says nothing. `told`: the source and other systems to which a correction goes (SC 9c, 27b)."""

    retraction: str
    source: str
    code: int | None = None
    loss: str | None
    sign_on: date | None = None
    through: int | None = None
    cause: str
    dispute: str | None = None
    task: str | None = None
    decision: str | None = None
    told: tuple[str, ...] = ()
    person: int | None = None


@event("objection")
class RetractionReversed(Event):
    """It counts again from the next run on."""

    retraction: str
    source: str
    grounds: Words[str]
    person: int | None = None
