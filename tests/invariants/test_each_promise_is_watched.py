"""A record made by the real commands breaks no promise; damaged, it is told which one."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from cases import objections, review, verification
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.ledgers.filing import file
from cases.ledgers.follow_ups import Said, follow_up
from cases.pressing import Demand, press
from database import db
from database.triggers import TRIGGERS, drop_trigger
from invariants import breaches, names
from matching.results import disputes, undoing
from staff.actor import Actor
from tests.case_builder import LAPSED, make_case, paper
from tests.engines import APPLICATION, sparing
from tests.owner import as_owner, as_superuser
from tests.people import actor, make_account
from tests.promises.duty_attempts import keep_duties
from tests.results.registers import applied, seen, unknown

ON = date(2026, 3, 16)
ROLE = "R2 the application's role can do no more than it needs"


@pytest.fixture
def record(context: Flask) -> Iterator[Flask]:
    """A wrong suspension, objected to and put right by three people; a dismissal in another case; one open decision."""
    li, wang, zhao = (make_account(name, [role]) for name, role in
                      (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")))
    case_id = make_case(ON, **LAPSED).id
    objections.lodge(case_id, objections.Lodged("to_suspension", "self", "健在"), actor=li, on=ON)
    proof = add_evidence(case_id, paper("home_visit_record", ON), actor=li, on=ON).id
    signed(case_id, Proposal("resume", "lapsed", evidence=(proof,)), (li, wang, zhao))
    other = make_case(ON, **LAPSED).id
    objections.lodge(other, objections.Lodged("to_suspension", "family", "不服"), actor=li, on=ON)
    task = verification.open_task_of(db.session.get_one(objections.Case, other)).id
    db.session.rollback()
    verification.finish(task, outcome="not_found", means="home_visit", note="查无此人",
                        evidence=paper("verification_record", ON), actor=li, on=ON)
    kept = add_evidence(other, paper("verification_record", ON), actor=li, on=ON).id
    signed(other, Proposal("dismiss_objection", None, {"reasons": "查无此人"}, evidence=(kept,)), (li, wang))
    open_decision(other, Proposal("resume", "lapsed"), actor=li, on=ON)
    ledgers(zhao)
    keep_duties(ON)
    yield context


def ledgers(approver: Actor) -> None:
    """A street pressed, a long suspension looked at, a day filed."""
    long = make_case(ON, **LAPSED | {"暂停/停发日期": "2025-06-01"}).id
    press(Demand("510107001", "past", "请核实", ON), actor=approver, on=ON)
    follow_up(long, "long_suspended", Said("visit", "无人", date(2026, 4, 1)), actor=approver, on=ON)
    file(ON, today=ON)
    registers(long)


def registers(case_id: int) -> None:
    """A run carried out, one case seen alive by a feed that is withdrawn, and an objection to what was said."""
    alive = make_case(ON).id
    applied([seen(alive, date(2026, 2, 20), load=7), unknown(case_id)], ON)
    undoing.undo(7, "load", on=ON)
    disputes.file(alive, disputes.Disputed("hospital_stays", "identity", "非本人"), actor=actor("li"), on=ON)


def signed(case_id: int, proposal: Proposal, people: tuple) -> None:
    decision = open_decision(case_id, proposal, actor=people[0], on=ON).id
    submit(decision, actor=people[0], on=ON)
    for action, person in zip(("initial_review", "recheck", "approve"), people, strict=False):
        review.sign(decision, action, opinion="同意", actor=person, on=ON)


def test_a_record_made_by_the_commands_breaks_no_promise(record: Flask) -> None:
    assert breaches() == []


RESUME = "(SELECT id FROM decision WHERE kind = 'resume' AND stage = 'executed')"
DISMISSAL = "(SELECT id FROM decision WHERE kind = 'dismiss_objection')"
WANG = "(SELECT natural_person_id FROM staff_account WHERE username = 'wang')"
PENSIONER = "(SELECT p.natural_person_id FROM pensioner p JOIN cases c ON c.pensioner_id = p.id ORDER BY c.id LIMIT 1)"
PERSON_OF_CASE = ("(SELECT c.pensioner_id FROM cases c JOIN decision d ON d.case_id = c.id WHERE d.kind = 'resume' "
                  "AND d.stage = 'executed')")
NOW = "'2026-03-16 00:00:00'"
DAMAGES: dict[str, tuple[str, ...]] = {
    "P1 an executed decision bears": (f"DELETE FROM review_step WHERE stage = 'approval' AND decision_id = {RESUME}",),
    "P1 nobody of the first side": (
        f"INSERT INTO decision_participant (decision_id, natural_person_id, side, why, recorded_at) "
        f"VALUES ({RESUME}, {WANG}, 'first', 'edited', {NOW})",),
    "P1 whoever signed initial review": (f"DELETE FROM decision_participant WHERE decision_id = {RESUME}",),
    "P2 a signature names": (f"UPDATE review_step SET natural_person_id = {PENSIONER} WHERE stage = 'approval'",),
    "P3 nobody signs their own": (
        f"UPDATE pensioner SET natural_person_id = {WANG} WHERE id = {PERSON_OF_CASE}",),
    "P3 nobody signs a relative's": (
        f"INSERT INTO declared_relative (natural_person_id, relative_person_id, kinship, declared_on) "
        f"VALUES ({WANG}, {PENSIONER}, 'child', '2025-01-01')",),
    "P5 all signatures": (f"UPDATE review_step SET content_digest = 'other' WHERE stage = 'recheck' "
                          f"AND decision_id = {RESUME}",),
    "P6 at most one": (
        "UPDATE decision SET stage = 'approval', kind = 'stop' "
        "WHERE stage = 'executed' AND kind = 'dismiss_objection'",),
    "P8 nobody of the suspension": (
        f"UPDATE decision SET kind = 'suspend', case_id = (SELECT case_id FROM decision WHERE id = {DISMISSAL}) "
        f"WHERE id = {RESUME}",),
    "S1 the state of a case": ("UPDATE cases SET state = 'terminated', version = version + 1 WHERE state = 'resumed'",),
    "S1 every case has a history": ("DELETE FROM case_transition WHERE step = 1",),
    "S1 each step begins": ("UPDATE case_transition SET from_state = 'verified' WHERE action = 'resume'",),
    "S1 every step is a row": ("UPDATE case_transition SET action = 'settle' WHERE action = 'resume'",),
    "S3 a person who bears": (
        f"INSERT INTO death_mark (pensioner_id, died_on, source, marked_on, recorded_at) "
        f"VALUES ({PERSON_OF_CASE}, '2026-01-01', 'cremation', '2026-01-02', {NOW})",),
    "S4 every suspension": ("UPDATE case_transition SET reason = NULL WHERE to_state = 'suspended'",),
    "S6 one automatic suspension": (
        "UPDATE case_transition SET action = 'lapse', period_due_on = '2026-01-01' WHERE case_id = "
        "(SELECT case_id FROM decision WHERE kind = 'resume' AND stage = 'executed')",),
    "S7 the due date": ("UPDATE cases SET due_on = '2030-01-01' WHERE state = 'resumed'",),
    "S9 an objection is closed": ("UPDATE objection SET closed_by_decision_id = NULL WHERE status = 'dismissed'",),
    "M1 the sum of an arrears": (f"UPDATE decision SET back_pay_fen = 1 WHERE id = {RESUME}",),
    "M1 what executed decisions pay": ("UPDATE benefit_month SET back_paid = back_paid - 1",),
    "M1 no month is back-paid": (
        "UPDATE benefit_month SET back_paid_by_decision_id = (SELECT id FROM decision WHERE stage = 'draft')",),
    "Scope the office": ("UPDATE cases SET office_path = '51/5101/'",),
    "M2 nothing is owed": (
        f"INSERT INTO death_mark (pensioner_id, died_on, source, marked_on, recorded_at) "
        f"VALUES ({PERSON_OF_CASE}, '2025-12-01', 'cremation', '2026-01-02', {NOW})",),
    "M2 a month is not owed": ("UPDATE benefit_month SET owed = false",),
    "M2 a month withheld": (
        "INSERT INTO pay_run (office_id, month, closed_on) "
        "SELECT DISTINCT paying_office_id, '2026-02', DATE('2026-03-16') FROM cases WHERE state = 'suspended'",),
    "M3 what was recovered": ("UPDATE benefit_month SET overpaid = 5, recovered = 5",),
    "M3 an overpaid month": (f"UPDATE benefit_month SET claimed_by_decision_id = {RESUME}",),
    "M3 entitled is paid": ("UPDATE benefit_month SET entitled = entitled + 1",),
    "R1 each step has exactly one": ("UPDATE audit_event SET type = 'CaseViewed' WHERE type = 'CaseResumed'",),
    "R1 each state-changing event": ("DELETE FROM case_transition WHERE action = 'resume'",),
    "R2 the events of a case": ("DELETE FROM audit_event WHERE type = 'DecisionExecuted'",),
    "R2 the bytes of every event": ("UPDATE audit_event SET digest = 'other' WHERE type = 'CaseResumed'",),
    "R3 the events replayed": ("UPDATE cases SET state = 'stopped', version = version + 1 WHERE state = 'resumed'",),
    "R4 each signature": ("DELETE FROM audit_event WHERE type = 'DecisionApproved'",),
    "Limits every open limit": ("UPDATE service_limit SET due_on = '2026-12-31'",),
    "Limits no last day": ("UPDATE service_limit SET due_on = '2026-12-31'",),
    "Limits a paused limit": ("UPDATE service_limit SET due_on = NULL",),
    "Limits a year of": (
        f"INSERT INTO calendar_year (public_id, year, document, document_no, issued_on, status, proposed_by, "
        f"proposed_by_person, proposed_on, settled_by, settled_by_person, settled_on, recorded_at) SELECT 'x', 2027, "
        f"'n', 'n', '2026-11-01', 'released', id, natural_person_id, '2026-11-02', id, natural_person_id, "
        f"'2026-11-02', {NOW} FROM staff_account WHERE username = 'wang'",),
    "Duties each record": ("DELETE FROM audit_event WHERE type = 'DutyDone'",),
    "Duties nothing is confirmed": (
        "UPDATE duty_record SET status = 'confirmed', settled_on = '2025-01-01', settled_by = account.id,"
        " settled_by_person = account.natural_person_id FROM staff_account AS account"
        " WHERE account.username = 'wang'",),
    "Duties each inspection": ("DELETE FROM inspection",),
    "Duties each sample": ("DELETE FROM service_sample",),
    "Ledgers an office presses": (
        "UPDATE pressing SET to_office_id = (SELECT id FROM office WHERE code = '510107001201')",),
    "Ledgers each pressing": ("DELETE FROM pressing",),
    "Ledgers what was done": ("DELETE FROM audit_event WHERE type = 'CaseFollowedUp'",),
    "Ledgers of a day": ("UPDATE filed_count SET number = 99 WHERE list = 'not_certified'",),
    "R2 what was written with a signature": ("UPDATE audit_personal SET erased_at = '2026-03-15' "
                                             "WHERE field = 'opinion'",),
    "R2 a value beside the log": ("UPDATE audit_personal SET salt = NULL WHERE field = 'opinion'",),
    "R2 what is missing beside the log": ("DELETE FROM audit_personal WHERE field = 'opinion'",),
    "F1 rows in": ("UPDATE import_batch SET rows = rows + 1",),
    "F1 as many rows of a load": (
        "INSERT INTO feed_load (public_id, source, area_path, file_name, sha256, status, staged_through, chunks, rows, "
        "loaded, unchanged, duplicate, quarantined, outside, unlinked, resolved, unread, signs, loaded_by, "
        "loaded_by_person, loaded_on, recorded_at) SELECT 'load', 'prisons', '51/', 'f', 'x', 'loaded', 2, 1, 1, 0, 0, "
        "0, 1, 0, 0, 0, '[]', '{}', id, natural_person_id, '2026-03-15', '2026-03-15' FROM staff_account LIMIT 1",),
    "Matching a run is released": ("UPDATE matching_sample SET finding = NULL",),
    "Matching whoever released": (f"UPDATE matching_run SET released_by_person = {PENSIONER}",),
    "Matching a case stands": ("UPDATE list_entry SET list = 'lost'",),
    "Matching what a run did": ("UPDATE list_change SET caused = 'other' WHERE outcome = 'certified'",),
    "Matching what was undone": ("UPDATE certification SET status = 'valid' WHERE status = 'withdrawn'",),
    "Matching each dispute": ("DELETE FROM audit_event WHERE type = 'DataDisputed'",),
    "F4 an import is released": ("UPDATE import_batch SET released_by_person = proposed_by_person",),
}


@pytest.mark.parametrize("promise", sparing(DAMAGES, list(DAMAGES)[::3]))
def test_damage_to_the_database_is_named(record: Flask, promise: str) -> None:
    _damage(DAMAGES[promise])
    broken = [breach.invariant for breach in breaches()]
    assert any(name.startswith(promise) for name in broken), broken


def test_a_dropped_trigger_is_named(record: Flask) -> None:
    with as_owner() as connection:
        drop_trigger(connection, "review_step_first_side")
    broken = {breach.invariant: breach.where for breach in breaches()}
    assert broken == {"R2 every trigger is in place": ("review_step_first_side",)}


REPLACED = {  # by the owner, under the old name
    "sqlite": {"what it does": "CREATE TRIGGER review_step_first_side BEFORE INSERT ON review_step BEGIN SELECT 1; END",
               "when it does it": "CREATE TRIGGER review_step_first_side BEFORE INSERT ON review_step WHEN 0 "
                                  "BEGIN SELECT RAISE(ABORT, 'FIRST_SIDE'); END"},
    "postgresql": {
        "what it does": "CREATE OR REPLACE FUNCTION review_step_first_side() RETURNS trigger LANGUAGE plpgsql AS "
                        "$$ BEGIN RETURN NEW; END $$",
        "when it does it": "CREATE TRIGGER review_step_first_side BEFORE INSERT ON review_step FOR EACH ROW "
                           "WHEN (false) EXECUTE FUNCTION review_step_first_side()",
        "where it looks": "ALTER FUNCTION review_step_first_side() RESET search_path",
        "whose function": "CREATE TRIGGER review_step_first_side BEFORE INSERT ON review_step FOR EACH ROW "
                          "EXECUTE FUNCTION review_step_own_person()"},
}


@pytest.mark.parametrize("what", REPLACED["postgresql"])
def test_a_trigger_replaced_under_its_name_is_named(record: Flask, what: str) -> None:
    replaced = REPLACED[db.engine.dialect.name].get(what) or pytest.skip("SQLite's triggers have no functions")
    with as_owner() as connection:
        if replaced.startswith("CREATE TRIGGER"):
            drop_trigger(connection, "review_step_first_side")
        connection.exec_driver_sql(replaced)
    broken = {breach.invariant: breach.where for breach in breaches()}
    assert broken == {"R2 every trigger is in place": ("review_step_first_side",)}


def test_every_invariant_has_its_damage() -> None:
    unwatched = [name for name in names() if not any(name.startswith(promise) for promise in DAMAGES)]
    assert unwatched == ["R2 every trigger is in place", ROLE]


def test_a_right_of_the_applications_role_beyond_the_list_is_named(record: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite knows no roles")
    with as_owner() as connection:
        connection.execute(text(f"GRANT DELETE ON audit_event TO {APPLICATION}"))
    broken = {breach.invariant: breach.where for breach in breaches()}
    assert broken == {ROLE: (f"the application's role {APPLICATION} may delete audit_event",)}


def _damage(statements: tuple[str, ...]) -> None:
    """As the database's owner would: without triggers, constraints and foreign keys."""
    with as_superuser() as connection:
        DISARM[db.engine.dialect.name](connection)
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
    db.engine.dispose()


def _disarm_sqlite(connection: Connection) -> None:
    raw = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("PRAGMA ignore_check_constraints = ON")
    for trigger in TRIGGERS:
        if trigger.sqlite_sql:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger.name}"))
    _drop_indexes(connection)


def _disarm_postgresql(connection: Connection) -> None:
    connection.execute(text("SET session_replication_role = replica"))
    for table, name in connection.execute(text(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'ck_%'")):
        connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
    _drop_indexes(connection)


def _drop_indexes(connection: Connection) -> None:
    for name in ("uq_decision_one_open_per_case", "ix_case_transition_period"):
        connection.execute(text(f"DROP INDEX IF EXISTS {name}"))


DISARM: dict[str, Callable[[Connection], None]] = {"sqlite": _disarm_sqlite, "postgresql": _disarm_postgresql}
