"""Events of retention: what is kept no longer is proposed, released, and erased value by value."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from audit.events.base import Counts, Event, event


@dataclass(frozen=True, kw_only=True)
class ErasureEvent(Event):
    """`counts`: values by class of retention; `as_of`: the day by which they are due."""

    erasure: str
    as_of: date
    counts: Counts
    person: int | None = None


@event("access")
class ErasureProposed(ErasureEvent):
    """One person appraised what is due; nothing is erased yet."""


@event("access")
class ErasureReleased(ErasureEvent):
    """Another person released it: the values are erased from here on."""

    proposed_by_person: int | None = None
