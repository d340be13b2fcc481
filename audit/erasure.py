"""Erase a personal value of an event by a retention rule: the commitment stays, and an event says so (R2)."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit.events import PersonalErased
from audit.log import WhoActs, record
from audit.models import AuditEvent, AuditPersonal
from database import db
from database.types import now


def erase(event_id: int, field: str, *, basis: str, actor: WhoActs | str, on: date) -> AuditEvent:
    """Inside a transaction: value and salt go, for ever. Raises LookupError when there is none left to erase."""
    query = select(AuditPersonal).where(AuditPersonal.event_id == event_id, AuditPersonal.field == field)
    kept = db.session.scalar(query.with_for_update())
    of = db.session.get(AuditEvent, event_id)
    if kept is None or of is None or kept.erased_at is not None:
        raise LookupError(field)
    kept.value, kept.salt, kept.erased_at = None, None, now()
    return record(PersonalErased(event=of.uid, field=field, basis=basis), actor=actor, on=on,
                  command="erase_personal", office_path=of.office_path)
