"""The list each case stands on now: one row, moved on by the change of a run in the transaction that acts on it."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from audit.models import AuditEvent
from cases.models import Case
from database import db
from database.many import among
from matching.results.models import ListChange, ListEntry, MatchingRun

STANDS = ("list", "reason", "source", "code", "load_id", "row", "sign_on", "sure")
INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def stand(run_id: int, case_ids: Sequence[int]) -> None:
    """These cases stand where the run puts them."""
    change, entry = ListChange.__table__, ListEntry.__table__
    taken = select(change.c.case_id, *(change.c[name] for name in STANDS), literal(run_id)).where(
        change.c.run_id == run_id, among(change.c.case_id, case_ids))
    insert = INSERTS[db.engine.dialect.name](entry).from_select(["case_id", *STANDS, "since_run_id"], taken)
    moved = {name: insert.excluded[name] for name in (*STANDS, "since_run_id")}
    db.session.execute(insert.on_conflict_do_update(index_elements=["case_id"], set_=moved))


def matched() -> ColumnElement[bool]:
    """Of a case and the run that put it on its list: it is still among those whom that run's area compares."""
    area = func.substr(Case.office_path, 1, func.length(MatchingRun.area_path))
    return and_(Case.state != "terminated", area == MatchingRun.area_path)


def left_since(case: Case, entry: ListEntry) -> date | None:
    """Since when the case is no longer matched where its list comes from; None while it is."""
    if case.state == "terminated":
        return case.state_since
    if case.office_path.startswith(entry.since.area_path):
        return None
    moved = select(func.max(AuditEvent.on)).where(AuditEvent.case_id == case.id,
                                                  AuditEvent.type == "ResponsibleOfficeChanged")
    return db.session.scalar(moved) or entry.since.on
