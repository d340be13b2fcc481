"""Events of facts about a person or a case: certifications, evidence, death, identity, contact, money."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Counts, Event, Personal, Words, event


@dataclass(frozen=True, kw_only=True)
class CertificationEvent(Event):
    certification: str  # public id
    method: str
    evidence_on: date
    source_ref: str = ""
    person: int | None = None


@event("certification")
class CertificationSubmitted(CertificationEvent):
    """Handed in, to be reviewed by a second person (SC 11)."""

    evidence: str | None = None
    submitted_on: date | None = None
    window: str | None = None  # code of the office whose window took it


@event("certification")
class CertificationAccepted(CertificationEvent):
    """Valid: the due date moves on at once, whatever the payment state (SC 8, QD 13)."""

    period_start: date | None = None
    due_on: date | None = None
    previous_due_on: date | None = None
    last_certified_on: date | None = None
    rules_version: str | None = None
    decision: str | None = None


@event("certification")
class CertificationRefused(CertificationEvent):
    reason: str
    refusal: str | None = None


@event("fact")
class PeriodSet(Event):
    """The period of a case as its rules give it, by no certification: an age reached, rules come into force, or a
    signed change of the dates or the rate it is counted from (QD 10, 11)."""

    cause: str
    period_start: date | None
    due_on: date | None
    previous_due_on: date | None = None
    warn_from: date | None = None
    rules_version: str
    decision: str | None = None


@event("fact")
class EvidenceAdded(Event):
    """Bytes kept as received; `sha256` of them, hex."""

    evidence: str
    kind: str
    media_type: str
    size: int
    sha256: str
    happened_on: date
    received_on: date | None = None
    producer: int | None = None  # natural person
    decision: str | None = None


@event("fact")
class DeathMarked(Event):
    """A dated fact on a person (S3)."""

    pensioner: str
    died_on: date
    source: str
    evidence: str | None = None
    marked_on: date | None = None
    decision: str | None = None


@event("fact")
class DeathMarkAnnulled(Event):
    pensioner: str
    died_on: date | None = None
    decision: str


@event("fact")
class IdentityChanged(Event):
    """A name or ID number was put right by decision. Old and new stand as commitments."""

    pensioner: str
    changed: tuple[str, ...]
    decision: str
    old_name: Personal[str | None] = None
    new_name: Personal[str | None] = None
    old_id_number: Personal[str | None] = None
    new_id_number: Personal[str | None] = None
    birth_on: Personal[date | None] = None  # as it stands after the change


@event("fact")
class ContactChanged(Event):
    """Address, phone or residence as they stand now, taken over directly (JS-5.1.2e). `batch`: the file that told."""

    pensioner: str
    changed: tuple[str, ...]
    address: Personal[str | None] = None
    phone: Personal[str | None] = None
    old_address: Personal[str | None] = None
    old_phone: Personal[str | None] = None
    residence_office: str | None = None  # code
    batch: str | None = None


@event("fact")
class PayeeChanged(Event):
    """Where the benefit is paid to, changed by decision."""

    changed: tuple[str, ...]
    decision: str
    bank: Personal[str | None] = None
    old_name: Personal[str | None] = None
    new_name: Personal[str | None] = None
    old_account: Personal[str | None] = None
    new_account: Personal[str | None] = None


@event("money")
class RateChanged(Event):
    """Rates set by decision: month from which -> fen. `before`: what was registered for those months."""

    decision: str
    rates: Counts
    before: Counts
    basis: str | None = None


@event("fact")
class ResponsibleOfficeChanged(Event):
    """Another office keeps the case from now on (QD 7); paths of the offices."""

    from_office: str
    to_office: str
    cause: str  # residence, paying_office


@event("money")
class BackPaymentSet(Event):
    """The arrears that an executed decision pays: the months it covers and their sum, in fen (M1)."""

    decision: str
    amount_fen: int
    months: tuple[str, ...]
    payable_through: str | None = None
    forfeited_fen: int = 0
    rules_version: str | None = None


@event("money")
class BenefitMonthChanged(Event):
    """The month as it stands after the change, in fen (M3)."""

    month: str
    entitled: int
    paid: int
    withheld: int
    back_paid: int = 0
    forfeited: int = 0
    overpaid: int = 0
    recovered: int = 0
    owed: bool = True
    cause: str
    decision: str | None = None


@event("money")
class OverpaymentClaimed(Event):
    """A signed decision claims back what was overpaid: months with their amounts, in fen (社会保险经办条例 46)."""

    decision: str
    amount_fen: int
    months: tuple[str, ...]
    claimed: Counts
    rules_version: str | None = None


@event("money")
class OverpaymentRecovered(Event):
    """Money came back for an overpaid month, in fen."""

    month: str
    amount_fen: int
    receipt_ref: str
    way: str
    received_on: date
    open_fen: int  # left of the month's overpayment
    batch: str | None = None


@event("money")
class PayRunLoaded(Event):
    """A pay-run file of an office and month was loaded; amounts in fen."""

    office: str  # code
    month: str
    rows: int
    loaded: int = 0
    unchanged: int = 0
    duplicate: int = 0
    quarantined: int = 0
    total_fen: int = 0
    closed_on: date | None = None
    file_sha256: str
    batch: str | None = None


@event("money")
class PaymentReturned(Event):
    """The bank's answer: `accepted` False means the payment came back."""

    month: str
    amount_fen: int
    accepted: bool
    payment_ref: str | None = None
    decision_no: str | None = None
    returned_on: date | None = None
    reason: Words[str | None] = None  # as the bank writes it
    batch: str | None = None
