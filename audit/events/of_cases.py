"""Events that enter a case or move its state: each is enough to replay the step (S1, R1, R3)."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Counts, Event, Personal, event


@dataclass(frozen=True, kw_only=True)
class StateChanged(Event):
    """One row of case_transition. `on` is the day it takes effect; `decision` a public id, None for SYSTEM.

    `due_on` is the case's due date after the step. A step that opens a task without moving (refer from pending or
    resumed) has from_state = to_state.
    """

    from_state: str | None
    to_state: str
    action: str
    reason: str | None = None
    basis: str | None = None
    on: date
    due_on: date | None = None
    rules_version: str
    decision: str | None = None
    step: int | None = None
    task_open: bool = False
    period_start: date | None = None
    period_due_on: date | None = None  # the period a lapse belongs to


@event("state")
class CaseEntered(StateChanged):
    """A case came in by a released import, as its payment status says (from_state None)."""

    case_no: str
    pensioner: str  # public id
    scheme: str
    benefit_kind: str
    paying_office: str  # office code
    granted_on: date
    last_certified_on: date | None = None
    warn_from: date | None = None
    monthly_fen: int | None = None
    rate_since: str | None = None  # month
    rates: Counts | None = None  # month -> fen, the history as it came in
    withheld_from: str | None = None  # month
    batch: str | None = None
    row_number: int | None = None
    name: Personal[str]
    id_number: Personal[str]
    payee_account: Personal[str | None] = None


@event("state")
class CaseReferred(StateChanged):
    """Sent to people for verification (SC 14, QD 19)."""

    cause: str | None = None
    task: str | None = None


@event("state")
class CaseCertified(StateChanged):
    """pending or verified -> verified by a valid certification (SC 8, 11, 33)."""

    certification: str | None = None
    method: str | None = None
    evidence_on: date | None = None
    last_certified_on: date | None = None


@event("state")
class CaseSuspended(StateChanged):
    """Payment is withheld (SC 23, 24); keeps reason, basis and rules version (S4)."""

    withheld_from: str | None = None  # month


@event("state")
class CaseStopped(StateChanged):
    """SC 25, 26."""

    withheld_from: str | None = None
    evidence: tuple[str, ...] = ()


@event("state")
class CaseResumed(StateChanged):
    """Paid again; the arrears may be open (SC 27, 29)."""

    back_pay_fen: int = 0
    payable_through: str | None = None  # month


@event("state")
class CaseSettled(StateChanged):
    """resumed -> verified: the arrears have been paid, or are zero (SC 27)."""

    payment_ref: str | None = None
    back_pay_fen: int = 0


@event("state")
class CaseTerminated(StateChanged):
    """SC 29, 32."""

    account_status: str | None = None  # settled, sealed
    back_pay_fen: int = 0
    deregistered_on: date | None = None


@event("state")
class CaseRestored(StateChanged):
    """terminated -> resumed: three persons, all city level (SC 28, 29)."""

    back_pay_fen: int = 0
    payable_through: str | None = None
