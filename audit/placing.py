"""One batch of the sequencer: events get places, those of a case in the order of its numbers, and stand in the log."""
from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from audit.entries import LogAltered, Told, event_entries, told
from audit.heads import Heads
from audit.models import AuditEntry, AuditEvent
from audit.verify import SHA256, Hashing
from database.many import insert_columns, insert_parts
from database.streaming import streamed

COLUMNS = (AuditEvent.id, AuditEvent.uid, AuditEvent.tx_id, AuditEvent.position, AuditEvent.case_id,
           AuditEvent.case_seq, AuditEvent.digest, AuditEvent.canonical)
SENT = 2_000  # entries sent while the next are made


@dataclass(frozen=True)
class Read:
    """Events as read, each with what its bytes say, column by column."""

    ids: list[int]
    tx_ids: list[int]
    positions: list[int]
    told: Told
    digests: list[str]  # under the log's hash

    def __len__(self) -> int:
        return len(self.ids)

    def columns(self) -> list[list[Any]]:
        return [self.ids, self.tx_ids, self.positions, *vars(self.told).values(), self.digests]


def read_all(session: Session, query: Select[Any], hashing: Hashing) -> Read:
    """The rows that a query for COLUMNS finds, looked at while the database sends the next."""
    found = Read([], [], [], Told(*([] for _ in fields(Told))), [])
    for rows in streamed(session, query):
        part = read(rows, hashing)
        for whole, more in zip(found.columns(), part.columns(), strict=True):
            whole += more
    return found


def read(rows: Sequence[Any], hashing: Hashing) -> Read:
    """Of one row of COLUMNS or more, digests made anew. Raises LogAltered for one that is not what its bytes say."""
    ids, uids, tx_ids, positions, case_ids, numbers, stated, canonical = map(list, zip(*rows, strict=True))
    of, sha256 = told(canonical), hashlib.sha256
    made = [sha256(one).hexdigest() for one in canonical]
    if made != stated:
        raise _altered(uids, made, stated, "the bytes do not have their digest")
    beside = ([f'"{uid}"' for uid in uids], list(map(str, positions)), numbers, [one is None for one in case_ids])
    inside = (of.uids, of.positions, of.numbers, [case is None for case in of.cases])
    for stated_in, found in zip(beside, inside, strict=True):
        if stated_in != found:
            raise _altered(uids, stated_in, found, "the columns are not what the bytes say")
    if hashing.name != SHA256.name:
        made = [hashing.of(one).hex() for one in canonical]
    return Read(ids, tx_ids, positions, of, made)


def _altered(uids: list[str], made: list[Any], stated: list[Any], words: str) -> LogAltered:
    return LogAltered(next(uid for uid, a, b in zip(uids, made, stated, strict=True) if a != b), words)


@dataclass
class Batch:
    """Places from `next` on; `heads`: the cases as they stand."""

    session: Session
    hashing: Hashing
    next: int
    heads: Heads
    first: int = 0
    placed: int = 0
    waiting: set[str] = field(default_factory=set)  # cases an event of which has no predecessor here yet
    buckets: list[int] = field(default_factory=list)  # of the events looked at, those of their cases
    before: list[int | None] = field(default_factory=list)  # of each, the place of the case's event before

    def __post_init__(self) -> None:
        self.first = self.next

    def look_at(self, events: Read) -> None:
        self.buckets, self.before = self.heads.load(events.told.cases), [None] * len(events)

    def fit(self, events: Told, first: int, end: int) -> bool:
        """Whether all of these follow what stands in the log."""
        seen: dict[str, int] = {}
        for at in range(first, end):
            case, number = events.cases[at], events.numbers[at]
            if case is not None:
                last = seen[case] if case in seen else self.heads.last(self.buckets[at], case)[0]
                if number != last + 1:
                    self.waiting.add(case)
                    return False
                seen[case] = number
        return True

    def put(self, events: Told, first: int, end: int) -> int:
        """Give places to these, up to the first that does not follow what stands in the log; returns its index."""
        of = zip(self.buckets[first:end], events.cases[first:end], events.numbers[first:end], strict=True)
        before, waits = self.heads.move(of, self.next)
        if waits is not None:
            self.waiting.add(waits)
        self.before[first:first + len(before)] = before
        self.next += len(before)
        self.placed += len(before)
        return first + len(before)

    def put_and_send(self, events: Read) -> int:
        """All that fit, sent while the next get their places; returns how many."""
        placed = self.placed

        def parts() -> Iterator[tuple[dict[str, Any], int]]:
            for first in range(0, len(events), SENT):
                end = min(first + SENT, len(events))
                place, stop = self.next, self.put(events.told, first, end)
                yield self._part(events, range(first, stop), place)
                if stop < end:
                    break

        insert_parts(self.session, AuditEntry, parts())
        return self.placed - placed

    def send(self, events: Read, given: Sequence[int]) -> None:
        """Those that got the last places, in their order."""
        if given:
            place = self.next - len(given)
            insert_parts(self.session, AuditEntry, [self._part(events, given, place)])

    def _part(self, events: Read, given: Sequence[int], place: int) -> tuple[dict[str, Any], int]:
        entries = event_entries(map(events.digests.__getitem__, given), events.told,
                                map(self.before.__getitem__, given), given)
        return _rows(place, [events.ids[n] for n in given], entries), len(given)

    def add(self, entry: str) -> None:
        """An entry of the log's own, at the next place."""
        insert_columns(self.session, AuditEntry, _rows(self.next, [None], [entry]), 1)
        self.next += 1


def _rows(place: int, ids: list[int] | list[None], entries: list[str]) -> dict[str, Any]:
    return {"place": list(range(place, place + len(entries))), "event_id": ids, "entry": entries}


def size_of(session: Session) -> int:
    """How many entries the log has."""
    return session.scalar(select(func.coalesce(func.max(AuditEntry.place) + 1, 0))) or 0
