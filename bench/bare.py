"""The rows of the lapses that a sweep has just written, or of a run applied, written again without them: lower bounds.

Bare: UPDATE of the cases, without and with INSERT ... SELECT of their history. SQLAlchemy Core: the same cases, and
every row of history, notices and log as plain rows, each table by one bulk statement. Tables beside ours take them:
the same columns and indexes, no foreign keys and no triggers.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    MetaData,
    Select,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    text,
    update,
)

from audit.models import AuditEvent
from bench import clock
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
_FIRST_EVENT = select(CaseTransition.event_id).where(CaseTransition.case_id == AuditEvent.case_id,
                                                     CaseTransition.action == "lapse").scalar_subquery()
OF_LAPSE: dict[Any, ColumnElement[bool]] = {
    CaseTransition: CaseTransition.action == "lapse", AuditEvent: AuditEvent.id >= _FIRST_EVENT,
    Notice: Notice.kind == "suspended"}

_SERVERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"


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


def core(ids: list[int], chunk: int, changed: tuple[str, ...] = CHANGED,
         of: Mapping[Any, ColumnElement[bool]] | None = None) -> tuple[Spent, int]:
    """Of SQLAlchemy Core, and how many rows it wrote; reading them is not counted.

    changed: columns of `cases` that are written; of: model -> which of its rows were written with them.
    """
    of = of or OF_LAPSE
    tables = {model: beside(model) for model in of}
    change = update(Case.__table__).where(Case.__table__.c.id == bindparam("of")).values(
        {name: bindparam(name) for name in changed} | {"version": Case.__table__.c.version + 1})
    spent, count = Spent(0, 0, 0), 0
    for some in (ids[start:start + chunk] for start in range(0, len(ids), chunk)):
        cases, rows = _cases(some, changed), {model: list(_rows(model, some, which)) for model, which in of.items()}
        before = Spent.now()
        with transaction() as session:
            session.connection().execute(change, cases)
            for model, table in tables.items():
                if rows[model]:
                    session.connection().execute(insert(table), rows[model])
        spent += Spent.now() - before
        count += len(cases) + sum(map(len, rows.values()))
    return spent, count


def lapsed() -> list[int]:
    query = select(CaseTransition.case_id).where(CaseTransition.action == "lapse")
    return list(db.session.scalars(query.order_by(CaseTransition.case_id)))


def _cases(ids: list[int], changed: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = db.session.execute(select(Case.id, *(getattr(Case, name) for name in changed)).where(
        Case.id.between(ids[0], ids[-1]), Case.id.in_(ids)))
    return [{"of": row.id} | {name: getattr(row, name) for name in changed} for row in rows]


def _rows(model: Any, ids: list[int], which: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    """What was written into the model's table with these cases."""
    table = model.__table__
    key = table.c.case_id if "case_id" in table.c else table.c.pensioner_id
    wanted = ids if "case_id" in table.c else select(Case.pensioner_id).where(Case.id.in_(ids))
    query: Select[Any] = select(table).where(key.in_(wanted), which)
    return (dict(row._mapping) for row in db.session.execute(query))


def settle() -> None:
    """As between two days: dead rows gone, statistics known."""
    db.session.remove()
    statement = "VACUUM ANALYZE" if db.engine.dialect.name == "postgresql" else "ANALYZE"
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)
    if db.engine.dialect.name == "postgresql":
        clock.SERVERS.update(db.session.scalars(text(_SERVERS)))
        db.session.rollback()
