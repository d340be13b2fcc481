"""Events of people of the agency: signing in, accounts, grants, relatives, access to data."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Counts, Event, Personal, Words, event


@event("sign_in")
class SignedIn(Event):
    account: str  # public id
    second_factor: bool = False


@event("sign_in")
class SignInRefused(Event):
    """`account` only when the user name exists; `key` is the HMAC of what was typed."""

    refusal: str
    key: str
    account: str | None = None
    attempts: int = 1
    locked: bool = False


@event("sign_in")
class SignedOut(Event):
    account: str


@event("sign_in")
class SessionRevoked(Event):
    account: str
    cause: str


@event("account")
class AccountCreated(Event):
    account: str
    username: Personal[str]
    office: str  # code
    person: int  # natural person
    display_name: Personal[str]
    id_number: Personal[str]


@event("account")
class AccountClosed(Event):
    account: str
    cause: Words[str | None] = None


@dataclass(frozen=True, kw_only=True)
class GrantEvent(Event):
    """A role in an area, applied for, checked and approved by different persons."""

    grant: str
    account: str
    role: str
    office: str  # code
    person: int | None = None  # who acts


@event("grant")
class GrantApplied(GrantEvent):
    reason: Words[str | None] = None
    applied_on: date | None = None


@event("grant")
class GrantChecked(GrantEvent):
    pass


@event("grant")
class GrantApproved(GrantEvent):
    effective_on: date
    first_persons: bool = False  # by the one command on an empty database


@event("grant")
class GrantRejected(GrantEvent):
    reason: Words[str | None] = None


@event("grant")
class GrantRevoked(GrantEvent):
    reason: Words[str | None] = None
    revoked_on: date | None = None


@event("account")
class RelativeDeclared(Event):
    """A relationship that bars both ways (P3), by natural persons."""

    person: int
    relative: int
    kinship: Personal[str]
    declared_on: date
    ended_on: date | None = None


@event("refusal")
class RequestDenied(Event):
    """A request that access refused. `endpoint` and method, never the address with its ids."""

    refusal: str
    endpoint: str
    method: str
    role: str | None = None
    details: dict[str, str | int | bool | None] | None = None


@event("access")
class Unmasked(Event):
    """Full ID number, phone or account number was shown to a person (A3)."""

    subject: str  # public id of the pensioner or account
    field: str
    purpose: str | None = None
    role: str | None = None


@event("access")
class Exported(Event):
    """`digest` is the SHA-256 of the manifest, or of the single file."""

    kind: str
    rows: int
    digest: str
    scope: str | None = None  # office path
    selection: dict[str, str | int | bool | None] | None = None
    counts: Counts | None = None
    role: str | None = None


@event("access")
class DossierIssued(Event):
    """Both hashes: of the document, and of the signed one (design.md 3, Dossier)."""

    digest: str
    signed_digest: str | None = None
    as_of: str | None = None  # uid of a transaction
    masked: bool = True
    language: str = "zh"
    template_version: str | None = None
    pages: int | None = None


@event("access")
class CaseViewed(Event):
    role: str | None = None
    part: str | None = None


@event("access")
class PersonLookedUp(Event):
    """A window found by a full ID number whoever stood before it (SC 5, 11); `cases`: how many benefits."""

    cases: int


@event("access")
class LookUpMissed(Event):
    """A full ID number that draws no benefit. The number itself is not kept."""


@event("access")
class PersonalErased(Event):
    """A personal value of an earlier event was erased by a retention rule; its commitment stays."""

    event: str  # uid
    field: str
    basis: str


@event("office")
class OfficeCreated(Event):
    code: str
    name: str
    level: str
    path: str
    parent: str | None = None
