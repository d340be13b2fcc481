"""Events of a decision: from opening to its last signature (P1-P9)."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Counts, Event, Personal, Words, event


@dataclass(frozen=True, kw_only=True)
class Line:
    """One withheld month of an arrears sheet, in fen."""

    month: str
    entitled_fen: int
    pay_fen: int
    forfeited_fen: int
    basis: str


@dataclass(frozen=True, kw_only=True)
class DecisionEvent(Event):
    """`decision` is the public id, `kind` one of the decision kinds, `round` counts from 1."""

    decision: str
    kind: str
    round: int = 1


@dataclass(frozen=True, kw_only=True)
class SignatureEvent(DecisionEvent):
    """A person's act on a decision. `person` is the id of the natural person: one human being over all accounts."""

    stage: str
    next_stage: str
    person: int
    role: str
    opinion: Words[str | None] = None
    content_digest: str | None = None


@event("decision")
class DecisionOpened(DecisionEvent):
    decision_no: str
    stage: str = "draft"
    reason: str | None = None
    office: str | None = None  # office code
    office_level: str
    signatures_required: int
    rules_area: str
    rules_version: str
    proposed_by_system: bool = False
    person: int | None = None
    objection: str | None = None
    payable_through: str | None = None
    back_pay_fen: int = 0
    lines: tuple[Line, ...] = ()
    fields: dict[str, str | int | bool | None] | None = None
    reasons: Words[str | None] = None
    proposed: Personal[str | None] = None  # JSON: a new name or number, an heir


@event("decision")
class ArrearsRecalculated(DecisionEvent):
    """The sheet that a decision carries, where time or the record changed it since it was opened or edited."""

    payable_through: str | None = None
    back_pay_fen: int = 0
    lines: tuple[Line, ...] = ()


@event("decision")
class DecisionEdited(DecisionEvent):
    """`changed` names the fields, personal ones too."""

    changed: tuple[str, ...]
    person: int | None = None
    payable_through: str | None = None
    back_pay_fen: int = 0
    lines: tuple[Line, ...] = ()
    fields: dict[str, str | int | bool | None] | None = None
    reasons: Words[str | None] = None
    proposed: Personal[str | None] = None  # JSON: a new name or number, an heir


@event("decision")
class DecisionSubmitted(DecisionEvent):
    """The maker hands it in; `eligible` is how many may act next, by stage (P9)."""

    stage: str = "initial_review"
    person: int | None = None
    eligible: Counts | None = None
    referred_to: str | None = None  # code of the nearest office with somebody, where nobody here may sign a stage


@event("decision")
class DecisionReferredUpward(DecisionEvent):
    """Nobody is eligible for every stage ahead: the office above is to name people; the rule stays as it is (P9)."""

    stage: str
    missing: tuple[str, ...]  # stages nobody may sign; all of them where too few persons stand for several
    referred_to: str  # office code
    person: int | None = None


@event("decision")
class DecisionReferralEnded(DecisionEvent):
    """Somebody is eligible for every stage ahead again."""

    stage: str
    referred_to: str


@event("signature")
class InitialReviewPassed(SignatureEvent):
    """First signature."""


@event("signature")
class DecisionRechecked(SignatureEvent):
    """Second signature."""


@event("signature")
class DecisionApproved(SignatureEvent):
    """Third signature."""


@event("signature")
class DecisionReturned(SignatureEvent):
    """Given back to be mended: a new round begins, without signatures."""

    new_round: int


@event("signature")
class DecisionRejected(SignatureEvent):
    """Refused for good. An objection behind it stays open (S9)."""


@event("decision")
class DecisionWithdrawn(DecisionEvent):
    stage: str
    person: int | None = None
    opinion: Words[str | None] = None


@event("decision")
class RoundVoided(DecisionEvent):
    """What had been signed is no longer what would be done (P5): the signatures of the round fall."""

    new_round: int
    cause: str  # refusal code or name of the contrary fact
    changed: tuple[str, ...] = ()
    signatures: int = 0
    stage: str = "draft"


@event("decision")
class DecisionExecuted(DecisionEvent):
    """Carried out with its last signature; `content_digest` is what all signed and what was done."""

    content_digest: str
    signers: tuple[int, ...]
    reason: str | None = None
    payable_through: str | None = None
    back_pay_fen: int = 0
    lines: tuple[Line, ...] = ()
    closed_on: date | None = None


@event("refusal")
class StepRefused(Event):
    """An attempted command that was refused, by name (R4)."""

    refusal: str
    attempted: str
    decision: str | None = None
    kind: str | None = None
    stage: str | None = None
    round: int | None = None
    person: int | None = None
    details: dict[str, str | int | bool | None] | None = None


@event("decision")
class DecisionClaimed(DecisionEvent):
    stage: str
    person: int | None = None


@event("decision")
class DecisionClaimEnded(DecisionEvent):
    """A claim lasted longer than the rules let it. `ended_at`: UTC, to the minute."""

    stage: str
    holder: int | None = None
    ended_at: str = ""


@event("decision")
class DecisionReleased(DecisionEvent):
    """A claim was given up, or taken from who is away. `holder`: the natural person whose claim it was then."""

    stage: str
    person: int | None = None
    cause: str | None = None
    holder: int | None = None
    note: Words[str | None] = None
