"""The set-based sweep writes what the single path writes, row for row, and nothing else."""
from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, select

from audit.models import AuditEvent
from cases.models import (
    BenefitMonth,
    Case,
    CaseTransition,
    Decision,
    DecisionLine,
    DecisionParticipant,
    Evidence,
    Notice,
    VerificationTask,
)
from cases.sweep import Done, Run, _do
from cases.sweep_steps import STEPS
from database import db, transaction
from tests.people import make_account
from tests.sweep import one_by_one
from tests.sweep.examples import examples
from tests.sweep.random_city import county, days, happen, happened

# What is random or counts writes and statements, not what was done.
PASSED = {
    "cases": {"version"}, "case_transition": {"id", "event_id", "recorded_at"}, "benefit_month": set(),
    "notice": {"id", "public_id", "recorded_at"}, "verification_task": {"id", "public_id", "recorded_at"},
    "decision": {"id", "public_id", "recorded_at"}, "decision_line": {"decision_id"},
    "decision_participant": {"decision_id", "recorded_at"}, "evidence": {"id", "public_id", "recorded_at"},
}
MODELS = (Case, CaseTransition, BenefitMonth, Notice, VerificationTask, Decision, DecisionLine, DecisionParticipant,
          Evidence)
RANDOM_IDS = ("batch", "task", "notice", "decision", "evidence")


class Undone(Exception):
    pass


def rows_of(table: Table) -> list[str]:
    columns = [column for column in table.c if column.name not in PASSED[table.name]]
    return sorted(repr(tuple(row)) for row in db.session.execute(select(*columns)))


def events_of() -> list[tuple[Any, ...]]:
    """Every event's place in its case and all its data; what is random in it is given by what it names."""
    found = db.session.scalars(select(AuditEvent).order_by(
        AuditEvent.case_id, AuditEvent.case_seq, AuditEvent.id))
    return [(row.case_id, row.case_seq, row.type, row.actor, row.on, row.office_path, _data(row)) for row in found]


def _data(row: AuditEvent) -> str:
    body = json.loads(row.canonical)
    assert {name: body["meta"][name] for name in ("case_seq", "office")} == {"case_seq": row.case_seq,
                                                                             "office": row.office_path}
    data = {name: bool(value) if name in RANDOM_IDS else value for name, value in body["data"].items()}
    data |= {"notices": sorted(data["notices"])} if "notices" in data else {}
    return json.dumps(data | {"personal": sorted(name for name, value in body["personal"].items() if value)},
                      sort_keys=True)


def snapshot() -> dict[str, Any]:
    db.session.flush()
    db.session.expire_all()
    return {model.__tablename__: rows_of(model.__table__) for model in MODELS} | {"events": events_of()}


def set_based(on: date, ids: list[int]) -> list[Done]:
    run = Run(on, "", lambda *_: None, lambda _: None)
    return [one for step in STEPS.values() for one in _do(step, ids, run)]


def outcome(path: Any, ids: list[int], drawn: list, on: date) -> tuple[list[Done], dict[str, Any]]:
    """What the path does to the city and leaves of it; undone afterwards."""
    kept: list[Any] = []
    try:
        with transaction():
            happen(ids, drawn, on)
            kept += [path(), snapshot()]
            raise Undone
    except Undone:
        return kept[0], kept[1]


@pytest.fixture
def ids(context: Flask) -> Iterator[list[int]]:
    for name, role in {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}.items():
        make_account(name, [role])
    yield county()


@given(drawn=st.lists(happened, min_size=14, max_size=14), on=days)
@examples(6, 100)
@pytest.mark.article("SC-14", "SC-23", "SC-24", "SC-35", "SC-37")
def test_the_sweep_of_many_leaves_what_the_single_path_leaves(ids: list[int], drawn: list, on: date) -> None:
    expected, rows = outcome(lambda: one_by_one.run(on), ids, drawn, on)
    done, found = outcome(lambda: set_based(on, ids), ids, drawn, on)
    assert sorted(done, key=repr) == sorted(expected, key=repr)
    for table in rows:
        assert found[table] == rows[table], table
