"""Personal values beside the events, for whoever may have them, and the events that say why a value is gone."""
from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.events import PersonalErased
from audit.exports.proofs import Proofs
from audit.exports.selection import Placed
from audit.models import AuditEntry, AuditEvent, AuditPersonal
from audit.verify import OnDisk


def value_lines(session: Session, rows: Sequence[Placed], uids: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Values and salts of these events. uids: of the events by their id."""
    places = {row.event_id: row.place for row in rows if row.event_id is not None}
    columns = AuditPersonal.event_id, AuditPersonal.field, AuditPersonal.value, AuditPersonal.salt
    query = select(*columns).where(AuditPersonal.event_id.in_(places))
    for event_id, field, value, salt in sorted(session.execute(query), key=lambda one: (places[one[0]], one[1])):
        yield {"index": places[event_id], "event": uids[event_id], "field": field, "value": value,
               "salt": base64.b64encode(salt).decode() if salt else None}


def erasure_lines(session: Session, proofs: Proofs, erased: OnDisk) -> Iterator[dict[str, Any]]:
    """The events of erasure of these events' values, whenever recorded, each with its proof. erased: by uid."""
    query = (select(AuditEntry.place, AuditEntry.entry, AuditEvent.canonical)
             .join(AuditEntry, AuditEntry.event_id == AuditEvent.id)
             .where(AuditEvent.type == PersonalErased.type(), AuditEntry.place < proofs.size)
             .order_by(AuditEntry.place))
    for place, entry, canonical in session.execute(query.execution_options(yield_per=500)):
        if erased.get(json.loads(canonical)["data"]["event"]) is not None:
            yield {"index": place, "entry": entry, "canonical": canonical.decode(), "proof": proofs.inclusion(place)}
