"""The list each case stands on now: one row, moved on by the change of a run in the transaction that acts on it."""
from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import literal, select
from sqlalchemy.dialects import postgresql, sqlite

from database import db
from database.many import among
from matching.results.models import ListChange, ListEntry

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
