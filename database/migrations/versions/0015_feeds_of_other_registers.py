"""Feeds of other registers: what was brought in, and the rows that say nothing until they are corrected."""
from alembic import op
from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Date, ForeignKey, Integer, String, Text

from database.migrations.columns import ENCRYPTED, TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "feed_load_person_insert": {
        "sqlite": """CREATE TRIGGER feed_load_person_insert BEFORE INSERT ON feed_load FOR EACH ROW WHEN EXISTS
           (SELECT 1
           FROM staff_account a WHERE (a.id = NEW.loaded_by AND a.natural_person_id <>
           NEW.loaded_by_person) OR (a.id = NEW.withdrawn_by AND a.natural_person_id <>
           NEW.withdrawn_by_person)) BEGIN SELECT RAISE(ABORT,
           'account and person of a load differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_load_person_insert() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN IF
           EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.loaded_by AND a.natural_person_id
           <> NEW.loaded_by_person) OR (a.id = NEW.withdrawn_by AND a.natural_person_id <>
           NEW.withdrawn_by_person)) THEN RAISE EXCEPTION 'account and person of a load differ'
           USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE
           TRIGGER feed_load_person_insert BEFORE INSERT ON feed_load FOR EACH ROW EXECUTE FUNCTION
           feed_load_person_insert()""",
    },
    "feed_load_person_update": {
        "sqlite": """CREATE TRIGGER feed_load_person_update BEFORE UPDATE ON feed_load FOR EACH ROW WHEN EXISTS
           (SELECT 1
           FROM staff_account a WHERE (a.id = NEW.loaded_by AND a.natural_person_id <>
           NEW.loaded_by_person) OR (a.id = NEW.withdrawn_by AND a.natural_person_id <>
           NEW.withdrawn_by_person)) BEGIN SELECT RAISE(ABORT,
           'account and person of a load differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_load_person_update() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN IF
           EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.loaded_by AND a.natural_person_id
           <> NEW.loaded_by_person) OR (a.id = NEW.withdrawn_by AND a.natural_person_id <>
           NEW.withdrawn_by_person)) THEN RAISE EXCEPTION 'account and person of a load differ'
           USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE
           TRIGGER feed_load_person_update BEFORE UPDATE ON feed_load FOR EACH ROW EXECUTE FUNCTION
           feed_load_person_update()""",
    },
    "feed_load_as_brought": {
        "sqlite": """CREATE TRIGGER feed_load_as_brought BEFORE UPDATE ON feed_load WHEN ((NEW.source <> OLD.source OR
           NEW.area_path <> OLD.area_path OR NEW.sha256 <> OLD.sha256 OR NEW.loaded_by <>
           OLD.loaded_by OR NEW.loaded_by_person <> OLD.loaded_by_person OR NEW.loaded_on <>
           OLD.loaded_on)) BEGIN SELECT RAISE(ABORT, 'what was brought never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_load_as_brought() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE
           EXCEPTION 'what was brought never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER feed_load_as_brought BEFORE
           UPDATE ON feed_load FOR EACH ROW WHEN ((NEW.source <> OLD.source OR NEW.area_path <>
           OLD.area_path OR NEW.sha256 <> OLD.sha256 OR NEW.loaded_by <> OLD.loaded_by OR
           NEW.loaded_by_person <> OLD.loaded_by_person OR NEW.loaded_on <> OLD.loaded_on)) EXECUTE
           FUNCTION feed_load_as_brought()""",
    },
    "feed_load_as_loaded": {
        "sqlite": """CREATE TRIGGER feed_load_as_loaded BEFORE UPDATE ON feed_load WHEN (OLD.status <> 'staging' AND
           (NEW.rows <> OLD.rows OR NEW.loaded <> OLD.loaded OR NEW.unchanged <> OLD.unchanged OR
           NEW.duplicate <> OLD.duplicate OR NEW.quarantined <> OLD.quarantined OR NEW.outside <>
           OLD.outside OR NEW.unlinked <> OLD.unlinked OR NEW.resolved <> OLD.resolved)) BEGIN
           SELECT RAISE(ABORT, 'what was loaded never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_load_as_loaded() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE
           EXCEPTION 'what was loaded never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER feed_load_as_loaded BEFORE
           UPDATE ON feed_load FOR EACH ROW WHEN (OLD.status <> 'staging' AND (NEW.rows <> OLD.rows
           OR NEW.loaded <> OLD.loaded OR NEW.unchanged <> OLD.unchanged OR NEW.duplicate <>
           OLD.duplicate OR NEW.quarantined <> OLD.quarantined OR NEW.outside <> OLD.outside OR
           NEW.unlinked <> OLD.unlinked OR NEW.resolved <> OLD.resolved)) EXECUTE FUNCTION
           feed_load_as_loaded()""",
    },
    "feed_load_status": {
        "sqlite": """CREATE TRIGGER feed_load_status BEFORE UPDATE ON feed_load WHEN (OLD.status = 'withdrawn' OR
           (OLD.status = 'loaded' AND NEW.status = 'staging')) BEGIN SELECT RAISE(ABORT,
           'a load is withdrawn, and that for good'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_load_status() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE
           EXCEPTION 'a load is withdrawn, and that for good' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER feed_load_status BEFORE UPDATE
           ON feed_load FOR EACH ROW WHEN (OLD.status = 'withdrawn' OR (OLD.status = 'loaded' AND
           NEW.status = 'staging')) EXECUTE FUNCTION feed_load_status()""",
    },
    "feed_load_no_delete": {
        "sqlite": """CREATE TRIGGER feed_load_no_delete BEFORE DELETE ON feed_load BEGIN SELECT RAISE(ABORT,
           'loads are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_load_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE
           EXCEPTION 'loads are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END
           $$; CREATE TRIGGER feed_load_no_delete BEFORE DELETE ON feed_load FOR EACH ROW EXECUTE
           FUNCTION feed_load_no_delete()""",
    },
    "feed_quarantine_no_update": {
        "sqlite": """CREATE TRIGGER feed_quarantine_no_update BEFORE UPDATE ON feed_quarantine BEGIN SELECT RAISE(ABORT,
           'rows of feed_quarantine never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_quarantine_no_update() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN
           RAISE EXCEPTION 'rows of feed_quarantine never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER feed_quarantine_no_update BEFORE
           UPDATE ON feed_quarantine FOR EACH ROW EXECUTE FUNCTION feed_quarantine_no_update()""",
    },
    "feed_quarantine_no_delete": {
        "sqlite": """CREATE TRIGGER feed_quarantine_no_delete BEFORE DELETE ON feed_quarantine BEGIN SELECT RAISE(ABORT,
           'rows of feed_quarantine never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION feed_quarantine_no_delete() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN
           RAISE EXCEPTION 'rows of feed_quarantine never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER feed_quarantine_no_delete BEFORE
           DELETE ON feed_quarantine FOR EACH ROW EXECUTE FUNCTION feed_quarantine_no_delete()""",
    },
    "feed_quarantine_no_truncate": {
        "postgresql": """CREATE OR REPLACE FUNCTION feed_quarantine_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'rows of feed_quarantine never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER feed_quarantine_no_truncate
           BEFORE TRUNCATE ON feed_quarantine FOR EACH STATEMENT EXECUTE FUNCTION
           feed_quarantine_no_truncate()""",
    },
    "feed_quarantine_no_replace": {
        "sqlite": """CREATE TRIGGER feed_quarantine_no_replace BEFORE INSERT ON feed_quarantine WHEN EXISTS (SELECT 1
           FROM feed_quarantine WHERE (load_id = NEW.load_id AND row_number = NEW.row_number)) BEGIN
           SELECT RAISE(ABORT, 'rows of feed_quarantine never change'); END""",
    },
}


PATH = String(120).with_variant(String(120, collation="C"), "postgresql")
COUNTS = ("rows", "loaded", "unchanged", "duplicate", "quarantined", "outside", "unlinked", "resolved")


def upgrade() -> None:
    op.create_table(
        "feed_load", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True), Column("source", String(40), nullable=False),
        Column("area_path", PATH, nullable=False), Column("file_name", String(120), nullable=False),
        Column("sha256", String(64), nullable=False), Column("status", String(10), nullable=False),
        Column("staged_through", BigInteger, nullable=False), Column("chunks", Integer, nullable=False),
        *(Column(name, BigInteger, nullable=False) for name in COUNTS),
        Column("first_on", Date), Column("last_on", Date), Column("unread", JSON, nullable=False),
        Column("signs", JSON, nullable=False), Column("job_id", Integer, ForeignKey("job.id")),
        Column("loaded_by", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("loaded_by_person", Integer, ForeignKey("natural_person.id"), nullable=False),
        Column("loaded_on", Date, nullable=False), Column("withdrawn_on", Date),
        Column("withdrawn_by", Integer, ForeignKey("staff_account.id")),
        Column("withdrawn_by_person", Integer, ForeignKey("natural_person.id")), Column("reason", Text),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('staging','loaded','withdrawn')", name="status"),
        CheckConstraint("status <> 'loaded' or rows = loaded + unchanged + duplicate + quarantined", name="adds_up"),
        CheckConstraint("status <> 'withdrawn' or (withdrawn_by_person is not null and withdrawn_on is not null "
                        "and reason is not null)", name="withdrawn"))
    op.create_index("uq_feed_load_live", "feed_load", ["source", "area_path", "sha256"], unique=True,
                    **only("status <> 'withdrawn'"))
    op.create_index("ix_feed_load_source", "feed_load", ["source", "id"])
    op.create_table(
        "feed_quarantine", Column("load_id", Integer, ForeignKey("feed_load.id"), primary_key=True),
        Column("row_number", BigInteger, primary_key=True, autoincrement=False),
        Column("code", String(40), nullable=False), Column("raw", ENCRYPTED, nullable=False),
        Column("errors", JSON, nullable=False))
    op.create_index("ix_feed_quarantine_code", "feed_quarantine", ["load_id", "code", "row_number"])
