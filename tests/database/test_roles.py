"""On PostgreSQL the application's role can do what privileges.yaml says and no more; the owner's address is another."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

import settings
from database import Base, db
from database.roles import excesses, privileges
from database.versions import TABLE
from tests import engines
from tests.case_builder import make_case
from tests.database.test_upgrades import ON
from tests.owner import as_owner, as_superuser

APPEND_ONLY = ("audit_tx", "audit_event", "audit_entry", "audit_checkpoint", "case_transition", "review_step",
               "decision_participant", "evidence")
LIFTING = (
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_update",
    "DROP TRIGGER audit_event_no_update ON audit_event",
    "DROP FUNCTION audit_event_no_update() CASCADE",
    "ALTER TRIGGER audit_event_no_update ON audit_event RENAME TO other",
    "ALTER FUNCTION audit_event_no_update() RESET search_path",
    "CREATE OR REPLACE FUNCTION audit_event_no_update() RETURNS trigger LANGUAGE plpgsql "
    "AS $$ BEGIN RETURN NEW; END $$",
    "CREATE FUNCTION of_mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TRIGGER aa BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION case_state_version()",
    "CREATE RULE nothing AS ON INSERT TO audit_event DO INSTEAD NOTHING",
    "CREATE TABLE of_mine (id int)",
    "CREATE TEMPORARY TABLE decision_participant (id int)",
    "CREATE SCHEMA of_mine",
    "ALTER TABLE audit_event ADD COLUMN more int",
    "ALTER TABLE audit_event DROP CONSTRAINT pk_audit_event CASCADE",
    "DROP TABLE audit_entry",
    "DROP INDEX uq_decision_one_open_per_case",
    "SET session_replication_role = replica",
    f"SET ROLE {engines.OWNER}",
    f"GRANT {engines.OWNER} TO {engines.APPLICATION}",
    f"ALTER TABLE audit_event OWNER TO {engines.APPLICATION}",
    f"UPDATE {TABLE} SET version_num = '9999'",
)


@pytest.fixture
def postgresql(context: Flask) -> Iterator[None]:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite knows no roles")
    yield
    db.session.remove()


def denied(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="InsufficientPrivilege|permission denied|must be"), \
            db.engine.begin() as connection:
        connection.execute(text(statement))


def test_every_table_says_what_the_application_may_do_with_it() -> None:
    assert privileges().keys() == {*Base.metadata.tables, TABLE}, "list it in database/privileges.yaml"


def test_rows_that_never_change_are_only_added() -> None:
    erasable = {"review_step": ("insert", "update (opinion, content)")}  # by retention; a trigger holds the rest
    assert {table: privileges()[table] for table in APPEND_ONLY} == dict.fromkeys(APPEND_ONLY, ("insert",)) | erasable


@pytest.mark.parametrize("statement", LIFTING)
def test_the_applications_role_cannot_lift_a_guard(postgresql: None, statement: str) -> None:
    denied(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ("UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"))
def test_the_applications_role_cannot_change_the_record(postgresql: None, table: str, statement: str) -> None:
    column = next(iter(Base.metadata.tables[table].primary_key.columns)).name
    denied(statement.format(table, column, column))


def test_the_applications_role_has_nothing_beyond_the_list(postgresql: None) -> None:
    with db.engine.connect() as connection:
        assert excesses(connection) == []


@pytest.mark.parametrize(("given", "named"), [
    (f"GRANT DELETE ON audit_event TO {engines.APPLICATION}", "may delete audit_event"),
    (f"GRANT UPDATE (digest) ON audit_event TO {engines.APPLICATION}", "may update (digest) audit_event"),
    (f"GRANT TRUNCATE ON cases TO {engines.APPLICATION}", "may truncate cases"),
    (f"GRANT CREATE ON SCHEMA public TO {engines.APPLICATION}", "may create tables and functions"),
    (f"GRANT {engines.OWNER} TO {engines.APPLICATION}", "can become their owner"),
])
def test_a_role_that_may_more_is_named(postgresql: None, given: str, named: str) -> None:
    with as_superuser() as connection:
        connection.execute(text(given))
        connection.commit()
    try:
        with db.engine.connect() as connection:
            assert named in " ".join(excesses(connection))
    finally:
        with as_superuser() as connection:
            connection.execute(text(f"REVOKE {engines.OWNER} FROM {engines.APPLICATION}"))
            connection.commit()


def test_creating_again_takes_back_what_was_given_beyond_the_list(postgresql: None, app: Flask) -> None:
    with as_owner() as connection:
        connection.execute(text(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {engines.APPLICATION}"))
        connection.execute(text(f"GRANT TEMPORARY ON DATABASE {db.engine.url.database} TO PUBLIC"))
    assert app.test_cli_runner().invoke(args=["database", "create"]).exit_code == 0
    with db.engine.connect() as connection:
        assert excesses(connection) == []


def test_a_temporary_table_of_the_same_name_does_not_answer_for_ours(postgresql: None) -> None:
    """Even to a role that may make one: the guard that too few signatures execute nothing looks at our tables."""
    make_case(ON)
    with as_superuser() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE cases (LIKE cases)"))
        connection.execute(text("CREATE TEMPORARY TABLE review_step (LIKE review_step)"))
        with pytest.raises(DBAPIError, match="never deleted"):
            connection.execute(text("DELETE FROM public.cases"))
        connection.rollback()
        unpinned = connection.scalars(text(
            "SELECT p.proname FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid WHERE NOT t.tgisinternal "
            "AND coalesce(array_to_string(p.proconfig, ' '), '') NOT LIKE '%search_path=public, pg_temp%'")).all()
    assert unpinned == []


@pytest.mark.parametrize(("url", "owner"), [("sqlite:///x.db", "postgresql://owner@host/x"), ("", "postgresql://o@h/x"),
                                            ("postgresql://a@h/x", "sqlite:///x.db")])
def test_an_owner_is_named_for_postgresql_only(url: str, owner: str, tmp_path) -> None:
    with pytest.raises(settings.BadSetting, match="OWNER_DATABASE_URL"):
        settings.from_environment({"DATABASE_URL": url, "OWNER_DATABASE_URL": owner, "INSTANCE_DIR": str(tmp_path)})
