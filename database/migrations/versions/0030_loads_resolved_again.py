"""Loads resolved again when people were added, moved or changed: with what register, and what came of it."""
from alembic import op
from sqlalchemy import JSON, BigInteger, Column, Date, ForeignKey, Integer, String

from database.migrations.columns import TIME
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "feed_resolution_no_update": {
        "sqlite": """CREATE TRIGGER feed_resolution_no_update BEFORE UPDATE ON feed_resolution BEGIN SELECT RAISE(ABORT,
           'rows of feed_resolution never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_resolution_no_update() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN
           RAISE EXCEPTION 'rows of feed_resolution never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER feed_resolution_no_update BEFORE
           UPDATE ON feed_resolution FOR EACH ROW EXECUTE FUNCTION feed_resolution_no_update()""",
    },
    "feed_resolution_no_delete": {
        "sqlite": """CREATE TRIGGER feed_resolution_no_delete BEFORE DELETE ON feed_resolution BEGIN SELECT RAISE(ABORT,
           'rows of feed_resolution never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_resolution_no_delete() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN
           RAISE EXCEPTION 'rows of feed_resolution never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER feed_resolution_no_delete BEFORE
           DELETE ON feed_resolution FOR EACH ROW EXECUTE FUNCTION feed_resolution_no_delete()""",
    },
    "feed_resolution_no_truncate": {
        "postgresql": """CREATE OR REPLACE FUNCTION feed_resolution_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'rows of feed_resolution never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER feed_resolution_no_truncate
           BEFORE TRUNCATE ON feed_resolution FOR EACH STATEMENT EXECUTE FUNCTION
           feed_resolution_no_truncate()""",
    },
    "feed_resolution_no_replace": {
        "sqlite": """CREATE TRIGGER feed_resolution_no_replace BEFORE INSERT ON feed_resolution WHEN EXISTS (SELECT 1
           FROM feed_resolution WHERE (id = NEW.id) OR (public_id = NEW.public_id)) BEGIN SELECT
           RAISE(ABORT, 'rows of feed_resolution never change'); END""",
    },
}


def upgrade() -> None:
    op.add_column("feed_load", Column("register", JSON))
    op.create_table(
        "feed_resolution", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("load_id", Integer, ForeignKey("feed_load.id"), nullable=False, index=True),
        *(Column(name, BigInteger, nullable=False) for name in ("came", "went", "people")),
        Column("resolved_on", Date, nullable=False), Column("recorded_at", TIME, nullable=False))
