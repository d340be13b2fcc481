"""Erase personal values of events by retention rule: the commitment stays, and an event says so (R2).

With the value beside the log goes the copy on the business row, in the same transaction.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnElement, Table, Text, and_, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.orm import Session

from audit.events import PersonalErased
from audit.log import WhoActs, record, record_bulk
from audit.models import AuditEvent, AuditPersonal
from audit.retention import due, terms
from audit.words import ERASED
from database import db, transaction
from database.many import among
from database.types import now

CHUNK = 5_000
COMMAND = "erase_personal"
PROPOSALS = ("DecisionOpened", "DecisionEdited")
OPINIONS = ("InitialReviewPassed", "DecisionRechecked", "DecisionApproved", "DecisionReturned", "DecisionRejected")


Becomes = Callable[[str, Table], Any]  # of the engine's name and the table: what takes the value's place, in SQL


@dataclass(frozen=True)
class Copy:
    """Where the value of a field of these events stands a second time: columns of `table` and what takes their place.

    named_by: the field of the event that holds the row's public id; None: the row names the event. of_day: instead,
    the column of the day on which the event's case got the row; `decided`: the row is of a decision of that case.
    """

    types: tuple[str, ...]
    field: str
    table: str
    becomes: Mapping[str, Any | Becomes]
    named_by: str | None = None
    of_day: str | None = None
    decided: bool = False


def _without_reasons(engine: str, table: Table) -> Any:
    """`fields` with its reasons, where there are any, marked as erased."""
    if engine == "sqlite":
        return func.json_replace(table.c.fields, "$.reasons", ERASED)
    marked = func.jsonb_set(cast(table.c.fields, JSONB), array(["reasons"]), func.to_jsonb(cast(ERASED, Text)), False)
    return cast(marked, JSON)


COPIES = (
    Copy(OPINIONS, "opinion", "review_step", {"opinion": None, "content": None}),
    Copy(("ObjectionLodged",), "grounds", "objection", {"grounds": ERASED}, "objection"),
    Copy(("ObjectionLodged",), "lodged_by_name", "objection", {"lodged_by_name": None}, "objection"),
    Copy(("ObjectionLodged",), "phone", "objection", {"phone": None}, "objection"),
    Copy(("VerificationFinished", "VerificationReleased"), "note", "verification_task", {"note": None}, "task"),
    Copy(PROPOSALS, "proposed", "decision", {"personal": None}, "decision"),
    Copy(PROPOSALS, "reasons", "decision", {"fields": _without_reasons}, "decision"),
    Copy(("NoticeSent",), "proof", "notice", {"proof": None}, "notice"),
    Copy(("NoticeReturned", "NoticeFailed"), "error", "notice", {"proof": None}, "notice"),
    Copy(("CaseFollowedUp",), "note", "follow_up", {"note": ERASED}, of_day="on"),
    Copy(("NotPassedNoted",), "note", "not_passed", {"note": None}, of_day="noted_on"),
    Copy(("LimitPaused",), "note", "limit_pause", {"note": ERASED}, of_day="paused_on", decided=True),
)


def erase_due(on: date, *, actor: WhoActs | str, check: Callable[[], object] = lambda: None) -> int:
    """Erase all that is kept no longer on that day, some thousands of values to a transaction; returns how many.

    check: asked first in each transaction, and may refuse: rights are those of the moment (P4). Killed between,
    it is run again; where two run at once, each value is one's alone. An event that is not of this log's catalogue
    stays.
    """
    done = 0
    for term in terms(on):
        while True:
            with transaction() as session:
                check()
                rows = session.execute(due(term).limit(CHUNK).with_for_update(of=AuditPersonal)).all()
                if rows:
                    _erase(session, rows, term.basis, actor, on)
            done += len(rows)
            if not rows:
                break
    return done


def erase(event_id: int, field: str, *, basis: str, actor: WhoActs | str, on: date) -> AuditEvent:
    """Inside a transaction: one value and its salt go, for ever. Raises LookupError when there is none left."""
    query = select(AuditPersonal).where(AuditPersonal.event_id == event_id, AuditPersonal.field == field)
    kept = db.session.scalar(query.with_for_update())
    of = db.session.get(AuditEvent, event_id)
    if kept is None or of is None or kept.erased_at is not None:
        raise LookupError(field)
    kept.value, kept.salt, kept.erased_at = None, None, now()
    db.session.flush()
    _erase_copies(db.session(), [(event_id, field, of.uid, of.type, of.canonical, of.case_id)])
    return record(PersonalErased(event=of.uid, field=field, basis=basis), actor=actor, on=on,
                  command=COMMAND, office_path=of.office_path)


def _erase(session: Session, rows: Sequence[Any], basis: str, actor: WhoActs | str, on: date) -> None:
    at = now()
    for field in sorted({row.field for row in rows}):
        ids = [row.event_id for row in rows if row.field == field]
        session.execute(update(AuditPersonal)
                        .where(among(AuditPersonal.event_id, ids), AuditPersonal.field == field,
                               AuditPersonal.erased_at.is_(None))
                        .values(value=None, salt=None, erased_at=at))
    _erase_copies(session, rows)
    record_bulk([(PersonalErased(event=row.uid, field=row.field, basis=basis), row.case_id) for row in rows],
                actor=actor, on=on, command=COMMAND)


def _erase_copies(session: Session, rows: Sequence[Any]) -> None:
    """rows: (event id, field, uid, type, canonical bytes, case id)."""
    engine = session.get_bind().dialect.name
    for copy in COPIES:
        chosen = [row for row in rows if row[1] == copy.field and row[3] in copy.types]
        if not chosen:
            continue
        table = db.metadata.tables[copy.table]
        change = update(table).values({column: value(engine, table) if callable(value) else value
                                       for column, value in copy.becomes.items()})
        if copy.of_day:
            days = {(row[5], _event(row)["meta"]["on"]) for row in chosen}
            session.connection().execute(change.where(_of_day(copy, table)), [
                {"of_case": case_id, "that_day": date.fromisoformat(day)} for case_id, day in sorted(days)])
        elif copy.named_by is None:
            session.execute(change.where(among(table.c.event_id, [row[0] for row in chosen])))
        else:
            named = [_event(row)["data"][copy.named_by] for row in chosen]
            session.execute(change.where(among(table.c.public_id, named, item=str)))


def _event(row: Any) -> dict[str, Any]:
    return json.loads(row[4])  # type: ignore[no-any-return]


def _of_day(copy: Copy, table: Table) -> ColumnElement[bool]:
    of_case, same_day = bindparam("of_case"), table.c[copy.of_day] == bindparam("that_day")
    if not copy.decided:
        return and_(table.c.case_id == of_case, same_day)
    decision = db.metadata.tables["decision"]
    return and_(table.c.decision_id.in_(select(decision.c.id).where(decision.c.case_id == of_case)), same_day)
