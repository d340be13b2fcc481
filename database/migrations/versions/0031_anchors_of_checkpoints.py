"""Anchors of checkpoints."""
from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)

from database.migrations.columns import TIME
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "audit_anchor_stays": {
        "sqlite": """CREATE TRIGGER audit_anchor_stays BEFORE UPDATE ON audit_anchor WHEN (OLD.state = 'anchored' OR
           NEW.checkpoint_id <> OLD.checkpoint_id OR NEW.witness <> OLD.witness OR NEW.kind <>
           OLD.kind) BEGIN SELECT RAISE(ABORT, 'an anchor never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION audit_anchor_stays() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'an anchor never changes' USING ERRCODE = 'integrity_constraint_violation'; END
           $$; CREATE TRIGGER audit_anchor_stays BEFORE UPDATE ON audit_anchor FOR EACH ROW WHEN
           (OLD.state = 'anchored' OR NEW.checkpoint_id <> OLD.checkpoint_id OR NEW.witness <>
           OLD.witness OR NEW.kind <> OLD.kind) EXECUTE FUNCTION audit_anchor_stays()""",
    },
    "audit_anchor_no_delete": {
        "sqlite": """CREATE TRIGGER audit_anchor_no_delete BEFORE DELETE ON audit_anchor BEGIN SELECT
           RAISE(ABORT, 'anchors are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION audit_anchor_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'anchors are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER audit_anchor_no_delete BEFORE
           DELETE ON audit_anchor FOR EACH ROW EXECUTE FUNCTION audit_anchor_no_delete()""",
    },
    "audit_anchor_no_replace": {
        "sqlite": """CREATE TRIGGER audit_anchor_no_replace BEFORE INSERT ON audit_anchor WHEN EXISTS (SELECT 1 FROM
           audit_anchor WHERE (id = NEW.id) OR (checkpoint_id = NEW.checkpoint_id AND witness =
           NEW.witness)) BEGIN SELECT RAISE(ABORT, 'rows of audit_anchor are never replaced'); END""",
    },
}


def upgrade() -> None:
    op.create_table(
        "audit_anchor", Column("id", Integer, primary_key=True),
        Column("checkpoint_id", Integer, ForeignKey("audit_checkpoint.id"), nullable=False),
        Column("witness", String(60), nullable=False), Column("kind", String(20), nullable=False),
        Column("state", String(10), nullable=False), Column("attempts", Integer, nullable=False),
        Column("tried_at", TIME), Column("at", TIME), Column("receipt", LargeBinary), Column("words", Text),
        UniqueConstraint("checkpoint_id", "witness"),
        CheckConstraint("state in ('waiting', 'anchored', 'away', 'refused')", name="state"),
        CheckConstraint("(state = 'anchored') = (receipt is not null) and (state = 'anchored') = (at is not null)",
                        name="anchored"))
    op.create_index("ix_audit_anchor_witness", "audit_anchor", ["witness", "state", "checkpoint_id"])
