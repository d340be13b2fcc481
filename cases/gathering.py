"""Gathering at the end of a month whose period is over, where staff and not the calendar suspend (QD 25)."""
from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import bindparam, select, text

from audit.events import SuspensionGathered
from cases.batch_facts import batch_month
from cases.models import SuspensionBatch
from cases.periods import rules_of_place
from database import db
from database.types import now, public_id
from workflows.deadlines import first_day, next_month

# Whoever else gathers the same office at this moment waits here until the row is committed.
_BEGUN = text("INSERT INTO suspension_batch (public_id, office_path, month, due_on, gathered_on, status, recorded_at)"
              " VALUES (:public_id, :office_path, :month, :due_on, :gathered_on, 'gathered', :recorded_at)"
              " ON CONFLICT DO NOTHING").bindparams(
    *(bindparam(name, type_=SuspensionBatch.__table__.c[name].type) for name in ("due_on", "gathered_on",
                                                                                 "recorded_at")))


def batch_of(path: str, scheme: str, on: date) -> SuspensionBatch:
    """That of the office for the last end of a month, begun where it is not there. In the caller's transaction."""
    wanted = (select(SuspensionBatch).filter_by(office_path=path, month=batch_month(on))
              .execution_options(populate_existing=True))
    found = db.session.scalar(wanted)
    if found is None:
        db.session.execute(_BEGUN, {
            "public_id": public_id(), "office_path": path, "month": batch_month(on),
            "due_on": due_on(path, scheme, on), "gathered_on": on, "recorded_at": now()})
        found = db.session.scalars(wanted).one()
    return found


def due_on(path: str, scheme: str, on: date) -> date | None:
    """The day of the next month by which the batch is to be released; None where the rules set none."""
    day = rules_of_place(path, scheme, on).value("loss_suspension_batch_day")
    return first_day(next_month(batch_month(on))) + timedelta(day - 1) if day else None


def gathered(batch: SuspensionBatch, period_due_on: date) -> SuspensionGathered:
    return SuspensionGathered(batch=batch.public_id, month=batch.month, period_due_on=period_due_on,
                              due_on=batch.due_on)
