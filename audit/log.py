"""The only writer of the log. Events commit with the business rows they tell of, or neither does (R5)."""
from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Protocol, TypeVar

from sqlalchemy import bindparam, event, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from audit.events import SALT_BYTES, Event, Meta, canonical, canonical_many, digest, personal_values
from audit.models import AuditEvent, AuditPending, AuditPersonal, AuditTx
from audit.opening import begin
from audit.places import OfCase, Place, cases_table, next_place, numbered, uids
from database import db, in_transaction
from database.many import insert_columns, insert_many
from database.types import now

_T = TypeVar("_T")
_KEY, _STALE = "audit", "audit_stale"
CHUNK = 5_000  # events made at a time, so that memory stays flat
FEW = 500  # events of a transaction; one of more gets its places a share at a time


class OutsideTransaction(RuntimeError):
    """An event was to be recorded outside `transaction()`: it could commit without what it tells of."""


class WhoActs(Protocol):
    """An actor as the log sees one."""

    @property
    def account_public_id(self) -> str: ...


@dataclass
class _Open:
    """The log's side of the transaction that is open: its row (`uid`, `command`, `recorded_at`), the next position, by
    case id the last number given and those of them that the cases' own rows do not say yet; whether its row in
    audit_pending says `bulk`."""

    tx_id: int
    tx: dict[str, Any]
    next: int = 0
    numbers: dict[int, int] = field(default_factory=dict)
    unwritten: set[int] = field(default_factory=set)
    bulk: bool = False


def record(happened: Event, *, case: OfCase | None = None, actor: WhoActs | str, on: date,
           command: str | None = None, office_path: str | None = None) -> AuditEvent:
    """Write `happened` into the open transaction and return its row; it is sent with the session's next flush.

    `actor`: an Actor, or "SYSTEM". `on`: the business date. `command`: name of the command, first one given in the
    transaction counts. `case`: takes the next number of the case's sequence, under its row lock, without a change of
    its version. `office_path`: whose area the event belongs to; the case's when left out.
    Raises OutsideTransaction, NotCanonical.
    """
    session = _session()
    opened = _opened(session, happened, actor, on, command)
    seq = _next_of_case(session, opened, case) if case is not None else None
    path = office_path or (case.office_path if case is not None else None)
    meta = _meta(opened, actor, on, case.public_id if case is not None else None, seq, path)
    values, salts = _salted(happened)
    row = AuditEvent(**_columns(happened, meta, opened.tx_id, case.id if case is not None else None, salts))
    session.add(row)
    session.add_all(AuditPersonal(event=row, field=f, salt=salts[f], value=v) for f, v in values.items())
    opened.next += 1
    return row


def record_bulk(rows: Iterable[tuple[Event, int | None]], *, actor: WhoActs | str, on: date, command: str,
                ) -> list[int]:
    """Write many events, (event, case id or None) each, and return their ids in the same order.

    For runs over a whole area: a few statements per 5,000 events. A case may appear more than once.
    """
    session = _session()
    session.flush()
    ids: list[int] = []
    for chunk in _batched(rows, CHUNK):
        places = numbered(session, [case_id for _, case_id in chunk])
        ids += _write(session, [happened for happened, _ in chunk], places, actor, on, command)
    return ids


def record_of_locked(rows: Iterable[tuple[Event, OfCase]], *, actor: WhoActs | str, on: date, command: str,
                     ) -> list[int]:
    """The same for cases locked and read by the caller, who writes the `case_seq` they are given here with whatever
    else changes of them, in the same transaction: each case is then written once.
    """
    session, ids = _session(), list[int]()
    for chunk in _batched(rows, CHUNK):
        places = [next_place(case) for _, case in chunk]
        ids += _write(session, [happened for happened, _ in chunk], places, actor, on, command)
    return ids


def _batched(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(rows)
    while chunk := list(islice(rest, size)):
        yield chunk


def _write(session: Session, happened: Sequence[Event], places: Sequence[Place], actor: WhoActs | str, on: date,
           command: str) -> list[int]:
    opened = _opened(session, happened[0], actor, on, command)
    opened.numbers.clear()  # theirs are moved on beside what is known here
    first, tx_id, salted = opened.next, opened.tx_id, [_salted(one) for one in happened]
    columns = _columns_of_many(happened, places, _around(opened, actor, on), first, [salts for _, salts in salted])
    insert_columns(session, AuditEvent, {"tx_id": tx_id} | columns, len(happened))
    opened.next += len(happened)
    if opened.next > FEW and not opened.bulk:
        opened.bulk = True
        session.execute(update(AuditPending).where(AuditPending.tx_id == tx_id).values(bulk=True))
    query = select(AuditEvent.id).where(AuditEvent.tx_id == tx_id, AuditEvent.position >= first)
    ids = list(session.scalars(query.order_by(AuditEvent.position)))
    insert_many(session, AuditPersonal, [
        {"event_id": i, "field": f, "salt": salts[f], "value": value}
        for i, (values, salts) in zip(ids, salted, strict=True) for f, value in values.items()])
    return ids


def _columns_of_many(happened: Sequence[Event], places: Sequence[Place], around: dict[str, Any], first: int,
                     salts: Sequence[Mapping[str, bytes]]) -> dict[str, Any]:
    """Of the rows of these events; `first`: the position of the first of them."""
    case_ids, cases, numbers, offices = map(list, zip(*places, strict=True))
    own = {"uid": uids(len(happened)), "position": list(range(first, first + len(happened))), "case_seq": numbers}
    written = canonical_many(happened, around | own | {"case": cases, "office": offices}, salts)
    return own | {"type": [one.type() for one in happened], "actor": around["actor"], "on": around["on"],
                  "case_id": case_ids, "office_path": offices, "canonical": written,
                  "digest": list(map(digest, written))}


def _session() -> Session:
    if not in_transaction():
        raise OutsideTransaction
    return db.session()


def _opened(session: Session, happened: Event, actor: WhoActs | str, on: date, command: str | None) -> _Open:
    """The transaction's row in the log, made with its first event."""
    opened: _Open | None = session.info.get(_KEY)
    if opened is not None and session.info.pop(_STALE, False):
        opened = _after_savepoint(session, opened)
    if opened is None:
        session.flush()
        tx = {"uid": uids(1)[0], "command": command or happened.type(), "recorded_at": now()}
        opened = _Open(begin(session, tx | {"actor": _name(actor), "on": on}), tx)
    session.info[_KEY] = opened
    return opened


def _after_savepoint(session: Session, opened: _Open) -> _Open | None:
    """What a rollback to a savepoint has left of it: nothing when the row was made inside."""
    events = select(func.count()).select_from(AuditEvent).where(AuditEvent.tx_id == opened.tx_id).scalar_subquery()
    found = session.scalar(select(events).select_from(AuditTx).where(AuditTx.id == opened.tx_id))
    return None if found is None else _Open(opened.tx_id, opened.tx, found)


@event.listens_for(Session, "after_soft_rollback")
def _rolled_back(session: Session, _previous: Any) -> None:
    session.info[_STALE] = True


def _next_of_case(session: Session, opened: _Open, case: OfCase) -> int:
    """The next number of the case's sequence. The first UPDATE is the row lock; the case's version stays."""
    if case.id in opened.numbers:
        seq = opened.numbers[case.id] + 1
        opened.unwritten.add(case.id)
    else:
        session.flush()
        table = cases_table()
        step = update(table).where(table.c.id == case.id).values(case_seq=table.c.case_seq + 1)
        seq = session.execute(step.returning(table.c.case_seq)).scalar_one()
    opened.numbers[case.id] = seq
    set_committed_value(case, "case_seq", seq)
    return seq


@event.listens_for(Session, "before_flush")
def _write_numbers(session: Session, *_rest: Any) -> None:
    """The numbers of the events about to be sent, in the rows of their cases."""
    opened: _Open | None = session.info.get(_KEY)
    if opened is not None and opened.unwritten:
        table = cases_table()
        session.execute(
            update(table).where(table.c.id == bindparam("of_case")).values(case_seq=bindparam("number")),
            [{"of_case": case_id, "number": opened.numbers[case_id]} for case_id in sorted(opened.unwritten)])
        opened.unwritten.clear()


def _meta(opened: _Open, actor: WhoActs | str, on: date, case: str | None, seq: int | None, path: str | None) -> Meta:
    return Meta(uid=uids(1)[0], position=opened.next, case=case, case_seq=seq, office=path,
                **_around(opened, actor, on))


def _around(opened: _Open, actor: WhoActs | str, on: date) -> dict[str, Any]:
    """What surrounds every event of the transaction."""
    return {"tx": opened.tx["uid"], "command": opened.tx["command"], "actor": _name(actor), "on": on,
            "recorded_at": opened.tx["recorded_at"]}


def _columns(happened: Event, meta: Meta, tx_id: int, case_id: int | None, salts: dict[str, bytes]) -> dict[str, Any]:
    data = canonical(happened, meta, salts)
    return {"uid": meta.uid, "tx_id": tx_id, "position": meta.position, "type": happened.type(), "actor": meta.actor,
            "on": meta.on, "case_id": case_id, "case_seq": meta.case_seq, "office_path": meta.office,
            "canonical": data, "digest": digest(data)}


def _salted(happened: Event) -> tuple[dict[str, str], dict[str, bytes]]:
    values = personal_values(happened)
    return values, {name: os.urandom(SALT_BYTES) for name in values}


def _name(actor: WhoActs | str) -> str:
    return actor if isinstance(actor, str) else actor.account_public_id
