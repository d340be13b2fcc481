"""Gives events their places in the log after their transactions have committed (docs/decisions/110).

Transactions commit late and out of order: what waits stands in `audit_pending`, written with each. Many processes may
run it, one at a time works; what a kill leaves is a batch that never was.
"""
from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import delete, func, insert, literal_column, select, text, update
from sqlalchemy.orm import Session

from audit.entries import heads_entry, origin_entry
from audit.heads import CaseMap, Heads, read_map
from audit.models import AuditEntry, AuditEvent, AuditPending
from audit.placing import COLUMNS, Batch, read_all, size_of
from audit.verify import Hashing
from database import db, transaction
from database.many import among

ONE_AT_A_TIME = 0x61756469  # key of the advisory lock
SINGLES = 1_000  # transactions of few events in a batch
SHARE = 10_000  # events of a bulk transaction before single ones are looked for again
MOST = {"postgresql": 500_000, "sqlite": 20_000}  # events of a batch; on SQLite nobody else writes meanwhile
_MAP = "audit_map"


@dataclass(frozen=True)
class Log:
    """The log's name and hash, as its first entry says."""

    origin: str
    hashing: Hashing


@dataclass(frozen=True)
class Sequenced:
    """How many events got places; the log's size with the heads of all its cases stated; `waiting`: cases whose next
    event is nowhere, so that later ones wait."""

    placed: int
    size: int
    waiting: frozenset[str]


def sequence(*, wait: bool = True, at_most: int | None = None) -> Sequenced | None:
    """Give places to all that waits, or to about `at_most` events, and state the heads of the cases that changed.

    None when another is at it and `wait` is off. Raises LogAltered.
    """
    placed, done = 0, False
    while not done:
        kept: Kept | None = current_app.extensions.pop(_MAP, None)
        with transaction() as session:
            if not _alone(session, wait):
                return None
            batch, last = _batch(session)
            placed += batch.placed
            done = last or at_most is not None and placed >= at_most
            moved = _moved_on(batch, kept, done)
        current_app.extensions[_MAP] = moved
    return Sequenced(placed, batch.next, frozenset(batch.waiting))


def opened(session: Session | None = None) -> Log:
    """The log of this installation. Raises LookupError before the first sequencing."""
    entry = _entry(session or db.session(), 0)
    if entry is None:
        raise LookupError("the log has no entry yet")
    body = json.loads(entry)
    return Log(body["log"], Hashing(body["hash"]))


def find_missed() -> int:
    """Events without a place that are in no waiting transaction either (the whole anti-join): they wait from now on.

    Returns how many transactions they are of.
    """
    with transaction() as session:
        without = (select(AuditEvent.tx_id, func.count().label("events"), func.min(AuditEvent.position).label("first"))
                   .outerjoin(AuditEntry, AuditEntry.event_id == AuditEvent.id)
                   .where(AuditEntry.place.is_(None), AuditEvent.tx_id.not_in(select(AuditPending.tx_id)))
                   .group_by(AuditEvent.tx_id))
        rows = [{"tx_id": tx_id, "bulk": True, "done": first} for tx_id, _, first in session.execute(without)]
        if rows:
            session.execute(insert(AuditPending), rows)
    return len(rows)


@dataclass(frozen=True)
class Kept:
    """The map of heads as of the entry `last`, kept by a process that goes on."""

    last: str
    map: CaseMap


def _moved_on(batch: Batch, kept: Kept | None, state: bool) -> Kept | None:
    """Write the heads of the batch; with `state`, the entry that states them, if a case changed since the last."""
    changed = batch.heads.write()
    current = kept.map if kept and kept.last == _entry(batch.session, batch.first - 1) else None
    if current:
        current.change(changed)
    if state and _due(batch.session):
        current = current or read_map(batch.session, batch.hashing)
        batch.add(heads_entry(batch.next, sum(current.cases), current.root))
    return Kept(_entry(batch.session, batch.next - 1) or "", current) if current else None


def _entry(session: Session, place: int) -> str | None:
    return session.scalar(select(AuditEntry.entry).where(AuditEntry.place == place))


def _due(session: Session) -> bool:
    """Whether events of cases stand behind the last entry of heads."""
    last = select(func.max(AuditEntry.place)).where(AuditEntry.event_id.is_(None)).scalar_subquery()
    query = (select(literal_column("1")).select_from(AuditEntry)
             .join(AuditEvent, AuditEvent.id == AuditEntry.event_id)
             .where(AuditEntry.place > last, AuditEvent.case_id.is_not(None)).limit(1))
    return session.scalar(query) is not None


def _alone(session: Session, wait: bool) -> bool:
    """On SQLite whoever writes is alone."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    if wait:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME}))


def _batch(session: Session) -> tuple[Batch, bool]:
    """A batch of what waits, and whether nothing more did. Single transactions end it: they wait for its commit."""
    size = size_of(session)
    log = opened(session) if size else _named()
    batch = Batch(session, log.hashing, size, Heads(session, log.hashing))
    if not size:
        batch.add(origin_entry(log.origin, log.hashing))
    most = MOST[session.get_bind().dialect.name]
    while True:
        singles, more = _singles(batch)
        share = _share(batch)
        if singles or not share or batch.placed >= most:
            return batch, not (more or share)


def _named() -> Log:
    config = current_app.config
    name = config.get("LOG_ORIGIN") or f"pension-eligibility/{secrets.token_hex(4)}"
    return Log(name, Hashing(config.get("LOG_HASH", "sha256")))


def _singles(batch: Batch) -> tuple[int, bool]:
    """Transactions of few events: each wholly, or not at all while its predecessor waits.

    Returns how many events got places, and whether there may be more.
    """
    session, placed, limit = batch.session, batch.placed, SINGLES
    while True:
        of_few = select(AuditPending.tx_id).where(AuditPending.bulk.is_(False)).order_by(AuditPending.tx_id)
        tx_ids = list(session.scalars(of_few.limit(limit)))
        _place_whole(batch, tx_ids)
        if batch.placed > placed or len(tx_ids) < limit:
            return batch.placed - placed, len(tx_ids) == limit
        limit *= 4  # all of these wait for a later one


def _place_whole(batch: Batch, tx_ids: list[int]) -> None:
    if not tx_ids:
        return
    query = select(*COLUMNS).where(among(AuditEvent.tx_id, tx_ids)).order_by(AuditEvent.tx_id, AuditEvent.position)
    events = read_all(batch.session, query, batch.hashing)
    batch.look_at(events)
    waiting, given, done = _transactions(events.tx_ids), list[int](), list[int]()
    batch.waiting.clear()
    progress = True
    while progress and waiting:  # one may follow another that stands behind it here
        progress, left = False, []
        for first, end in waiting:
            if not batch.fit(events.told, first, end):
                left.append((first, end))
                continue
            batch.put(events.told, first, end)
            given += range(first, end)
            done.append(events.tx_ids[first])
            progress = True
        waiting = left
    batch.send(events, given)
    if done:
        batch.session.execute(delete(AuditPending).where(among(AuditPending.tx_id, done)))


def _transactions(tx_ids: list[int]) -> list[tuple[int, int]]:
    """Where each begins and ends."""
    starts = [at for at, tx_id in enumerate(tx_ids) if not at or tx_ids[at - 1] != tx_id]
    return list(zip(starts, [*starts, len(tx_ids)][1:], strict=True))


def _share(batch: Batch) -> int:
    """A share of each bulk transaction, the oldest first, up to what waits for an event elsewhere. Returns how many."""
    session, placed = batch.session, batch.placed
    bulk = select(AuditPending.tx_id, AuditPending.done).where(AuditPending.bulk).order_by(AuditPending.tx_id)
    for tx_id, done in session.execute(bulk).all():
        query = select(*COLUMNS).where(AuditEvent.tx_id == tx_id, AuditEvent.position >= done)
        events = read_all(session, query.order_by(AuditEvent.position).limit(SHARE), batch.hashing)
        batch.look_at(events)
        fit = batch.put_and_send(events)
        if fit == len(events) < SHARE:
            session.execute(delete(AuditPending).where(AuditPending.tx_id == tx_id))
        elif fit:
            moved = update(AuditPending).where(AuditPending.tx_id == tx_id)
            session.execute(moved.values(done=events.positions[fit - 1] + 1))
    return batch.placed - placed
