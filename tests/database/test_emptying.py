"""A database of tests that is emptied instead of copied is as fresh as a copy; what else changed is seen."""
import pytest
from flask import Flask
from sqlalchemy import text

from cases.models import Case
from database import db
from tests import engines
from tests.case_builder import make_case
from tests.engines import Copies
from tests.owner import as_superuser
from tests.people import ON

pytestmark = pytest.mark.skipif(engines.chosen() == "sqlite", reason="on SQLite a file is copied each time")
CHANGES = (
    "DROP TRIGGER audit_event_no_update ON audit_event",
    "ALTER TABLE cases DISABLE TRIGGER ALL",
    "GRANT DELETE ON cases TO PUBLIC",
    "ALTER TABLE cases DROP COLUMN employer CASCADE",
    "DROP INDEX ix_cases_due",
    "DROP TABLE alembic_version",
    "UPDATE alembic_version SET version_num = '0000'",
)


def test_rows_are_gone_and_numbers_begin_anew(app: Flask, copies: Copies) -> None:
    with app.app_context():
        first = make_case(ON).id
        db.session.remove()
        db.engine.dispose()
        assert copies._emptying.empty()
        assert db.session.query(Case).count() == 0
        assert make_case(ON).id == first
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_else_changed_asks_for_a_copy(app: Flask, copies: Copies, change: str) -> None:
    with app.app_context(), as_superuser() as raw:
        raw.execute(text(change))
        raw.commit()
    assert not copies._emptying.empty()
