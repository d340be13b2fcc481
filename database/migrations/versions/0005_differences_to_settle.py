"""Differences between a file and the record: one row per case and kind of decision, settled by people.

Rows of before named single fields, no page settled them, and the next file states them again: they are not kept.
"""
from alembic import op
from sqlalchemy import JSON, CheckConstraint, Column, Date, ForeignKey, Integer, String, Text

from database.migrations.columns import ENCRYPTED, TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "import_proposal_closed": {
        "sqlite": """CREATE TRIGGER import_proposal_closed BEFORE UPDATE ON import_proposal WHEN (OLD.status <> 'open')
           BEGIN SELECT RAISE(ABORT, 'a settled difference never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION import_proposal_closed() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'a settled difference never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER import_proposal_closed BEFORE
           UPDATE ON import_proposal FOR EACH ROW WHEN (OLD.status <> 'open') EXECUTE FUNCTION
           import_proposal_closed()""",
    },
    "import_proposal_as_made": {
        "sqlite": """CREATE TRIGGER import_proposal_as_made BEFORE UPDATE ON import_proposal WHEN (NEW.changes <>
           OLD.changes OR NEW.case_id <> OLD.case_id OR NEW.batch_id <> OLD.batch_id) BEGIN SELECT
           RAISE(ABORT, 'what a file said never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION import_proposal_as_made() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'what a file said never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER import_proposal_as_made BEFORE
           UPDATE ON import_proposal FOR EACH ROW WHEN (NEW.changes <> OLD.changes OR NEW.case_id <>
           OLD.case_id OR NEW.batch_id <> OLD.batch_id) EXECUTE FUNCTION import_proposal_as_made()""",
    },
    "import_proposal_no_delete": {
        "sqlite": """CREATE TRIGGER import_proposal_no_delete BEFORE DELETE ON import_proposal BEGIN SELECT RAISE(ABORT,
           'differences are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION import_proposal_no_delete() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'differences are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER import_proposal_no_delete BEFORE
           DELETE ON import_proposal FOR EACH ROW EXECUTE FUNCTION import_proposal_no_delete()""",
    },
}


def upgrade() -> None:
    op.drop_table("import_proposal")
    op.create_table(
        "import_proposal",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("batch_id", Integer, ForeignKey("import_batch.id"), nullable=False, index=True),
        Column("row_number", Integer, nullable=False),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
        Column("office_path", String(120).with_variant(String(120, collation="C"), "postgresql"), nullable=False),
        Column("kind", String(40), nullable=False),
        Column("fields", JSON, nullable=False),
        Column("changes", ENCRYPTED, nullable=False),
        Column("changes_index", String(64), nullable=False),
        Column("status", String(10), nullable=False),
        Column("proposed_on", Date, nullable=False),
        Column("decision_id", Integer, ForeignKey("decision.id"), index=True),
        Column("closed_on", Date),
        Column("closed_by", Integer, ForeignKey("staff_account.id")),
        Column("reason", Text),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('open','accepted','dismissed','overtaken')", name="status"),
        CheckConstraint("status <> 'accepted' or decision_id is not null", name="accepted"),
        CheckConstraint("status <> 'dismissed' or reason is not null", name="dismissed"),
    )
    op.create_index("ix_import_proposal_open", "import_proposal", ["office_path", "id"], **only("status = 'open'"))
