"""Events of feeds: a file of another register loaded, or withdrawn."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Event, Words, event


@dataclass(frozen=True, kw_only=True)
class FeedEvent(Event):
    load: str  # public id
    source: str
    person: int


@event("feed")
class FeedLoaded(FeedEvent):
    """rows = loaded + unchanged + duplicate + quarantined (F1). resolved: signs written; signs: SHA-256 over those of
    their files."""

    office: str
    file_name: Words[str]
    sha256: str
    rows: int
    loaded: int
    unchanged: int
    duplicate: int
    quarantined: int
    outside: int
    unlinked: int
    resolved: int | None = None
    first_on: date | None = None
    last_on: date | None = None
    signs: str


@event("feed")
class FeedResolvedAgain(Event):
    """People were added, moved or changed since: signs of a load came and went. signs: as of FeedLoaded."""

    load: str
    source: str
    came: int
    went: int
    moved_people: int
    signs: str


@event("feed")
class FeedWithdrawn(FeedEvent):
    """Its rows stay; what they say no longer counts."""

    sha256: str
    rows: int
    reason: Words[str]
