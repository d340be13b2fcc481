"""Events of the work around a case: objections, verification, notices, imports, runs."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Counts, Event, Personal, Words, event


@dataclass(frozen=True, kw_only=True)
class ObjectionEvent(Event):
    objection: str
    receipt_no: str | None = None


@event("objection")
class ObjectionLodged(ObjectionEvent):
    kind: str  # to_suspension, to_data, to_amount
    lodged_by: str  # self, family, unit
    lodged_on: date
    grounds: Words[str | None] = None
    lodged_by_name: Personal[str | None] = None
    phone: Personal[str | None] = None


@event("objection")
class ObjectionUpheld(ObjectionEvent):
    """Closed by an executed resumption or correction (S9)."""

    decision: str


@event("objection")
class ObjectionDismissed(ObjectionEvent):
    """Closed by a decision with reasons; the three months begin again on this day."""

    decision: str
    reasons: Words[str | None] = None
    clock_restarts_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class VerificationEvent(Event):
    task: str
    cause: str


@event("verification")
class VerificationOpened(VerificationEvent):
    due_on: date
    grassroots_office: str | None = None
    objection: str | None = None


@event("verification")
class VerificationClaimed(VerificationEvent):
    """Somebody took the task onto their own desk; no right is gained by it."""

    person: int | None = None


@event("verification")
class VerificationClaimEnded(VerificationEvent):
    """A claim lasted longer than the rules let it. `ended_at`: UTC, to the minute."""

    holder: int | None = None
    ended_at: str = ""


@event("verification")
class VerificationReleased(VerificationEvent):
    """A claimed task was put back. `holder`: the natural person whose claim it was, where another put it back."""

    person: int | None = None
    holder: int | None = None
    note: Words[str | None] = None


@event("verification")
class VerificationFinished(VerificationEvent):
    """`outcome`: eligible, lost, not_found, refused."""

    outcome: str
    means: str | None = None
    note: Words[str | None] = None
    evidence: str | None = None
    person: int | None = None


@event("verification")
class VerificationEscalated(VerificationEvent):
    due_on: date
    escalated_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeEvent(Event):
    """`notice` is the public id; `kind` what it says; `channel` letter, sms, email or posting."""

    notice: str
    kind: str
    channel: str


@event("notice")
class NoticesQueued(Event):
    """One notice of a kind on each channel that reaches the person, at once: channel -> public id. `once` names person,
    day and stage; the key of each notice adds its channel."""

    kind: str
    notices: dict[str, str]
    once: str
    decision: str | None = None
    objection: str | None = None


@event("notice")
class NoticeQueued(NoticeEvent):
    """One more, on the channel that takes the place of one that failed."""

    once_key: str
    decision: str | None = None
    objection: str | None = None


@event("notice")
class NoticeSent(NoticeEvent):
    message_id: str | None = None
    proof: Words[str | None] = None  # the carrier's answer; it may name the address
    attempts: int = 1


@event("notice")
class NoticeDelivered(NoticeEvent):
    """The channel says that the message reached the number."""


@event("notice")
class NoticeReturned(NoticeEvent):
    """The channel took the message and could not deliver it; the next channel takes it (SC-37)."""

    error: Words[str]


@event("fact")
class PhoneFailed(Event):
    """A message to the number on file came back: a number to be mended (SC-37)."""

    pensioner: str
    error: Words[str]


@event("notice")
class NoticeFailed(NoticeEvent):
    error: Words[str]
    attempts: int = 1


@event("notice")
class NoticeHeld(NoticeEvent):
    """Its fate is unknown, or the outbox was restored: a person must release it (O2)."""

    cause: str


@event("notice")
class NoticeReleased(NoticeEvent):
    cause: str | None = None


@dataclass(frozen=True, kw_only=True)
class ImportEvent(Event):
    batch: str
    kind: str
    person: int | None = None


@event("import")
class ImportProposed(ImportEvent):
    office: str | None = None
    file_name: Words[str]
    sha256: str
    rows: int
    good: int = 0
    quarantined: int = 0


@event("import")
class ImportReleased(ImportEvent):
    """rows = loaded + unchanged + duplicate + quarantined (F1)."""

    rows: int
    loaded: int
    unchanged: int
    duplicate: int
    quarantined: int
    proposed_by_person: int | None = None
    released_on: date | None = None


@event("import")
class ImportWithdrawn(ImportEvent):
    """Taken back by its proposer before anybody released it."""


@event("import")
class ChangeProposed(Event):
    """A row says something else about an existing case: it waits for people to decide (F4)."""

    batch: str
    row_number: int
    proposal: str
    kind: str | None  # decision kind that would change it; None where no kind does
    changed: tuple[str, ...]
    changes: Personal[str | None] = None  # JSON: field -> [registered, stated]


@event("import")
class ProposalClosed(Event):
    """`outcome`: accepted (a decision opened), dismissed (with a reason), overtaken (by a later file)."""

    proposal: str
    outcome: str
    decision: str | None = None
    reason: Words[str | None] = None
    person: int | None = None


@event("run")
class SweepRun(Event):
    """A run of the daily sweep over an area: what it did, counted."""

    area: str | None = None  # office path
    swept_on: date
    counts: Counts
    rules_version: str | None = None
    dry_run: bool = False


@event("run")
class DemonstrationMarked(Event):
    """This database holds invented people only, for good."""

    cases: int = 0
    staff: int = 0
    seed: int | None = None
