"""Where an event stands: its own id, and the next number in the sequence of its case."""
from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import Table, update
from sqlalchemy.orm import Session

from database import db
from database.many import among

RANDOM_BYTES = 10  # of a uid
Place = tuple[int | None, str | None, int | None, str | None]  # of a case: id, public id, next number, office path


class OfCase(Protocol):
    """A case as the log sees one."""

    id: Any
    public_id: Any
    case_seq: Any
    office_path: Any


def uids(count: int) -> list[str]:
    """Of transactions and events, hex: 48 bits of the clock in milliseconds, then 80 random ones, which keep a digest
    from telling what it is of. What is written together stands together in the index."""
    clock, random = f"{time.time_ns() // 1_000_000:012x}", secrets.token_hex(count * RANDOM_BYTES)
    return [clock + random[at:at + 2 * RANDOM_BYTES] for at in range(0, len(random), 2 * RANDOM_BYTES)]


def cases_table() -> Table:
    return db.metadata.tables["cases"]


def next_place(case: OfCase) -> Place:
    case.case_seq += 1
    return case.id, case.public_id, case.case_seq, case.office_path


def numbered(session: Session, case_ids: list[int | None]) -> list[Place]:
    """The place of each, in order; a repeated case gets successive numbers."""
    wanted = Counter(case_id for case_id in case_ids if case_id is not None)
    known = {i: [i, public, last - wanted[i], path] for i, public, last, path in _advance(session, wanted)}
    found: list[Place] = []
    for case_id in case_ids:
        if case_id is None:
            found.append((None, None, None, None))
            continue
        known[case_id][2] += 1
        found.append(tuple(known[case_id]))  # type: ignore[arg-type]
    return found


def _advance(session: Session, wanted: Mapping[int, int]) -> list[Any]:
    """Move the sequences on by as many as wanted: one statement per number of events."""
    table, rows = cases_table(), []
    for times in sorted(set(wanted.values())):
        ids = sorted(i for i, n in wanted.items() if n == times)
        step = update(table).where(among(table.c.id, ids)).values(case_seq=table.c.case_seq + times)
        rows += session.execute(step.returning(table.c.id, table.c.public_id, table.c.case_seq, table.c.office_path))
    return rows
