"""Free text beside events: read with them by whoever may read the event, gone where it was erased."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from audit.events import TYPES, Recorded
from audit.models import AuditPersonal
from audit.verify import ERASED
from database import db


def words_of(events: Mapping[int, Recorded]) -> dict[int, dict[str, Any]]:
    """Event id -> its data with its free text, for events by their id in the log. Other personal values stay out."""
    told = {event_id: dict(read.data) for event_id, read in events.items()}
    for kept in _beside(told):
        if kept.field in TYPES[events[kept.event_id].type].WORDS:
            told[kept.event_id][kept.field] = ERASED if kept.erased_at else kept.value
    return told


def _beside(event_ids: Collection[int]) -> list[AuditPersonal]:
    query = select(AuditPersonal).where(AuditPersonal.event_id.in_(event_ids))
    return list(db.session.scalars(query.order_by(AuditPersonal.event_id, AuditPersonal.field)))
