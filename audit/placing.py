"""One batch of the sequencer: events get places, those of a case in the order of its numbers, and stand in the log."""
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit.entries import LogAltered, Told, event_entries, told
from audit.heads import Heads
from audit.models import AuditEntry, AuditEvent
from audit.verify import SHA256, Hashing
from database.many import insert_columns

COLUMNS = (AuditEvent.id, AuditEvent.uid, AuditEvent.tx_id, AuditEvent.position, AuditEvent.case_id,
           AuditEvent.case_seq, AuditEvent.digest, AuditEvent.canonical)


@dataclass(frozen=True)
class Read:
    """Events as read, each with what its bytes say, column by column."""

    ids: list[int]
    tx_ids: list[int]
    positions: list[int]
    told: list[Told]
    digests: list[str]  # under the log's hash

    def part(self, first: int, end: int) -> Read:
        return Read(self.ids[first:end], self.tx_ids[first:end], self.positions[first:end], self.told[first:end],
                    self.digests[first:end])

    def __len__(self) -> int:
        return len(self.ids)


def read(rows: Sequence[Any], hashing: Hashing) -> Read:
    """Of rows of COLUMNS, with digests made anew. Raises LogAltered for a row that is not what its bytes say."""
    if not rows:
        return Read([], [], [], [], [])
    ids, uids, tx_ids, positions, case_ids, numbers, stated, canonical = map(list, zip(*rows, strict=True))
    events = [told(one) for one in canonical]
    made = [hashlib.sha256(one).hexdigest() for one in canonical]
    if made != stated:
        raise _altered(uids, made, stated, "the bytes do not have their digest")
    beside = [(f'"{uid}"', str(position), seq, case_id is None)
              for uid, position, seq, case_id in zip(uids, positions, numbers, case_ids, strict=True)]
    inside = [(of.uid, of.position, of.case_seq, of.case is None) for of in events]
    if beside != inside:
        raise _altered(uids, beside, inside, "the columns are not what the bytes say")
    if hashing.name != SHA256.name:
        made = [hashing.of(one).hex() for one in canonical]
    return Read(ids, tx_ids, positions, events, made)


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
    ids: list[int | None] = field(default_factory=list)  # with `entries`: what is not sent yet
    entries: list[str] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)  # cases an event of which has no predecessor here yet

    def __post_init__(self) -> None:
        self.first = self.next

    def fitting(self, events: Sequence[Told]) -> int:
        """How many of these, in their order, follow what stands in the log."""
        seen: dict[str, int] = {}
        for at, of in enumerate(events):
            if of.case is not None:
                last = seen.get(of.case)
                if last is None:
                    head = self.heads.last(of.case)
                    last = head[0] if head else 0
                if of.case_seq != last + 1:
                    self.waiting.add(of.case)
                    return at
                seen[of.case] = of.case_seq
        return len(events)

    def load(self, events: Read) -> None:
        self.heads.load({of.case for of in events.told if of.case is not None})

    def put(self, events: Read) -> None:
        """Give these places; they fit."""
        if not events:
            return
        before: list[int | None] = []
        heads, place = self.heads, self.next
        for place, of in enumerate(events.told, self.next):
            if of.case is None:
                before.append(None)
                continue
            head = heads.last(of.case)
            before.append(head[1] if head else None)
            heads.move(of.case, of.case_seq, place)  # type: ignore[arg-type]
        self.add(list(events.ids), event_entries(events.digests, events.told, before))
        self.placed += len(events)

    def add(self, ids: list[int | None], entries: list[str]) -> None:
        """At the next places; `write` sends them."""
        self.ids += ids
        self.entries += entries
        self.next += len(entries)

    def write(self) -> None:
        count = len(self.entries)
        if count:
            given = {"place": list(range(self.next - count, self.next)), "event_id": self.ids, "entry": self.entries}
            insert_columns(self.session, AuditEntry, given, count)
            self.ids, self.entries = [], []


def size_of(session: Session) -> int:
    """How many entries the log has."""
    return session.scalar(select(func.coalesce(func.max(AuditEntry.place) + 1, 0))) or 0
