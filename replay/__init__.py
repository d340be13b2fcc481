"""Replaying the log from nothing: does it give every state, signature, date and amount that the tables hold (R3)?

Slice by slice of the people whose cases they are, so that memory does not grow with the record.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Select, func, select

from audit.events import Recorded, parse
from audit.models import AuditEvent
from cases.models import Case, Pensioner
from database import db
from replay import (
    of_cases,
    of_corrections,
    of_duties,
    of_feeds,
    of_imports,
    of_matching,
    of_staff,
    of_suspensions,
    of_work,
)
from replay.part import UNTOLD, Part, Rows, as_told
from replay.words import Committed, Salts, salts_of, same

BATCH = 1000
PEOPLE = 2000  # in a slice
OF = (of_cases, of_work, of_staff, of_suspensions, of_corrections, of_feeds, of_matching, of_duties, of_imports)
PARTS: tuple[Part, ...] = tuple(part for module in OF for part in module.PARTS)
Progress = Callable[[int, int], None]


def differences(people: int = PEOPLE, parts: Sequence[Part] = PARTS) -> list[str]:
    """All that `each_difference` names; empty when all is as recorded."""
    return list(each_difference(people=people, parts=parts))


def each_difference(progress: Progress = lambda _done, _of: None, people: int = PEOPLE,
                    parts: Sequence[Part] = PARTS) -> Iterator[str]:
    """`table key column: in the table, from the log` for each value that differs; none when all is as recorded.

    people: how many of them a slice has; progress: people done, of how many (by their numbers)."""
    whole = [part for part in parts if part.pensioner is None]
    yield from _differences(whole, _events(whole), lambda query, _part: query)
    sliced = [part for part in parts if part.pensioner is not None]
    last = sliced and db.session.scalar(select(func.max(Pensioner.id))) or 0
    for first in range(1, last + 1, people):
        beyond = first + people
        cases = select(Case.id).where(Case.pensioner_id >= first, Case.pensioner_id < beyond)
        yield from _differences(
            sliced, _events(sliced, AuditEvent.case_id.in_(cases)),
            lambda query, part, start=first, end=beyond: query.where(part.pensioner >= start, part.pensioner < end))
        progress(min(beyond - 1, last), last)


def _differences(parts: Sequence[Part], events: Iterable[Recorded],
                 within: Callable[[Select[Any], Part], Select[Any]]) -> Iterator[str]:
    made = replayed(parts, events)
    salts = salts_of(made.values())
    return chain.from_iterable(
        _compare(part.name, made[part.name], part.stored(db.session.execute(within(part.query(), part)).mappings()),
                 salts)
        for part in parts)


def replayed(parts: Sequence[Part], events: Iterable[Recorded]) -> dict[str, Rows]:
    """Table -> its rows, as the events give them in their order."""
    tables: dict[str, Rows] = {part.name: {} for part in parts}
    for happened in events:
        for part in parts:
            if applies := part.appliers.get(happened.type):
                applies(tables[part.name], happened)
    return tables


def _events(parts: Sequence[Part], *conditions: Any) -> Iterator[Recorded]:
    """Those that write these parts, in the order they were written, which is that of each case."""
    types = sorted({name for part in parts for name in part.appliers})
    query = select(AuditEvent.canonical).where(AuditEvent.type.in_(types), *conditions).order_by(AuditEvent.id)
    for canonical in db.session.scalars(query.execution_options(yield_per=BATCH)):
        yield parse(bytes(canonical))


def _compare(table: str, made: Rows, kept: Rows, salts: Salts) -> Iterator[str]:
    for key in sorted({*made, *kept}, key=str):
        if key not in made or key not in kept:
            yield f"{table} {_named(key)}: {'not in the log' if key not in made else 'not in the table'}"
            continue
        for name, value in kept[key].items():
            said = made[key].get(name)
            if isinstance(said, Committed):
                if not same(value, said, salts):
                    yield f"{table} {_named(key)} {name}: other words than in the log"
            elif said is not UNTOLD and value != as_told(said):
                yield f"{table} {_named(key)} {name}: {value!r}, from the log {said!r}"


def _named(key: Any) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
