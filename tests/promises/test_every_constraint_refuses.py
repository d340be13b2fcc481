"""What the tables themselves refuse, constraint by constraint: what must be one, and what a row may never say.

Rows are made up here and point at nothing, by whoever may lift foreign keys and triggers: the constraint stands alone.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    Integer,
    Table,
    UniqueConstraint,
    create_engine,
    insert,
    text,
)
from sqlalchemy.exc import IntegrityError

from database import db
from database.triggers import TRIGGERS
from database.types import UtcDateTime
from tests import engines
from tests.promises import duty_constraints, feed_attempts, matching_attempts
from tests.promises import suggested as links

Columns = tuple[str, ...]
Values = dict[str, Any]

SOUND: dict[str, Values] = {  # what a made up row needs so as to break nothing else
    "cases": {"state": "pending"}, "import_batch": {"status": "staging"}, "import_row": {"status": "good"},
    "role_grant": {"status": "applied"}, "objection": {"status": "open"}, "verification_task": {"status": "open"},
    "decision": {"stage": "draft", "kind": "stop"}, "certification": {"status": "submitted"},
    "import_proposal": {"status": "open"}, "notice": {"status": "queued"}, "review_step": {"act": "return"},
    "case_transition": {"action": "lapse"}, "calendar_year": {"status": "proposed"},
    "correction": {"status": "open"}, "feed_load": {"status": "staging"}, "list_change": {"list": "lost"},
    "audit_anchor": {"state": "waiting"},
    "calendar_day": {"kind": "holiday"}, "matching_run": {"status": "proposed"}, "list_entry": {"list": "lost"},
    "data_dispute": {"status": "filed"}, "sign_retraction": matching_attempts.RETRACTED,
    "pressing": {"status": "open", "answer_by": date(2099, 12, 31)},
    **duty_constraints.SOUND,
}
ENDED = {"settled_by_person": 7, "settled_on": date(2026, 3, 1)}
ANSWER = {"answer": "已办", "answered_on": date(2026, 3, 1), "answered_by": 7}
ONE: dict[str, tuple[Columns, ...]] = {
    # P1, P2: one human being, one signature in a round, one account's person; one event behind each act (R4)
    "natural_person": (("id_number_index",),),
    "staff_account": (("username",), ("public_id",)),
    "review_step": (("decision_id", "round", "natural_person_id"), ("event_id",)),
    "decision_participant": (("decision_id", "natural_person_id", "side"),),
    "declared_relative": (("natural_person_id", "relative_person_id"),),
    "role_grant": (("public_id",),),
    "staff_session": (("token_hash",),),
    "office": (("code",), ("path",)),
    # P6: one open decision that would move a case; its number and papers
    "decision": (("case_id",), ("decision_no",), ("public_id",)),
    "decision_line": (("decision_id", "month"),),
    "decision_evidence": (("decision_id", "evidence_id"),),
    "evidence": (("public_id",),),
    # S1, R1: one step after another, each with its one event; S6: one lapse of a case and period
    "case_transition": (("case_id", "step"), ("event_id",), ("case_id", "action", "period_due_on")),
    "cases": (("pensioner_id", "scheme", "benefit_kind"), ("case_no",), ("public_id",)),
    "pensioner": (("natural_person_id",), ("public_id",)),
    "name_part": (("part", "office_path", "case_id"),),
    "number_series": (("office_code", "year", "kind"),),
    # S3: one death mark in force; S9: one objection and one verification open
    "death_mark": (("pensioner_id",),),
    "objection": (("case_id",), ("receipt_no",), ("public_id",)),
    "verification_task": (("case_id",), ("public_id",)),
    "certification": (("pensioner_id", "method", "evidence_on", "source_ref"), ("public_id",)),
    # M1-M3: one row of money for a case and month, one run, one receipt
    "benefit_month": (("case_id", "month"),),
    "benefit_rate": (("case_id", "since_month"),),
    "pay_run": (("office_id", "month"),),
    "payment_return": (("case_id", "month", "payment_ref"),),
    "recovery": (("case_id", "receipt_ref", "month"),),
    # R2, R5: the log's places
    "audit_tx": (("uid",),),
    "audit_event": (("tx_id", "position"), ("case_id", "case_seq"), ("uid",)),
    "audit_personal": (("event_id", "field"),),
    "audit_entry": (("event_id",),), "audit_checkpoint": (("size",),), "audit_anchor": (("checkpoint_id", "witness"),),
    # S6, O2: one notice for a person, day and stage; the number of its message is made of that key
    "notice": (("once_key",), ("public_id",)),
    "job": (("public_id",),),
    # QD 24, 25: one mark a period, one batch an office and month, one open halt an office
    "not_passed": (("case_id", "period_due_on"),),
    "suspension_batch": (("office_path", "month"), ("public_id",)),
    "suspension_row": (("batch_id", "case_id"),),
    "gathered_loss": (("batch_id", "decision_id"),),
    "correction": (("decision_id", "system"), ("retraction", "system"), ("public_id",)),
    "correction_sending": (("public_id",),),
    "sweep_halt": (("office_path",), ("public_id",)),
    # F2: one file once
    "import_batch": (("kind", "office_id", "sha256"), ("public_id",)),
    "import_row": (("batch_id", "row_number"),), "import_proposal": (("public_id",),),
    "nearing_age": (("office_id", "person_index", "scheme"), ("public_id",)),
    **feed_attempts.ONE,
    # promised limits: one proposal of a year, a day once, one pause open of a limit
    "calendar_year": (("year",), ("public_id",)),
    "calendar_day": (("calendar_year_id", "day"),),
    "limit_pause": (("decision_id",),),
    # SC 31, 38-40: a day filed once, one demand open to an office about a list
    "filed_count": (("on", "office_path", "list", "scheme", "part"),),
    "follow_up": (("public_id",),),
    "pressing": (("to_office_id", "list"), ("public_id",)),
    # QD 15: one run open of an area, one row of a case and run
    "matching_run": (("area_path",), ("public_id",)),
    "list_change": (("run_id", "case_id"),), "matching_sample": (("run_id", "case_id"),),
    "data_dispute": (("public_id",),), "sign_retraction": (("public_id",),),
    **duty_constraints.ONE,
}
NEVER: dict[str, tuple[tuple[str, Values], ...]] = {  # constraint -> what it refuses, clause by clause
    "ck_audit_anchor_state": (("audit_anchor", {"state": "lost"}),),
    "ck_audit_anchor_anchored": (
        ("audit_anchor", {"state": "anchored"}), ("audit_anchor", {"state": "anchored", "receipt": b"x"}),
        ("audit_anchor", {"state": "anchored", "at": datetime(2026, 3, 1, tzinfo=UTC)}),
        ("audit_anchor", {"receipt": b"x"}),
        ("audit_anchor", {"at": datetime(2026, 3, 1, tzinfo=UTC)})),
    "ck_cases_state": (("cases", {"state": "closed"}),),
    "ck_import_batch_status": (("import_batch", {"status": "loaded"}),),
    "ck_import_batch_two_persons": (("import_batch", {"proposed_by_person": 7, "released_by_person": 7}),),
    **feed_attempts.NEVER,
    "ck_suspension_batch_status": (("suspension_batch", {"status": "done"}),),
    "ck_suspension_batch_two_persons": (
        ("suspension_batch", {"status": "released", "proposed_by_person": 7, "released_by_person": 7}),
        ("suspension_batch", {"status": "released", "proposed_by_person": 7}),
        ("suspension_batch", {"status": "released", "released_by_person": 7})),
    "ck_correction_status": (("correction", {"status": "lost"}),),
    "ck_correction_arose": (("correction", {"decision_id": None, "retraction": None}),),
    "ck_correction_set_aside": (
        ("correction", {"status": "set_aside", "note": "不属", "sending_id": 7}),
        ("correction", {"status": "set_aside", "settled_by": 7, "sending_id": 7})),
    "ck_correction_sent": (("correction", {"status": "sent"}), ("correction", {"status": "received"})),
    "ck_correction_sending_answered": (
        ("correction_sending", {"receipt_no": "1"}), ("correction_sending", {"answered_on": date(2026, 3, 1)}),
        ("correction_sending", {"answered_by": 7, "receipt_no": "1"}),
        ("correction_sending", {"answered_on": date(2026, 3, 1), "receipt_no": "1"})),
    "ck_suspension_row_taken_out": (("suspension_row", {"taken_out_on": date(2026, 3, 1)}),),
    "ck_sweep_halt_status": (("sweep_halt", {"status": "done"}),),
    "ck_sweep_halt_two_persons": (
        ("sweep_halt", {"status": "released", "proposed_by_person": 7, "released_by_person": 7}),
        ("sweep_halt", {"status": "released", "proposed_by_person": 7}),
        ("sweep_halt", {"status": "released", "released_by_person": 7})),
    "ck_import_row_status": (("import_row", {"status": "lost"}),),
    "ck_import_proposal_status": (("import_proposal", {"status": "done"}),),
    "ck_import_proposal_accepted": (("import_proposal", {"status": "accepted"}),),
    "ck_import_proposal_dismissed": (("import_proposal", {"status": "dismissed"}),),
    "ck_role_grant_status": (("role_grant", {"status": "given"}),),
    "ck_benefit_rate_not_negative": (("benefit_rate", {"monthly_fen": -1}),),
    "ck_objection_status": (("objection", {"status": "withdrawn"}),),
    "ck_verification_task_status": (("verification_task", {"status": "closed"}),),
    "ck_certification_status": (("certification", {"status": "lost"}),),
    "ck_notice_status": (("notice", {"status": "lost"}),),
    "ck_decision_stage": (("decision", {"stage": "signed"}),),
    "ck_review_step_act": (("review_step", {"act": "agree"}),),
    "ck_review_step_signed_content": (("review_step", {"act": "sign"}),),
    "ck_recovery_positive": (("recovery", {"amount_fen": 0}), ("recovery", {"amount_fen": -1})),
    "ck_benefit_month_entitled": (("benefit_month", {"entitled": 2}), ("benefit_month", {"paid": 2})),
    "ck_benefit_month_withheld": (
        ("benefit_month", {"entitled": 5, "withheld": 5, "back_paid": 4, "forfeited": 2,
                           "back_paid_by_decision_id": 1}),
    ),
    "ck_benefit_month_overpaid": (("benefit_month", {"overpaid": 1, "recovered": 2}),),
    "ck_benefit_month_back_paid_by_decision": (("benefit_month", {"entitled": 5, "withheld": 5, "back_paid": 5}),),
    "ck_benefit_month_owed": (
        ("benefit_month", {"owed": False, "entitled": 1, "paid": 1}),
        ("benefit_month", {"owed": False, "entitled": 1, "withheld": 1})),
    "ck_benefit_month_not_negative": (
        ("benefit_month", {"entitled": -1, "paid": -1}),
        ("benefit_month", {"entitled": -1, "withheld": -1, "forfeited": -1}),
        ("benefit_month", {"back_paid": -1, "back_paid_by_decision_id": 1}), ("benefit_month", {"forfeited": -1}),
        ("benefit_month", {"overpaid": -1, "recovered": -1}), ("benefit_month", {"recovered": -1})),
    "ck_calendar_year_status": (("calendar_year", {"status": "lost", **ENDED}),),
    "ck_calendar_year_settled": tuple(
        ("calendar_year", {"status": status, "reason": "不符", **ENDED, missing: None})
        for status in ("released", "rejected") for missing in ENDED),
    "ck_calendar_year_two_persons": (("calendar_year", {"status": "released", "proposed_by_person": 7, **ENDED}),),
    "ck_calendar_year_reason": (("calendar_year", {"status": "rejected", **ENDED}),),
    "ck_calendar_day_kind": (("calendar_day", {"kind": "weekday"}),),
    "ck_limit_pause_order": (
        ("limit_pause", {"paused_on": date(2026, 3, 2), "resumed_on": date(2026, 3, 1)}),),
    "ck_filed_count_positive": (("filed_count", {"number": 0}), ("filed_count", {"number": -1})),
    "ck_pressing_status": (("pressing", {"status": "closed"}),),
    "ck_pressing_positive": (("pressing", {"number": 0}), ("pressing", {"number": -1})),
    "ck_pressing_answer_by": (("pressing", {"on": date(2026, 3, 2), "answer_by": date(2026, 3, 1)}),),
    "ck_pressing_answered": (
        *(("pressing", {"status": "answered", **ANSWER, missing: None}) for missing in ANSWER),
        ("pressing", {"status": "open", **ANSWER})),
    **duty_constraints.NEVER,
}
NEVER |= matching_attempts.NEVER
_serial = count(1000)
SOUND, ONE, NEVER = SOUND | links.SOUND, ONE | links.ONE, NEVER | links.NEVER


@pytest.fixture
def alone(context: Flask) -> Iterator[Connection]:
    """A connection that meets the constraints of the tables and nothing else; all of it is undone."""
    url = db.engine.url.render_as_string(hide_password=False)
    db.session.remove()
    engine = create_engine(engines.superuser_of(url))
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            for trigger in (t for t in TRIGGERS if t.sqlite_sql):
                connection.execute(text(f"DROP TRIGGER {trigger.name}"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        yield connection
    engine.dispose()


def made_up(table: str, **given: Any) -> Values:
    columns = db.metadata.tables[table].columns
    wanted = {column.name for column in columns if not column.nullable and column.default is None}
    once = {name for one in ONE.get(table, ()) for name in one} - {"period_due_on"}
    wanted |= once | {"id"} & set(columns.keys())
    values = {name: _value(columns[name]) for name in sorted(wanted)}
    return values | SOUND.get(table, {}) | given


def _value(column: Column) -> Any:
    number = next(_serial)
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Integer):
        return number
    if isinstance(column.type, Date):
        return date(2026, 1, 1) + timedelta(days=number)
    if isinstance(column.type, UtcDateTime):
        return datetime(2026, 1, 1).astimezone()
    length = getattr(column.type, "length", None) or 0
    return {bytes: b"%d" % number, list: [], dict: {}}.get(column.type.python_type, str(number)[-length:])


@pytest.mark.parametrize(("table", "columns"), [(table, columns) for table, sets in ONE.items() for columns in sets],
                         ids=lambda one: one if isinstance(one, str) else "-".join(one))
def test_what_is_one_is_never_two(alone: Connection, table: str, columns: Columns) -> None:
    only_when = links.ONLY_WHEN.get((table, columns), {})
    first = made_up(table, **only_when) | ({"period_due_on": date(2026, 3, 15)} if "period_due_on" in columns else {})
    alone.execute(insert(db.metadata.tables[table]).values(first))
    alone.execute(insert(db.metadata.tables[table]).values(made_up(table)))
    with pytest.raises(IntegrityError) as refused:
        again = made_up(table, **only_when | {c: first[c] for c in columns})
        alone.execute(insert(db.metadata.tables[table]).values(again))
    told = str(refused.value.orig).replace(f"{table}.", "").replace('"', "")
    assert ", ".join(columns) in told, told


@pytest.mark.parametrize(("constraint", "table", "wrong"),
                         [(name, *one) for name, clauses in NEVER.items() for one in clauses],
                         ids=lambda one: one if isinstance(one, str) else "-".join(one))
def test_what_a_row_may_never_say_is_refused(alone: Connection, constraint: str, table: str, wrong: Values) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        alone.execute(insert(db.metadata.tables[table]).values(made_up(table, **wrong)))


def test_every_constraint_of_the_tables_is_among_those_tried(context: Flask) -> None:
    tables = db.metadata.tables.values()
    assert {table.name: set(_unique(table)) for table in tables if _unique(table)} == {
        table: set(columns) for table, columns in ONE.items()}
    assert {str(c.name) for table in tables for c in table.constraints if isinstance(c, CheckConstraint)} == set(NEVER)


def _unique(table: Table) -> list[Columns]:
    found = [tuple(c.columns.keys()) for c in table.constraints if isinstance(c, UniqueConstraint)]
    found += [tuple(index.columns.keys()) for index in table.indexes if index.unique]
    key = tuple(table.primary_key.columns.keys())
    return found + ([key] if len(key) > 1 else [])
