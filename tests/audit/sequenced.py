"""What tests of the sequencer write, and what a log must be like."""
from __future__ import annotations

import json
from collections import Counter

from sqlalchemy import func, select

from audit.again import read_again, remade_map
from audit.events import SignedOut
from audit.log import FEW, record, record_bulk
from audit.models import AuditEntry, AuditEvent, AuditPending
from cases.models import Case
from database import db, transaction
from tests.audit.conftest import ON

MANY = FEW + 200


def out(case: Case | None = None, times: int = 1) -> None:
    with transaction() as session:
        case = session.merge(case) if case is not None else None
        for _ in range(times):
            record(SignedOut(account="a"), case=case, actor="SYSTEM", on=ON)


def bulk(case_ids: list[int | None]) -> None:
    with transaction():
        record_bulk([(SignedOut(account="a"), of) for of in case_ids], actor="SYSTEM", on=ON, command="sign_out")


def entries() -> list[dict]:
    db.session.rollback()
    return [json.loads(one) for one in db.session.scalars(select(AuditEntry.entry).order_by(AuditEntry.place))]


def whole() -> list[dict]:
    """The log, when each event has one place and each case's follow one another."""
    found, places = entries(), list(db.session.scalars(select(AuditEntry.place).order_by(AuditEntry.place)))
    assert places == list(range(len(found)))
    events = Counter(one["uid"] for one in found if one["kind"] == "event")
    assert events == Counter(db.session.scalars(select(AuditEvent.uid)))
    assert db.session.scalar(select(func.count()).select_from(AuditPending)) == 0
    read_again(db.session, 0, len(found))
    remade_map(db.session)
    return found
