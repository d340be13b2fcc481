"""Many rows and many keys in one statement, on either engine."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from audit.models import AuditTx
from cases.models import Job
from database import db, transaction
from database.copying import lines
from database.many import among, insert_many

MANY = 3_000  # more than an old SQLite would bind one by one
ON = date(2026, 3, 15)


def _job(number: int) -> dict[str, object]:
    return {"kind": f"kind {number}", "on": ON, "office_path": None, "counts": {"认证": number}}


def _written() -> None:
    with transaction() as session:
        insert_many(session, Job, [_job(number) for number in range(MANY)])


def test_rows_come_back_as_they_were_with_their_defaults(context: Flask) -> None:
    _written()
    rows = db.session.scalars(select(Job).order_by(Job.id)).all()
    assert [row.kind for row in rows] == [f"kind {number}" for number in range(MANY)]
    assert rows[7].counts == {"认证": 7} and rows[7].office_path is None and rows[7].on == ON
    assert {row.status for row in rows} == {"running"} and len({row.public_id for row in rows}) == MANY
    assert all(row.started_at.tzinfo for row in rows)


def test_text_that_copy_would_take_for_its_own_comes_back_as_it_was(context: Flask) -> None:
    kinds = ["a\tb", "a\nb\r", "\\N", "\\", "100%s", "认证", ""]
    with transaction() as session:
        insert_many(session, Job, [_job(1) | {"kind": kind, "counts": {kind: "\\ \n"}} for kind in kinds])
        for kind in kinds:  # and where a row stands alone
            insert_many(session, Job, [_job(1) | {"kind": kind}])
    assert list(db.session.scalars(select(Job.kind).order_by(Job.id))) == kinds + kinds
    counts = list(db.session.scalars(select(Job.counts).order_by(Job.id).limit(7)))
    assert counts == [{kind: "\\ \n"} for kind in kinds]


def test_rows_alike_in_everything_are_as_many_as_they_were() -> None:
    assert lines(["a", "%", "1"], 2, "\t", "\n") == ["a\t%\t1\n"] * 2


def test_the_same_json_object_in_two_rows_is_written_twice_and_another_as_itself(context: Flask) -> None:
    shared = {"same": 1}
    with transaction() as session:
        insert_many(session, Job, [_job(n) | {"counts": counts} for n, counts in enumerate((shared, shared, {"b": 2}))])
    assert list(db.session.scalars(select(Job.counts).order_by(Job.id))) == [shared, shared, {"b": 2}]


def test_a_row_that_the_database_refuses_is_an_integrity_error_and_none_is_kept(context: Flask) -> None:
    row = {"uid": "a" * 32, "command": "c", "actor": "SYSTEM", "on": ON}
    with pytest.raises(IntegrityError), transaction() as session:
        insert_many(session, AuditTx, [row, row])
    assert db.session.scalar(select(func.count(AuditTx.id))) == 0


def test_any_number_of_numbers_and_texts_is_looked_for(context: Flask) -> None:
    _written()
    ids = list(db.session.scalars(select(Job.id).order_by(Job.id)))
    assert db.session.scalar(select(func.count(Job.id)).where(among(Job.id, ids[1:]))) == MANY - 1
    assert list(db.session.scalars(select(Job.id).where(among(Job.kind, ["kind 5", "认证 '"], item=str)))) == [ids[5]]
    assert not list(db.session.scalars(select(Job.id).where(among(Job.id, []))))
