"""The rows of the lapses that a sweep has just written, written again without it: the lower bounds it stands beside.

Bare: UPDATE of the cases, without and with INSERT ... SELECT of their history. SQLAlchemy Core: the same cases, and
every row of history, notices and log as plain rows, each table by one bulk statement. Tables beside ours take them:
the same columns and indexes, no foreign keys and no triggers.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Index, MetaData, Select, Table, UniqueConstraint, bindparam, insert, select, text, update

from audit.models import AuditEvent
from bench.city import ON
from bench.clock import Spent
from cases.models import Case, CaseTransition, Notice
from database import db, transaction

RESET = """UPDATE cases SET state = 'verified', state_reason = NULL, withheld_from = NULL, version = version + 1
    WHERE state = 'suspended'"""
UPDATE = """UPDATE cases SET state = 'suspended', state_since = :on, state_reason = 'lapsed', state_basis = 'SC-24',
    withheld_from = '2026-04', version = version + 1 WHERE due_on = :due AND id BETWEEN :first AND :last"""
HISTORY = """INSERT INTO bare_case_transition SELECT * FROM case_transition WHERE action = 'lapse'
    AND case_id BETWEEN :first AND :last"""
CHANGED = ("state", "state_since", "state_reason", "state_basis", "rules_version", "withheld_from")


def beside(model: Any) -> Table:
    """An empty table like the model's."""
    table, metadata = model.__table__, MetaData()
    columns = [Column(one.name, one.type, primary_key=one.primary_key, nullable=one.nullable) for one in table.columns]
    keys = [UniqueConstraint(*key.columns.keys()) for key in table.constraints if isinstance(key, UniqueConstraint)]
    made = Table(f"bare_{table.name}", metadata, *columns, *keys)
    for index in table.indexes:
        Index(f"bare_{index.name}", *(made.c[column.name] for column in index.columns), unique=index.unique)
    metadata.drop_all(db.engine)
    metadata.create_all(db.engine)
    return made


def statements(written: tuple[str, ...], cases: int, chunk: int, due: Any) -> Spent:
    """Of these statements over all cases, `chunk` ids to a transaction."""
    before = Spent.now()
    for first in range(1, cases + 1, chunk):
        with transaction() as session:
            for statement in written:
                session.execute(text(statement), {"on": ON, "due": due, "first": first, "last": first + chunk - 1})
    return Spent.now() - before


def core(ids: list[int], chunk: int) -> tuple[Spent, int]:
    """Of SQLAlchemy Core, and how many rows it wrote; reading them is not counted."""
    tables = {model: beside(model) for model in (CaseTransition, AuditEvent, Notice)}
    change = update(Case.__table__).where(Case.__table__.c.id == bindparam("of")).values(
        {name: bindparam(name) for name in CHANGED} | {"version": Case.__table__.c.version + 1})
    spent, count = Spent(0, 0, 0), 0
    for some in (ids[start:start + chunk] for start in range(0, len(ids), chunk)):
        cases, rows = _cases(some), {model: list(_rows(model, some)) for model in tables}
        before = Spent.now()
        with transaction() as session:
            session.connection().execute(change, cases)
            for model, table in tables.items():
                session.connection().execute(insert(table), rows[model])
        spent += Spent.now() - before
        count += len(cases) + sum(map(len, rows.values()))
    return spent, count


def lapsed() -> list[int]:
    query = select(CaseTransition.case_id).where(CaseTransition.action == "lapse")
    return list(db.session.scalars(query.order_by(CaseTransition.case_id)))


def _cases(ids: list[int]) -> list[dict[str, Any]]:
    rows = db.session.execute(select(Case.id, *(getattr(Case, name) for name in CHANGED)).where(
        Case.id.between(ids[0], ids[-1]), Case.id.in_(ids)))
    return [{"of": row.id} | {name: getattr(row, name) for name in CHANGED} for row in rows]


def _rows(model: Any, ids: list[int]) -> Iterator[dict[str, Any]]:
    """What the lapses of these cases wrote into the model's table."""
    table = model.__table__
    query: Select[Any] = select(table).where(table.c.case_id.in_(ids), *_of_lapse(model))
    return (dict(row._mapping) for row in db.session.execute(query))


def _of_lapse(model: Any) -> tuple[Any, ...]:
    if model is CaseTransition:
        return (CaseTransition.action == "lapse",)
    if model is Notice:
        return (Notice.kind == "suspended",)
    first = select(CaseTransition.event_id).where(CaseTransition.case_id == AuditEvent.case_id,
                                                  CaseTransition.action == "lapse").scalar_subquery()
    return (AuditEvent.id >= first,)
