"""A row of a table, what a guard may see, and the refusals it gives."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from workflows.facts import FactUnknown, read
from workflows.predicates import Predicate

SYSTEM = "system"
OFFICE_LEVELS = ("village", "town", "county", "city", "province", "ministry")  # lowest first


@dataclass(frozen=True)
class Actor:
    """Who acts. roles: the grants in force for this case; office_path: code of the office and of those above it.
    SYSTEM has no account and no natural person."""

    account_id: int | None
    natural_person_id: int | None
    roles: frozenset[str] = frozenset()
    office_level: str = ""
    office_path: str = ""
    is_system: bool = False

    def __post_init__(self):
        if self.is_system and (self.account_id is not None or self.natural_person_id is not None):
            raise ValueError("SYSTEM is no person and has no account")


SYSTEM_ACTOR = Actor(None, None, is_system=True)


@dataclass(frozen=True)
class Refusal:
    """code: UPPER_SNAKE, the blocking fact, words in the glossary under refusal.<code>; article: e.g. "SC-29"."""

    code: str
    detail: Mapping[str, object] = field(default_factory=dict)
    article: str = ""


class TransitionRefused(Exception):
    """Nothing happened. `refusals` holds every reason, in the order of the row's guards; never empty."""

    def __init__(self, refusals: tuple[Refusal, ...]):
        super().__init__(", ".join(refusal.code for refusal in refusals))
        self.refusals = refusals

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(refusal.code for refusal in self.refusals)


@dataclass(frozen=True)
class Attempt:
    """Everything a guard may see. on: business date; state: stage of a decision or state of a case (None: not entered);
    reason: key of the glossary's `reason`, or the opinion of a return or rejection; facts: those of facts.FACTS."""

    actor: Actor
    on: date
    action: str = ""
    state: str | None = None
    reason: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    def fact(self, name: str) -> object:
        """Value of a named fact. Raises FactUnknown."""
        return read(self.facts, name)

    @property
    def person(self) -> int:
        """Natural person of the actor. Raises FactUnknown: nobody acts without one, SYSTEM included."""
        if self.actor.natural_person_id is None:
            raise FactUnknown("actor.natural_person_id")
        return self.actor.natural_person_id


Guard = Callable[[Attempt], Refusal | None]


@dataclass(frozen=True)
class Transition:
    """One row. by: roles, or "system"; reasons: those it takes, empty when it takes none; signatures_kind: the
    decision kind that executes it; basis: document and article; when: condition of SYSTEM, for one case and for SQL."""

    action: str
    source: str | None
    dest: str
    by: frozenset[str]
    guards: tuple[Guard, ...] = ()
    reasons: tuple[str, ...] = ()
    signatures_kind: str | None = None
    basis: tuple[str, ...] = ()
    when: Predicate | None = None
