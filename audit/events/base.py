"""What an event is: a frozen, typed fact in the past tense, and the registry of all of them. Pure."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

SYSTEM = "SYSTEM"
MAX_INT = 2**53  # JSON readers everywhere agree on integers below this

_PERSONAL, _WORDS = "personal", "words"
_T = TypeVar("_T")
_E = TypeVar("_E", bound="type[Event]")
Personal = Annotated[_T, _PERSONAL]  # in the canonical bytes as a salted commitment only
Words = Annotated[_T, _PERSONAL, _WORDS]  # the same, for what people write freely: it may name anyone
Counts = dict[str, int]


class Event:
    """Something that was done. Subclasses are in the modules beside this one, one per event.

    FAMILY names the partial that shows it; PERSONAL the fields that stand in the log as commitments; WORDS those
    of them that are free text, shown with the event to whoever may read it while they are kept.
    """

    FAMILY: ClassVar[str]
    PERSONAL: ClassVar[frozenset[str]] = frozenset()
    WORDS: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def type(cls) -> str:
        return cls.__name__


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What surrounds an event: who, when, in which transaction, of which case."""

    uid: str
    tx: str
    position: int
    command: str
    actor: str  # account's public id, or SYSTEM
    on: date
    recorded_at: datetime
    case: str | None = None  # public id
    case_seq: int | None = None
    office: str | None = None  # path of the office


TYPES: dict[str, type[Event]] = {}


@dataclass_transform(kw_only_default=True, frozen_default=True)
def event(family: str) -> Callable[[_E], _E]:
    """Make a class an event of `family` and enter it in TYPES. A name is given once, for ever."""

    def register(cls: _E) -> _E:
        made = dataclass(frozen=True, kw_only=True)(cls)
        if made.__name__ in TYPES:
            raise ValueError(f"{made.__name__} is already an event")
        made.FAMILY = family
        made.PERSONAL = frozenset(_marked(made, _PERSONAL))
        made.WORDS = frozenset(_marked(made, _WORDS))
        TYPES[made.__name__] = made
        return made

    return register


def _marked(cls: type[Event], mark: str) -> list[str]:
    """Names of the fields of `cls` that bear the mark."""
    hints = get_type_hints(cls, include_extras=True)
    return [f.name for f in fields(cls) if _bears(hints[f.name], mark)]  # type: ignore[arg-type]


@cache
def field_types(cls: type[Event]) -> dict[str, Any]:
    """Field name -> declared type, without markers."""
    hints = get_type_hints(cls)
    return {f.name: hints[f.name] for f in fields(cls)}  # type: ignore[arg-type]


def _bears(hint: Any, mark: str) -> bool:
    if get_origin(hint) is Annotated:
        return mark in hint.__metadata__
    return any(_bears(part, mark) for part in get_args(hint))
