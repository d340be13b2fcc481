"""Free words and personal values: the log holds a commitment, and what a table has is held against it (R3)."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from audit.events import Recorded, commitment
from audit.models import AuditEvent, AuditPersonal
from database import db
from database.many import among
from replay.part import UNTOLD, Rows

AT_ONCE = 5_000


class Committed(NamedTuple):
    """What an event committed to in a field: SHA-256 of salt and value, hex."""

    commitment: str
    event: str  # uid
    field: str


Salts = Mapping[tuple[str, str], bytes]


def words(name: str) -> Callable[[Recorded], Any]:
    """The commitment of the field; None where the event had no value, UNTOLD by an entry older than the field."""
    def read(happened: Recorded) -> Any:
        kept = happened.personal.get(name, UNTOLD)
        return Committed(kept, happened.meta.uid, name) if isinstance(kept, str) else kept
    return read


def salts_of(tables: Iterable[Rows]) -> Salts:
    """(event, field) -> salt, of all that was committed to in these rows and is not erased."""
    uids = sorted({value.event for rows in tables for row in rows.values() for value in row.values()
                   if isinstance(value, Committed)})
    found: dict[tuple[str, str], bytes] = {}
    for first in range(0, len(uids), AT_ONCE):
        query = (select(AuditEvent.uid, AuditPersonal.field, AuditPersonal.salt)
                 .join(AuditEvent, AuditPersonal.event_id == AuditEvent.id)
                 .where(among(AuditEvent.uid, uids[first:first + AT_ONCE], item=str), AuditPersonal.salt.is_not(None)))
        found |= {(uid, field): salt for uid, field, salt in db.session.execute(query)}
    return found


def same(value: Any, said: Committed, salts: Mapping[tuple[str, str], bytes]) -> bool:
    """Whether the value is what the event committed to; what was erased by a retention rule cannot be said."""
    salt = salts.get((said.event, said.field))
    return salt is None or (isinstance(value, str) and commitment(bytes(salt), value) == said.commitment)
