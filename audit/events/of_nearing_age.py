"""Events of insured persons who near the age of benefit. They name the entry of the register, never the person."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Event, Words, event


@event("run")
class NearingAgeLoaded(Event):
    """Rows of a released file entered in the register or brought up to date there. `entered`: those who are new."""

    batch: str
    rows: int
    entered: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NearingAgeEvent(Event):
    entry: str  # public id in the register


@event("fact")
class NearingAgeTold(NearingAgeEvent):
    """The channel took the notice (JS-6.4)."""

    channel: str
    reaches_on: date
    message_id: str
    proof: Words[str]  # the carrier's answer; it may name the address


@event("fact")
class NearingAgeNotTold(NearingAgeEvent):
    """It did not go out (`outcome` failed), or nobody knows whether it did (held): a person tells it."""

    channel: str | None = None
    outcome: str | None = None
    error: Words[str] = ""


@event("fact")
class NearingAgeNoted(NearingAgeEvent):
    """`act`: told by hand, reviewed with a finding, applied (JS-7.3)."""

    act: str
    note: Words[str | None] = None
    person: int | None = None


@event("fact")
class NearingAgeMoved(NearingAgeEvent):
    """The rules of the place name another age."""

    reaches_on: date
    reached_before: date


@event("fact")
class NearingAgeEntered(NearingAgeEvent):
    """The benefit was granted: the case is entered and the entry closed."""

    case_no: str
