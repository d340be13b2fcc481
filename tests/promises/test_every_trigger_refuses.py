"""The last word of the database, trigger by trigger: what each refuses even to the owner of the tables, clause by
clause, and that nothing else of the database says it when the trigger is gone (P1, P2, S1, R2, F4).
"""
from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cases import review
from cases.decisions import Proposal, open_decision
from cases.models import Case, ImportBatch, ImportProposal
from database import db, transaction
from database.triggers import TRIGGERS, Trigger, drop_trigger
from tests.case_builder import LAPSED, make_case
from tests.engines import Copies, chosen
from tests.owner import as_owner
from tests.people import account, actor, make_account
from tests.promises import (
    batch_attempts,
    duty_attempts,
    feed_attempts,
    ledger_attempts,
    log_attempts,
    matching_attempts,
    trigger_attempts,
)
from tests.promises.batch_attempts import keep_batches
from tests.promises.county import ON, POSTS
from tests.promises.duty_attempts import keep_duties
from tests.promises.feed_attempts import keep_feeds
from tests.promises.ledger_attempts import keep_ledgers
from tests.promises.log_attempts import keep_anchors
from tests.promises.matching_attempts import keep_runs
from tests.promises.test_two_approvers import waiting
from tests.promises.trigger_attempts import REPLACED, copied, replacing

ATTEMPTS = (trigger_attempts.ATTEMPTS | ledger_attempts.ATTEMPTS | feed_attempts.ATTEMPTS
            | matching_attempts.ATTEMPTS | batch_attempts.ATTEMPTS | duty_attempts.ATTEMPTS
            | log_attempts.ATTEMPTS)
UNSTEPPED = "(SELECT min(id) FROM audit_event WHERE id NOT IN (SELECT event_id FROM case_transition))"
TRIED = [(name, number) for name, attempts in ATTEMPTS.items() for number in range(len(attempts))
         if chosen() != "sqlite" or not name.endswith("_truncate")]


@pytest.fixture(scope="module")
def prepared(shared_app: Flask, copies: Copies) -> Copies:
    """A resumption carried out, another that awaits approval in its second round, imports, an open difference; years,
    a pause, a row of each ledger, and duties of a month."""
    copies.reset()
    with shared_app.app_context():
        for name, role in POSTS.items():
            make_account(name, [role])
        make_account("aside", [])
        done = waiting(make_case(ON, **LAPSED).id, 2, Proposal("resume", "lapsed"), "home_visit_record")
        review.sign(_key(done), "approve", opinion="同意", actor=actor("zhao"), on=ON)
        open_one = waiting(make_case(ON, **LAPSED).id, 2, Proposal("resume", "lapsed"), "home_visit_record")
        open_decision(make_case(ON).id, Proposal("stop", "missing"), actor=actor("li"), on=ON)
        keep_ledgers(_key(open_one), ON)
        keep_feeds(ON)
        keep_runs(ON)
        keep_batches(_key(open_one), ON)
        keep_duties(ON)
        with transaction() as session:
            batch, case = session.query(ImportBatch).first(), session.query(Case).first()
            session.add(ImportProposal(
                batch_id=batch.id, row_number=1, case_id=case.id, office_path=case.office_path, kind="change_payee",
                fields=[], changes="{}", changes_index="x", proposed_on=ON))
            session.execute(text("INSERT INTO audit_entry (place, event_id, entry) SELECT 0, id, digest "
                                 "FROM audit_event ORDER BY id LIMIT 1"))
            session.execute(text("INSERT INTO dossier_issue (event_id, sha256) SELECT id, digest FROM audit_event "
                                 "ORDER BY id LIMIT 1"))
            session.execute(text("INSERT INTO audit_checkpoint (size, root, note, signed_at) "
                                 "SELECT 1, uid, uid, recorded_at FROM audit_tx ORDER BY id LIMIT 1"))
            keep_anchors(session)
            session.execute(text(copied("case_transition", "id = 1", action="'lapse'", step="77", event_id=UNSTEPPED,
                                        period_due_on="'2026-03-15'")))
        db.session.remove()
        db.engine.dispose()
    copies.keep("guarded")
    return copies


def _key(public_id: str) -> int:
    return db.session.execute(text("SELECT id FROM decision WHERE public_id = :p"), {"p": public_id}).scalar_one()


@pytest.fixture
def record(prepared: Copies, shared_app: Flask) -> Iterator[Flask]:
    prepared.restore("guarded")
    with shared_app.app_context():
        assert account("aside")
        yield shared_app
        db.session.remove()
        db.engine.dispose()


def answer(statements: tuple[str, ...], without: str | None = None) -> str:
    """What the database says to the last statement, made after the others; nothing when it was carried out."""
    try:
        with as_owner() as connection:
            if without:
                drop_trigger(connection, without)
            for statement in statements[:-1]:
                assert connection.execute(text(statement)).rowcount != 0, statement
            assert connection.execute(text(statements[-1])).rowcount != 0, "nothing was tried"
    except DBAPIError as refused:
        return str(refused.orig)
    return ""


def words_of(trigger: Trigger) -> str:
    return re.findall(r"(?:RAISE\(ABORT, |RAISE EXCEPTION )'([^']+)'", trigger.sql(chosen()))[0]


@pytest.mark.parametrize(("name", "number"), TRIED)
def test_each_trigger_refuses_what_it_is_there_for_and_nothing_else_does(record: Flask, name: str, number: int) -> None:
    trigger = next(t for t in TRIGGERS if t.name == name)
    statements = ATTEMPTS[name][number]
    assert words_of(trigger) in answer(statements)
    assert words_of(trigger) not in answer(statements, without=name)


@pytest.mark.parametrize(("table", "columns"), [(table, one) for table, sets in REPLACED.items() for one in sets])
def test_no_row_that_never_changes_is_replaced_by_one_that_is_like_it_in_anything(
        record: Flask, table: str, columns: tuple[str, ...]) -> None:
    """On SQLite `INSERT OR REPLACE` deletes, and without recursive triggers no trigger of deletion hears of it."""
    if chosen() != "sqlite":
        pytest.skip("only SQLite replaces")
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.execute("PRAGMA recursive_triggers=OFF")
        raw.execute("PRAGMA foreign_keys=OFF")
        there = raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        assert there
        with pytest.raises(Exception, match=f"rows of {table} (never change|are never replaced)"):
            raw.execute(replacing(table, columns))
        assert raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == there
        connection.invalidate()


def test_every_trigger_of_the_database_is_tried(shared_app: Flask) -> None:
    replaced = {f"{table}_no_replace" for table in REPLACED}
    assert {trigger.name for trigger in TRIGGERS} == set(ATTEMPTS) | replaced
