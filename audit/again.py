"""Read the rows again that have their places, and compare them with what the log's entries say of them."""
from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.entries import LogAltered, event_entries
from audit.heads import CaseMap, Head, lines_of
from audit.models import AuditEntry, AuditEvent, AuditTx
from audit.placing import COLUMNS, Read, read, size_of
from audit.sequencer import opened
from audit.verify import Hashing, bucket_hash, bucket_of

AT_ONCE = 10_000
PREV = re.compile(r'"prev":(null|\d+),')
HEADS = '"kind":"heads"'


def read_again(session: Session, first: int, end: int) -> int:
    """Compare the entries from place `first` up to `end` with their rows; returns how many. Raises LogAltered."""
    hashing = opened(session).hashing if end else Hashing("sha256")
    for start in range(first, end, AT_ONCE):
        stop = min(start + AT_ONCE, end)
        _compare(_rows(session, start, stop), start, stop, hashing)
    return end - first


def _rows(session: Session, start: int, stop: int) -> Sequence[Any]:
    query = (select(AuditEntry.place, AuditEntry.event_id, AuditEntry.entry, AuditTx.uid, AuditTx.command,
                    AuditTx.recorded_at, *COLUMNS)
             .outerjoin(AuditEvent, AuditEvent.id == AuditEntry.event_id)
             .outerjoin(AuditTx, AuditTx.id == AuditEvent.tx_id)
             .where(AuditEntry.place >= start, AuditEntry.place < stop).order_by(AuditEntry.place))
    return session.execute(query).all()


def _compare(rows: Sequence[Any], start: int, stop: int, hashing: Hashing) -> None:
    if [row[0] for row in rows] != list(range(start, stop)):
        raise LogAltered("audit_entry", f"the places from {start} to {stop} have a gap")
    of_events = [row for row in rows if row[1] is not None]
    for row in of_events:
        if row[6] is None or row[3] is None:
            raise LogAltered(f"place {row[0]}", "its event is not there any more")
    if not of_events:
        return
    events = read([row[6:] for row in of_events], hashing)
    stated = [row[2] for row in of_events]
    made = event_entries(events.digests, events.told, [_prev(entry) for entry in stated])
    if made != stated:
        place = next(row[0] for row, a, b in zip(of_events, made, stated, strict=True) if a != b)
        raise LogAltered(f"place {place}", "the event is not the one that got this place")
    _transactions(of_events, events)


def _transactions(rows: Sequence[Any], events: Read) -> None:
    for row, command, when in zip(rows, events.told.commands, events.told.when, strict=True):
        beside = {"recorded_at": row[5].isoformat(timespec="microseconds"), "tx": row[3], "uid": row[7]}
        if (row[4], beside) != (json.loads(command), json.loads(f"{{{when}}}")):
            raise LogAltered(f"audit_tx {row[3]}", "the transaction is not what its events say")


def _prev(entry: str) -> int | None:
    found = PREV.search(entry)
    return int(found[1]) if found and found[1] != "null" else None


def remade_map(session: Session) -> None:
    """Make the map of heads anew from the entries, and compare all that they state of it. Raises LogAltered."""
    hashing, size = opened(session).hashing, size_of(session)
    buckets: dict[int, dict[str, Head]] = {}
    made, changed = CaseMap(hashing), set[int]()
    for start in range(0, size, AT_ONCE):
        query = select(AuditEntry.place, AuditEntry.entry).where(AuditEntry.place >= start,
                                                                AuditEntry.place < start + AT_ONCE)
        for place, entry in session.execute(query.order_by(AuditEntry.place)):
            body = json.loads(entry)
            if body["kind"] == "heads":
                made.change({n: _hashed(hashing, buckets[n]) for n in changed})
                changed.clear()
                if (body["root"], body["cases"], body["size"]) != (made.root.hex(), sum(made.cases), place):
                    raise LogAltered(f"place {place}", "the map of heads is not that of the entries before it")
            elif body.get("case") is not None:
                number = bucket_of(hashing, body["case"])
                heads = buckets.setdefault(number, {})
                _follows(place, body, heads.get(body["case"]))
                heads[body["case"]] = body["case_seq"], place
                changed.add(number)


def _follows(place: int, body: dict[str, Any], before: Head | None) -> None:
    if (body["case_seq"], body["prev"]) != ((before[0] + 1, before[1]) if before else (1, None)):
        raise LogAltered(f"place {place}", "it does not follow the case's event before")


def _hashed(hashing: Hashing, heads: dict[str, Head]) -> tuple[bytes, int]:
    return bucket_hash(hashing, lines_of(heads)), len(heads)
