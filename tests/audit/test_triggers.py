"""The database refuses to change the log, whoever asks."""
from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from audit.events import ContactChanged
from audit.log import record
from audit.models import AuditPersonal
from cases.models import Case
from database import db, transaction
from database.triggers import TRIGGERS, drop_trigger
from database.types import now
from tests.audit.conftest import ON
from tests.owner import as_owner

TABLES = ("audit_tx", "audit_event", "audit_personal")
KEY = {"audit_tx": "id", "audit_event": "id", "audit_personal": "field"}


@pytest.fixture
def recorded(case: Case) -> int:
    with transaction():
        row = record(ContactChanged(pensioner="p", changed=("phone",), phone="138"), case=case, actor="SYSTEM", on=ON)
        number = row.id
    db.session.remove()
    return number


def refused(sql: str) -> None:
    """Even to the owner of the tables; the application's role has no such right (tests/database/test_roles.py)."""
    with pytest.raises(IntegrityError, match="never change"), as_owner() as connection:
        connection.execute(text(sql))


@pytest.mark.parametrize("table", TABLES)
def test_an_update_of_the_log_is_refused(recorded: int, table: str) -> None:
    refused(f"UPDATE {table} SET {KEY[table]} = {KEY[table]}")


@pytest.mark.parametrize("table", TABLES)
def test_a_deletion_from_the_log_is_refused(recorded: int, table: str) -> None:
    refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_truncating_the_log_is_refused(recorded: int, table: str) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE")
    refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_replacing_a_row_of_the_log_is_refused(recorded: int, table: str, recursive: str) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite replaces")
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA recursive_triggers={recursive}")
        with pytest.raises(Exception, match="never change"):
            raw.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        raw.execute("PRAGMA recursive_triggers=ON")


def test_an_upsert_into_the_log_is_refused(recorded: int) -> None:
    columns = "id, uid, tx_id, position, type, actor, \"on\", canonical, digest"
    refused(f"INSERT INTO audit_event ({columns}) SELECT {columns} FROM audit_event WHERE true"
            " ON CONFLICT (id) DO UPDATE SET digest = 'x'")


def test_only_an_erasure_changes_a_personal_value_and_only_once(recorded: int) -> None:
    refused("UPDATE audit_personal SET value = NULL, salt = NULL")
    with transaction() as session:
        row = session.scalars(select(AuditPersonal)).one()
        row.value, row.salt, row.erased_at = None, None, now()
    refused("UPDATE audit_personal SET erased_at = NULL")


def test_without_its_trigger_the_same_update_would_pass(recorded: int) -> None:
    with as_owner() as connection:
        drop_trigger(connection, "audit_event_no_update")
        changed = connection.execute(text("UPDATE audit_event SET type = 'CaseStopped'"))
        assert changed.rowcount == 1


def test_every_trigger_names_its_table(context: Flask) -> None:
    name = db.engine.dialect.name
    assert all(t.table(name) in db.metadata.tables for t in TRIGGERS if t.sql(name))
