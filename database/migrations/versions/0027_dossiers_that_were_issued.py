"""Dossiers that were issued, to be found again by their bytes."""
from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, String

from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {
    f"dossier_issue_no_{what}": {
        "sqlite": f"""CREATE TRIGGER dossier_issue_no_{what} BEFORE {what.upper()} ON dossier_issue BEGIN SELECT
           RAISE(ABORT, 'rows of dossier_issue never change'); END""",
        "postgresql": f"""CREATE OR REPLACE FUNCTION dossier_issue_no_{what}() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of dossier_issue never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER dossier_issue_no_{what} BEFORE {what.upper()}
           ON dossier_issue FOR EACH {each} EXECUTE FUNCTION dossier_issue_no_{what}()""",
    }
    for what, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
} | {
    "dossier_issue_no_replace": {
        "sqlite": """CREATE TRIGGER dossier_issue_no_replace BEFORE INSERT ON dossier_issue WHEN EXISTS
           (SELECT 1 FROM dossier_issue WHERE (event_id = NEW.event_id)) BEGIN SELECT
           RAISE(ABORT, 'rows of dossier_issue never change'); END""",
    },
}
del TRIGGERS["dossier_issue_no_truncate"]["sqlite"]


def upgrade() -> None:
    op.create_table(
        "dossier_issue", Column("event_id", Integer, ForeignKey("audit_event.id"), primary_key=True),
        Column("sha256", String(64), nullable=False))
    op.create_index("ix_dossier_issue_sha256", "dossier_issue", ["sha256"])
