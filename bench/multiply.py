"""Copies of a small city by INSERT ... SELECT: a million cases in minutes, not hours. Indexes are made afterwards.

Every copy has its own keys, numbers and random ids; names, dates, states and encrypted values are those of the first.
The blind index of a copy's person is random: search by ID number is asked about the first city only, in full tables.
"""
from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, text

from audit.models import AuditEvent, AuditPersonal
from bench.indexes import without_indexes
from cases.models import (
    BenefitRate,
    Case,
    CaseTransition,
    Decision,
    DecisionParticipant,
    NamePart,
    NumberSeries,
    Pensioner,
)
from database import db, transaction
from staff.models import NaturalPerson

AT_ONCE = 100  # copies to a statement: a table without its key is read from end to end for each statement
COUNTED = ("WITH RECURSIVE copies(n) AS (SELECT CAST(:first AS integer) UNION ALL SELECT n + 1 FROM copies "
           "WHERE n < CAST(:last AS integer))")
NUMBERED = 13  # characters before the running number, as in 资510107-2026-000123
RANDOM = {"sqlite": "lower(hex(randomblob({0} / 2)))",
          "postgresql": "substr(md5(random()::text || clock_timestamp()) || md5(random()::text), 1, {0})"}
PADDED = {"sqlite": "printf('%06d', {0})", "postgresql": "lpad(({0})::text, greatest(6, length(({0})::text)), '0')"}
# table -> columns that name a row of another table, each moved on by the size of that table
POINTERS: dict[Any, dict[str, Any]] = {
    NaturalPerson: {"id": NaturalPerson},
    Pensioner: {"id": Pensioner, "natural_person_id": NaturalPerson},
    Case: {"id": Case, "pensioner_id": Pensioner},
    NamePart: {"case_id": Case},
    BenefitRate: {"case_id": Case},
    AuditEvent: {"id": AuditEvent, "position": AuditEvent, "case_id": Case},
    AuditPersonal: {"event_id": AuditEvent},
    CaseTransition: {"id": CaseTransition, "case_id": Case, "event_id": AuditEvent},
    Decision: {"id": Decision, "case_id": Case},
    DecisionParticipant: {"decision_id": Decision},
}
RANDOM_COLUMNS = {"public_id": 16, "uid": 32, "id_number_index": 64}
NUMBER_COLUMNS = {"case_no": Case, "decision_no": Decision}


def multiply(copies: int) -> None:
    """That many copies beside what is there."""
    spans = {model: _span(model) for model in POINTERS}
    with without_indexes(tuple(POINTERS)):
        for model in POINTERS:
            statement = text(_statement(model, spans))
            for first in range(1, copies + 1, AT_ONCE):
                with transaction() as session:
                    session.execute(statement, {"first": first, "last": min(copies, first + AT_ONCE - 1)})
    with transaction() as session:
        session.execute(text("UPDATE number_series SET last = 1 + (SELECT count(*) FROM cases)"))
        if db.engine.dialect.name == "postgresql":
            for model in (one for one in POINTERS if "id" in POINTERS[one]):
                table = model.__tablename__
                session.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))
    assert db.session.scalar(select(func.min(NumberSeries.last))) > copies


def _span(model: Any) -> tuple[int, int]:
    """First and last id of the city in a table with ids; staff stand before the city's people."""
    if model is NaturalPerson:
        low, high = db.session.execute(select(func.min(Pensioner.natural_person_id),
                                              func.max(Pensioner.natural_person_id))).one()
    elif model is AuditEvent:
        low, high = db.session.execute(select(func.min(CaseTransition.event_id),
                                              func.max(CaseTransition.event_id))).one()
    elif "id" in POINTERS[model]:
        low, high = db.session.execute(select(func.min(model.id), func.max(model.id))).one()
    else:
        return 0, 0
    return low or 0, high or 0


def _statement(model: Any, spans: dict[Any, tuple[int, int]]) -> str:
    names = [column.name for column in model.__table__.columns]
    values = ", ".join(_value(model, name, spans) for name in names)
    wide = ", ".join(f'"{name}"' for name in names)
    table, only = model.__tablename__, _only(model, spans)
    return f"{COUNTED} INSERT INTO {table} ({wide}) SELECT {values} FROM {table} AS o, copies{only}"


def _only(model: Any, spans: dict[Any, tuple[int, int]]) -> str:
    """The rows of the first city, which copies of it already stand beside."""
    name, of = next((name, of) for name, of in POINTERS[model].items() if name != "position")
    low, high = spans[of]
    return f" WHERE o.{name} BETWEEN {low} AND {high}"


def _value(model: Any, name: str, spans: dict[Any, tuple[int, int]]) -> str:
    engine, column = db.engine.dialect.name, f'o."{name}"'
    if name in POINTERS[model]:
        low, high = spans[POINTERS[model][name]]
        return f"{column} + copies.n * {high - low + 1}"
    if name in RANDOM_COLUMNS:
        return RANDOM[engine].format(RANDOM_COLUMNS[name])
    if name in NUMBER_COLUMNS:
        low, high = spans[NUMBER_COLUMNS[name]]
        running = f"CAST(substr({column}, {NUMBERED + 1}) AS integer) + copies.n * {high - low + 1}"
        return f"substr({column}, 1, {NUMBERED}) || {PADDED[engine].format(running)}"
    return column
