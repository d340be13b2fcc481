"""Entries of the log with their places, what still has none, the map of case heads, signed heads."""
import sqlalchemy as sa
from alembic import op

from database.migrations.columns import TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "audit_entry_no_update": {
        "sqlite": """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT,
           'rows of audit_entry never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION audit_entry_no_update() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of audit_entry never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER audit_entry_no_update BEFORE
           UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_no_update()""",
    },
    "audit_entry_no_delete": {
        "sqlite": """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT,
           'rows of audit_entry never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION audit_entry_no_delete() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of audit_entry never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER audit_entry_no_delete BEFORE
           DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_no_delete()""",
    },
    "audit_entry_no_truncate": {
        "postgresql": """CREATE OR REPLACE FUNCTION audit_entry_no_truncate() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of audit_entry never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER audit_entry_no_truncate BEFORE
           TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_no_truncate()""",
    },
    "audit_entry_no_replace": {
        "sqlite": """CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM
           audit_entry WHERE (place = NEW.place) OR (event_id = NEW.event_id)) BEGIN SELECT
           RAISE(ABORT, 'rows of audit_entry never change'); END""",
    },
    "audit_checkpoint_no_update": {
        "sqlite": """CREATE TRIGGER audit_checkpoint_no_update BEFORE UPDATE ON audit_checkpoint BEGIN SELECT
           RAISE(ABORT, 'rows of audit_checkpoint never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION audit_checkpoint_no_update() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of audit_checkpoint never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER audit_checkpoint_no_update
           BEFORE UPDATE ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION
           audit_checkpoint_no_update()""",
    },
    "audit_checkpoint_no_delete": {
        "sqlite": """CREATE TRIGGER audit_checkpoint_no_delete BEFORE DELETE ON audit_checkpoint BEGIN SELECT
           RAISE(ABORT, 'rows of audit_checkpoint never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION audit_checkpoint_no_delete() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of audit_checkpoint never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER audit_checkpoint_no_delete
           BEFORE DELETE ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION
           audit_checkpoint_no_delete()""",
    },
    "audit_checkpoint_no_truncate": {
        "postgresql": """CREATE OR REPLACE FUNCTION audit_checkpoint_no_truncate() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of audit_checkpoint never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER audit_checkpoint_no_truncate
           BEFORE TRUNCATE ON audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION
           audit_checkpoint_no_truncate()""",
    },
    "audit_checkpoint_no_replace": {
        "sqlite": """CREATE TRIGGER audit_checkpoint_no_replace BEFORE INSERT ON audit_checkpoint WHEN EXISTS (SELECT 1
           FROM audit_checkpoint WHERE (id = NEW.id) OR (size = NEW.size)) BEGIN SELECT RAISE(ABORT,
           'rows of audit_checkpoint never change'); END""",
    },
    "audit_leaf_no_update": None,
    "audit_leaf_no_delete": None,
    "audit_leaf_no_replace": None,
    "audit_leaf_no_truncate": None,
}


# What stands in a log made before gets its places by the first sequencing.
WAITING = """INSERT INTO audit_pending (tx_id, bulk, done)
    SELECT tx_id, count(*) > 500, 0 FROM audit_event GROUP BY tx_id"""


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.Integer, unique=True),
        sa.Column("entry", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_entry_own", "audit_entry", ["place"], **only("event_id IS NULL"))
    op.create_table(
        "audit_pending",
        sa.Column("tx_id", sa.Integer, sa.ForeignKey("audit_tx.id"), primary_key=True, autoincrement=False),
        sa.Column("bulk", sa.Boolean, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
    )
    op.create_table(
        "audit_bucket",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("size", sa.Integer, nullable=False, unique=True),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("signed_at", TIME, nullable=False),
    )
    op.execute(WAITING)
    op.drop_table("audit_leaf")
