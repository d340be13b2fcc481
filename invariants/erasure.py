"""What is gone beside the log was erased by rule: an event says so, and no copy is left (R2)."""
from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import select

from audit.events import TYPES
from audit.models import AuditEvent, AuditPersonal
from database import db

BATCH = 1000
QUERIES: dict[str, str] = {
    "R2 what was written with a signature goes with the log's copy of it": """
        SELECT s.id FROM review_step s JOIN audit_personal p ON p.event_id = s.event_id AND p.field = 'opinion'
        WHERE p.erased_at IS NOT NULL AND (s.opinion IS NOT NULL OR s.content IS NOT NULL)""",
    "R2 a value beside the log is whole, or erased with its salt": """
        SELECT p.event_id, p.field FROM audit_personal p
        WHERE (p.erased_at IS NULL) <> (p.value IS NOT NULL) OR (p.erased_at IS NULL) <> (p.salt IS NOT NULL)""",
}


def values_gone_without_an_event() -> Iterator[str]:
    """Erased values that no event of erasure names, and commitments whose value was never kept or was taken away."""
    told = {(one["event"], one["field"]) for one in _erasures()}
    query = select(AuditEvent.uid, AuditPersonal.field).join(AuditEvent, AuditEvent.id == AuditPersonal.event_id)
    for uid, field in db.session.execute(query.where(AuditPersonal.erased_at.is_not(None))):
        if (uid, field) not in told:
            yield f"event {uid}: {field} was erased and no event says so"
    yield from _rows_gone()


def _erasures() -> Iterator[dict[str, str]]:
    query = select(AuditEvent.canonical).where(AuditEvent.type == "PersonalErased").execution_options(yield_per=BATCH)
    for canonical in db.session.scalars(query):
        yield json.loads(canonical)["data"]


def _rows_gone() -> Iterator[str]:
    """Each commitment has its row; read type by type."""
    for name, kind in TYPES.items():
        if not kind.PERSONAL:
            continue
        rows = (select(AuditEvent.uid, AuditEvent.canonical, AuditPersonal.field)
                .outerjoin(AuditPersonal, AuditPersonal.event_id == AuditEvent.id)
                .where(AuditEvent.type == name).order_by(AuditEvent.id).execution_options(yield_per=BATCH))
        yield from _missing(db.session.execute(rows))


def _missing(rows: object) -> Iterator[str]:
    uid: str | None = None
    wanted = set[str]()
    for row in rows:  # type: ignore[attr-defined]
        if row.uid != uid:
            yield from _named(uid, wanted)
            uid, wanted = row.uid, {name for name, kept in json.loads(row.canonical)["personal"].items() if kept}
        wanted.discard(row.field)
    yield from _named(uid, wanted)


def _named(uid: str | None, fields: set[str]) -> Iterator[str]:
    yield from (f"event {uid}: {field} is not there and no event says it was erased" for field in sorted(fields))


READ = {"R2 what is missing beside the log was erased, and an event says so": values_gone_without_an_event}
