"""Training: class hours of staff and how they were assessed (JS 4.2)."""
from alembic import op
from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, String

from database.migrations.columns import TIME
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "training_record_persons": {
        "sqlite": """CREATE TRIGGER training_record_persons AFTER INSERT ON training_record WHEN EXISTS
           (SELECT 1 FROM staff_account AS a WHERE (a.id = NEW.account_id AND a.natural_person_id <>
           NEW.natural_person_id) OR (a.id = NEW.recorded_by AND a.natural_person_id <>
           NEW.recorded_by_person)) BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION training_record_persons() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN IF (EXISTS (SELECT 1 FROM staff_account AS a WHERE (a.id = NEW.account_id AND
           a.natural_person_id <> NEW.natural_person_id) OR (a.id = NEW.recorded_by AND a.natural_person_id
           <> NEW.recorded_by_person))) THEN RAISE EXCEPTION 'account and person differ' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           training_record_persons AFTER INSERT ON training_record FOR EACH ROW EXECUTE FUNCTION
           training_record_persons()""",
    },
    "training_record_no_update": {
        "sqlite": """CREATE TRIGGER training_record_no_update BEFORE UPDATE ON training_record BEGIN SELECT
           RAISE(ABORT, 'rows of training_record never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION training_record_no_update() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of training_record never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER training_record_no_update BEFORE UPDATE
           ON training_record FOR EACH ROW EXECUTE FUNCTION training_record_no_update()""",
    },
    "training_record_no_delete": {
        "sqlite": """CREATE TRIGGER training_record_no_delete BEFORE DELETE ON training_record BEGIN SELECT
           RAISE(ABORT, 'rows of training_record never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION training_record_no_delete() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of training_record never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER training_record_no_delete BEFORE DELETE
           ON training_record FOR EACH ROW EXECUTE FUNCTION training_record_no_delete()""",
    },
    "training_record_no_truncate": {
        "postgresql": """CREATE OR REPLACE FUNCTION training_record_no_truncate() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of training_record never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER training_record_no_truncate BEFORE
           TRUNCATE ON training_record FOR EACH STATEMENT EXECUTE FUNCTION training_record_no_truncate()""",
    },
    "training_record_no_replace": {
        "sqlite": """CREATE TRIGGER training_record_no_replace BEFORE INSERT ON training_record WHEN EXISTS
           (SELECT 1 FROM training_record WHERE (id = NEW.id) OR (public_id = NEW.public_id)) BEGIN SELECT
           RAISE(ABORT, 'rows of training_record never change'); END""",
    },
}
PATH = String(120).with_variant(String(120, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "training_record", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("natural_person_id", Integer, ForeignKey("natural_person.id"), nullable=False),
        Column("account_id", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("office_path", PATH, nullable=False), Column("on", Date, nullable=False),
        Column("topic", String(120), nullable=False), Column("way", String(20), nullable=False),
        Column("class_hours", Integer, nullable=False), Column("outcome", String(10), nullable=False),
        Column("recorded_by", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("recorded_by_person", Integer, ForeignKey("natural_person.id"), nullable=False),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("class_hours > 0", name="positive"),
        CheckConstraint("outcome in ('passed','failed','none')", name="outcome"),
        CheckConstraint("recorded_by_person <> natural_person_id", name="two_persons"))
    op.create_index("ix_training_record_person", "training_record", ["natural_person_id", "on"])
