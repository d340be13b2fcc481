"""An upgrade keeps what the database holds, and does all of itself or nothing. On a trial migration after the last."""
from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from database import Base, create_schema, db, drafting, transaction, triggers
from database import versions as app_versions
from database.completeness import missing_parts
from database.drafting import draft
from database.migrations import numbers
from database.triggers import refuse
from database.versions import OutOfDate, current
from tests.case_builder import make_case
from tests.database.described import describe, differences
from tests.owner import as_owner

ON = date(2026, 3, 15)
LAST = numbers.head()
NEXT = f"{int(LAST) + 1:04}"
TRIAL = '''
from alembic import op
from sqlalchemy import Column, Integer, String
from database.migrations.altered import altered
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {"cases_trial": {
    "sqlite": "CREATE TRIGGER cases_trial BEFORE UPDATE OF trial ON cases BEGIN SELECT RAISE(ABORT, 'trial'); END",
    "postgresql": "CREATE FUNCTION cases_trial() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trial' "
                  "USING ERRCODE = 'integrity_constraint_violation'; END $$; CREATE TRIGGER cases_trial "
                  "BEFORE UPDATE OF trial ON cases FOR EACH ROW EXECUTE FUNCTION cases_trial()"}}


def upgrade():
    with altered("cases", without_checks=("state",)) as batch:
        batch.add_column(Column("trial", Integer))
        batch.create_foreign_key("fk_trial", "office", ["trial"], ["id"])
        batch.create_check_constraint(op.f("ck_cases_state"), "state <> 'nowhere'")
    op.execute("UPDATE cases SET trial = paying_office_id")
'''


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of migrations: the real ones, and room for a trial."""
    folder = tmp_path / "versions"
    shutil.copytree(numbers.VERSIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(numbers, "VERSIONS", folder)
    return folder


@pytest.fixture
def a_case(context: Flask) -> None:
    make_case(ON)
    db.session.remove()  # an open reading transaction would hold the upgrade up


def upgraded() -> tuple[str | None, str]:
    return create_schema(current_app._get_current_object())


def contents() -> dict[str, list[Any]]:
    with db.engine.connect() as connection:
        return {name: sorted(map(repr, connection.execute(text(f"SELECT {_columns(table)} FROM {name}"))))
                for name, table in Base.metadata.tables.items()}


def described() -> dict[str, Any]:
    with db.engine.connect() as connection:
        return describe(connection)


def _columns(table: Any) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def test_an_upgrade_that_makes_a_table_anew_keeps_every_row_and_every_guard(a_case: None, versions: Path) -> None:
    before, was = contents(), described()
    (versions / f"{NEXT}_trial.py").write_text(TRIAL)
    assert upgraded() == (LAST, NEXT)
    assert before["cases"] and contents() == before
    assert {line.partition(":")[0] for line in differences(was, described())} == {
        "column cases.trial", "foreign key fk_trial", "check ck_cases_state", "trigger cases_trial"}
    for statement in ("INSERT INTO benefit_rate (case_id, since_month, monthly_fen) VALUES (0, '2026-01', 1)",
                      "UPDATE cases SET trial = 0", "DELETE FROM cases", "UPDATE audit_tx SET command = ''"):
        with pytest.raises(DBAPIError), as_owner() as connection:
            connection.execute(text(statement))


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(a_case: None, versions: Path) -> None:
    before, was = contents(), described()
    (versions / f"{NEXT}_trial.py").write_text(TRIAL + '    op.execute("UPDATE nowhere SET x = 1")\n')
    with pytest.raises(DBAPIError):
        upgraded()
    assert contents() == before and differences(was, described()) == []
    with db.engine.connect() as connection:
        assert current(connection) == LAST and missing_parts(connection) == []


def test_a_program_newer_than_its_database_writes_nothing(app: Flask, versions: Path) -> None:
    (versions / f"{NEXT}_trial.py").write_text(TRIAL)
    with app.app_context():
        app_versions._up_to_date.clear()
        with pytest.raises(OutOfDate, match=f"stands at {LAST}, this program needs {NEXT}"), transaction():
            pass


def test_a_draft_says_nothing_when_nothing_has_changed(app: Flask, versions: Path) -> None:
    written = draft("nothing new").read_text()
    assert "TRIGGERS: dict = {}" in written
    assert [line.strip() for line in written.partition("upgrade()")[2].splitlines()[1:]] == ["pass"]


def test_a_draft_has_a_changed_trigger_and_makes_what_the_registry_says(
        a_case: None, versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = refuse("case_no_delete", "cases", "BEFORE DELETE", "never,  not once")
    monkeypatch.setattr(triggers, "TRIGGERS", [*triggers.TRIGGERS])
    monkeypatch.setattr(drafting, "TRIGGERS", triggers.TRIGGERS)
    triggers.register(changed)
    draft("another word")
    upgraded()
    with pytest.raises(DBAPIError, match="never,  not once"), as_owner() as connection:
        connection.execute(text("DELETE FROM cases"))
