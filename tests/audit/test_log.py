"""The only writer of the log."""
from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit.events import ContactChanged, SignedOut, StepRefused, SweepRun, VerificationOpened, commitment, parse
from audit.log import OutsideTransaction, record, record_bulk
from audit.models import AuditEvent, AuditPersonal, AuditTx
from audit.search import Wanted, events, page
from cases.models import Case
from database import db, transaction
from staff.models import Office
from tests.audit.conftest import ON, new_case


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_an_event_outside_a_transaction_is_refused(context: Flask) -> None:
    with pytest.raises(OutsideTransaction):
        record(SignedOut(account="a"), actor="SYSTEM", on=ON)


def test_a_transaction_that_fails_leaves_no_event(case: Case) -> None:
    with pytest.raises(RuntimeError), transaction():
        record(SignedOut(account="a"), case=case, actor="SYSTEM", on=ON)
        raise RuntimeError
    assert (count(AuditTx), count(AuditEvent), db.session.get(Case, case.id).case_seq) == (0, 0, 0)


def test_events_of_one_transaction_stand_under_one_row_in_order(context: Flask) -> None:
    with transaction():
        rows = [record(SignedOut(account=str(n)), actor="SYSTEM", on=ON, command="sign_out") for n in range(3)]
    with transaction():
        other = record(SignedOut(account="x"), actor="SYSTEM", on=ON)
    assert [r.position for r in rows] == [0, 1, 2]
    assert {r.tx_id for r in rows} == {rows[0].tx_id} != {other.tx_id}
    assert db.session.get(AuditTx, rows[0].tx_id).command == "sign_out"


def test_a_case_counts_its_events_and_its_version_stays(case: Case) -> None:
    version = case.version
    with transaction():
        rows = [record(SignedOut(account="a"), case=case, actor="SYSTEM", on=ON) for _ in range(2)]
    assert [r.case_seq for r in rows] == [1, 2]
    assert (case.case_seq, case.version) == (2, version)
    meta = parse(rows[1].canonical).meta
    assert (meta.case, meta.case_seq, meta.office) == (case.public_id, 2, case.office_path)


def test_a_refusal_after_a_rolled_back_savepoint_stands_alone_and_in_order(case: Case) -> None:
    with transaction() as session:
        savepoint = session.begin_nested()
        record(SignedOut(account="a"), case=case, actor="SYSTEM", on=ON)
        savepoint.rollback()
        row = record(StepRefused(refusal="SAME_PERSON", attempted="recheck"), case=case, actor="SYSTEM", on=ON)
    assert (row.position, row.case_seq, count(AuditEvent), count(AuditTx)) == (0, 1, 1, 1)


def test_a_savepoint_rolled_back_in_the_middle_leaves_no_gap(case: Case) -> None:
    with transaction() as session:
        record(SignedOut(account="a"), case=case, actor="SYSTEM", on=ON)
        savepoint = session.begin_nested()
        record(SignedOut(account="b"), case=case, actor="SYSTEM", on=ON)
        savepoint.rollback()
        last = record(SignedOut(account="c"), case=case, actor="SYSTEM", on=ON)
    assert (last.position, last.case_seq, count(AuditEvent)) == (1, 2, 2)


def test_a_personal_value_stands_in_the_log_as_a_commitment_only(case: Case) -> None:
    with transaction():
        row = record(ContactChanged(pensioner="p", changed=("phone",), phone="13800001111"), case=case,
                     actor="SYSTEM", on=ON)
    beside = db.session.scalars(select(AuditPersonal).where(AuditPersonal.event_id == row.id)).one()
    assert b"13800001111" not in row.canonical
    assert beside.value == "13800001111"
    told = {name: value for name, value in parse(row.canonical).personal.items() if value is not None}
    assert told == {"phone": commitment(beside.salt, beside.value)}


def test_a_sweep_writes_many_events_with_their_cases_numbers(office: Office) -> None:
    with transaction():
        cases = [new_case(office) for _ in range(5)]
        record(SweepRun(swept_on=ON, counts={"suspend": 5}), actor="SYSTEM", on=ON, command="sweep")
        wanted = [(VerificationOpened(task=str(n), cause="warning_period", due_on=ON), c.id)
                  for n, c in enumerate([*cases, cases[0]])]
        ids = record_bulk([*wanted, (SignedOut(account="a"), None)], actor="SYSTEM", on=ON, command="sweep")
    rows = [db.session.get(AuditEvent, i) for i in ids]
    assert [r.position for r in rows] == list(range(1, 8))
    assert [r.case_seq for r in rows] == [1, 1, 1, 1, 1, 2, None]
    assert [parse(r.canonical).meta.case for r in rows[:5]] == [c.public_id for c in cases]
    assert db.session.get(Case, cases[0].id, populate_existing=True).case_seq == 2


def test_events_are_found_by_who_acted_the_system_too(context: Flask) -> None:
    with transaction():
        for who in ("SYSTEM", "a1", "SYSTEM", "a2"):
            record(SignedOut(account="x"), actor=who, on=ON)
    found = {who: [row.actor for row in page(events(Wanted(actor=who))).rows] for who in ("SYSTEM", "a1", "a3")}
    assert found == {"SYSTEM": ["SYSTEM", "SYSTEM"], "a1": ["a1"], "a3": []}
