"""A real log of two cases, and what its owner can do to it."""
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from audit.events import DecisionWithdrawn, SignedOut, digest
from audit.log import record
from audit.models import AuditEvent
from audit.search import Wanted
from cases.models import Case
from database import db, transaction
from database.triggers import drop_trigger
from staff.models import Office
from tests.audit.conftest import ON, new_case
from tests.audit.exporting import exported, forget_the_log, lines, verified
from tests.owner import as_owner

TABLES = ("audit_event", "audit_tx", "audit_entry", "audit_checkpoint")


def of_first() -> Wanted:
    return Wanted(case_id=db.session.scalars(select(Case.id).order_by(Case.id)).first())


def public(number: int) -> str:
    return list(db.session.scalars(select(Case.public_id).order_by(Case.id)))[number]


def clean(path: Path, wanted: Wanted | None = None) -> Path:
    """An export that verifies, which an attack begins with."""
    folder = exported(path, wanted or of_first())
    assert verified(folder).ok
    return folder


def superuser(*statements: str) -> None:
    """What the owner of the database can do: the triggers are gone, then it writes."""
    with as_owner() as connection:
        for table in TABLES:
            for act in ("update", "delete"):
                drop_trigger(connection, f"{table}_no_{act}")
        for sql in statements:
            connection.exec_driver_sql(sql)


def forged(event_id: int, change: Callable[[dict[str, Any]], None]) -> str:
    """UPDATE of an event's bytes, digest and columns: as carefully as it can be done."""
    row = db.session.get_one(AuditEvent, event_id)
    body = json.loads(row.canonical)
    change(body)
    data = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    written = f"X'{data.hex()}'" if db.engine.dialect.name == "sqlite" else f"'\\x{data.hex()}'"
    db.session.rollback()
    return f"UPDATE audit_event SET canonical = {written}, digest = '{digest(data)}' WHERE id = {event_id}"


def other_stage(body: dict[str, Any]) -> None:
    body["data"]["stage"] = "approval"


def number_of(folder: Path, at: int) -> int:
    return lines(folder / "events.jsonl")[at]["index"]


def two_cases(office: Office) -> None:
    """Four events of each, and one of none."""
    forget_the_log()
    with transaction():
        first, second = new_case(office), new_case(office)
        for n in range(4):
            record(DecisionWithdrawn(decision=f"d{n}", kind="resume", stage="draft"), case=first, actor="SYSTEM", on=ON)
            record(DecisionWithdrawn(decision=f"e{n}", kind="stop", stage="draft"), case=second, actor="SYSTEM",
                   on=ON)
        record(SignedOut(account="a"), actor="SYSTEM", on=ON)
