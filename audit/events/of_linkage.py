"""Events of the comparison by name, birth, sex and place: what was suggested, what a person said of it."""
from __future__ import annotations

from dataclasses import dataclass

from audit.events.base import Counts, Event, Words, event


@event("run")
class LinksSuggested(Event):
    """Rows without a good number were compared with the register. counts: kind of suggestion -> how many are new."""

    model: str
    load: str | None = None
    source: str | None = None
    rows: int
    counts: Counts


@dataclass(frozen=True, kw_only=True)
class LinkEvent(Event):
    """`suggestion`, `pensioner`: public ids; `similarity`: thousandths of a bit, as the model `model` weighed it."""

    suggestion: str
    kind: str
    pensioner: str
    model: str
    similarity: int
    person: int
    load: int | None = None
    row: int | None = None
    source: str | None = None
    note: Words[str | None] = None


@event("link")
class LinkConfirmed(LinkEvent):
    """A person holds the row to be about the pensioner. It may have them verified; it proves and ends nothing."""


@event("link")
class LinkRejected(LinkEvent):
    """A person holds the two to be different people."""


@event("run")
class LifeSignsScored(Event):
    """The survival-behaviour model scored people (QD 14c). load: of the signs it made, one for each accepted."""

    model: str
    load: str
    scored_people: int
    accepted_people: int
    person: int
