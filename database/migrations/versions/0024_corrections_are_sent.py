"""Corrections after a wrong suspension or stop are sent to the system that was wrong (SC 27, QD 27)."""
from alembic import op
from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, String, Text, UniqueConstraint

from database.migrations.columns import TIME
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "correction_as_arisen": {
        "sqlite": """CREATE TRIGGER correction_as_arisen BEFORE UPDATE ON correction WHEN
           (((NEW."public_id" IS NULL) <>
           (OLD."public_id" IS NULL) OR NEW."public_id" <> OLD."public_id") OR ((NEW."case_id" IS
           NULL) <> (OLD."case_id" IS NULL) OR NEW."case_id" <> OLD."case_id") OR
           ((NEW."decision_id" IS NULL) <> (OLD."decision_id" IS NULL) OR NEW."decision_id" <>
           OLD."decision_id") OR ((NEW."system" IS NULL) <> (OLD."system" IS NULL) OR NEW."system"
           <> OLD."system") OR ((NEW."office_path" IS NULL) <> (OLD."office_path" IS NULL) OR
           NEW."office_path" <> OLD."office_path") OR ((NEW."reason" IS NULL) <> (OLD."reason" IS
           NULL) OR NEW."reason" <> OLD."reason") OR ((NEW."arose_on" IS NULL) <> (OLD."arose_on" IS
           NULL) OR NEW."arose_on" <> OLD."arose_on")) BEGIN SELECT RAISE(ABORT,
           'what is to be corrected never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION correction_as_arisen() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE
           EXCEPTION 'what is to be corrected never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER correction_as_arisen BEFORE
           UPDATE ON correction FOR EACH ROW WHEN (((NEW."public_id" IS NULL) <> (OLD."public_id" IS
           NULL) OR NEW."public_id" <> OLD."public_id") OR ((NEW."case_id" IS NULL) <>
           (OLD."case_id" IS NULL) OR NEW."case_id" <> OLD."case_id") OR ((NEW."decision_id" IS
           NULL) <> (OLD."decision_id" IS NULL) OR NEW."decision_id" <> OLD."decision_id") OR
           ((NEW."system" IS NULL) <> (OLD."system" IS NULL) OR NEW."system" <> OLD."system") OR
           ((NEW."office_path" IS NULL) <> (OLD."office_path" IS NULL) OR NEW."office_path" <>
           OLD."office_path") OR ((NEW."reason" IS NULL) <> (OLD."reason" IS NULL) OR NEW."reason"
           <> OLD."reason") OR ((NEW."arose_on" IS NULL) <> (OLD."arose_on" IS NULL) OR
           NEW."arose_on" <> OLD."arose_on")) EXECUTE FUNCTION correction_as_arisen()""",
    },
    "correction_settled": {
        "sqlite": """CREATE TRIGGER correction_settled BEFORE UPDATE ON correction WHEN (OLD.status IN ('received',
           'set_aside')) BEGIN SELECT RAISE(ABORT, 'a settled correction never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION correction_settled() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE
           EXCEPTION 'a settled correction never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER correction_settled BEFORE UPDATE
           ON correction FOR EACH ROW WHEN (OLD.status IN ('received', 'set_aside')) EXECUTE
           FUNCTION correction_settled()""",
    },
    "correction_no_delete": {
        "sqlite": """CREATE TRIGGER correction_no_delete BEFORE DELETE ON correction BEGIN SELECT RAISE(ABORT,
           'corrections are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION correction_no_delete() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE
           EXCEPTION 'corrections are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER correction_no_delete BEFORE
           DELETE ON correction FOR EACH ROW EXECUTE FUNCTION correction_no_delete()""",
    },
    "correction_sending_as_sent": {
        "sqlite": """CREATE TRIGGER correction_sending_as_sent BEFORE UPDATE ON correction_sending WHEN
           (((NEW."public_id" IS NULL) <> (OLD."public_id" IS NULL) OR NEW."public_id" <>
           OLD."public_id") OR ((NEW."system" IS NULL) <> (OLD."system" IS NULL) OR NEW."system" <>
           OLD."system") OR ((NEW."office_path" IS NULL) <> (OLD."office_path" IS NULL) OR
           NEW."office_path" <> OLD."office_path") OR ((NEW."rows" IS NULL) <> (OLD."rows" IS NULL)
           OR NEW."rows" <> OLD."rows") OR ((NEW."form" IS NULL) <> (OLD."form" IS NULL) OR
           NEW."form" <> OLD."form") OR ((NEW."digest" IS NULL) <> (OLD."digest" IS NULL) OR
           NEW."digest" <> OLD."digest") OR ((NEW."sent_on" IS NULL) <> (OLD."sent_on" IS NULL) OR
           NEW."sent_on" <> OLD."sent_on") OR ((NEW."sent_by" IS NULL) <> (OLD."sent_by" IS NULL) OR
           NEW."sent_by" <> OLD."sent_by") OR ((NEW."again_of_id" IS NULL) <> (OLD."again_of_id" IS
           NULL) OR NEW."again_of_id" <> OLD."again_of_id")) BEGIN SELECT RAISE(ABORT,
           'what was sent never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION correction_sending_as_sent() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'what was sent never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER correction_sending_as_sent
           BEFORE UPDATE ON correction_sending FOR EACH ROW WHEN (((NEW."public_id" IS NULL) <>
           (OLD."public_id" IS NULL) OR NEW."public_id" <> OLD."public_id") OR ((NEW."system" IS
           NULL) <> (OLD."system" IS NULL) OR NEW."system" <> OLD."system") OR ((NEW."office_path"
           IS NULL) <> (OLD."office_path" IS NULL) OR NEW."office_path" <> OLD."office_path") OR
           ((NEW."rows" IS NULL) <> (OLD."rows" IS NULL) OR NEW."rows" <> OLD."rows") OR
           ((NEW."form" IS NULL) <> (OLD."form" IS NULL) OR NEW."form" <> OLD."form") OR
           ((NEW."digest" IS NULL) <> (OLD."digest" IS NULL) OR NEW."digest" <> OLD."digest") OR
           ((NEW."sent_on" IS NULL) <> (OLD."sent_on" IS NULL) OR NEW."sent_on" <> OLD."sent_on") OR
           ((NEW."sent_by" IS NULL) <> (OLD."sent_by" IS NULL) OR NEW."sent_by" <> OLD."sent_by") OR
           ((NEW."again_of_id" IS NULL) <> (OLD."again_of_id" IS NULL) OR NEW."again_of_id" <>
           OLD."again_of_id")) EXECUTE FUNCTION correction_sending_as_sent()""",
    },
    "correction_sending_answered": {
        "sqlite": """CREATE TRIGGER correction_sending_answered BEFORE UPDATE ON correction_sending
           WHEN (OLD.answered_on
           IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'an answered sending never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION correction_sending_answered() RETURNS trigger
           LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'an answered sending never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER correction_sending_answered
           BEFORE UPDATE ON correction_sending FOR EACH ROW WHEN (OLD.answered_on IS NOT NULL)
           EXECUTE FUNCTION correction_sending_answered()""",
    },
    "correction_sending_no_delete": {
        "sqlite": """CREATE TRIGGER correction_sending_no_delete BEFORE DELETE ON correction_sending BEGIN SELECT
           RAISE(ABORT, 'sendings are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION correction_sending_no_delete() RETURNS trigger
           LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'sendings are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER correction_sending_no_delete
           BEFORE DELETE ON correction_sending FOR EACH ROW EXECUTE FUNCTION
           correction_sending_no_delete()""",
    },
    "correction_no_replace": {
        "sqlite": """CREATE TRIGGER correction_no_replace BEFORE INSERT ON correction WHEN EXISTS (SELECT 1 FROM
           correction WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (decision_id =
           NEW.decision_id AND system = NEW.system)) BEGIN SELECT RAISE(ABORT,
           'rows of correction are never replaced'); END""",
    },
    "correction_sending_no_replace": {
        "sqlite": """CREATE TRIGGER correction_sending_no_replace BEFORE INSERT ON
           correction_sending WHEN EXISTS (SELECT
           1 FROM correction_sending WHERE (id = NEW.id) OR (public_id = NEW.public_id)) BEGIN
           SELECT RAISE(ABORT, 'rows of correction_sending are never replaced'); END""",
    },
}
PATH = String(120).with_variant(String(120, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "correction_sending", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True), Column("system", String(40), nullable=False),
        Column("office_path", PATH, nullable=False), Column("rows", Integer, nullable=False),
        Column("form", String(4), nullable=False), Column("digest", String(64), nullable=False),
        Column("sent_on", Date, nullable=False),
        Column("sent_by", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("again_of_id", Integer, ForeignKey("correction_sending.id")), Column("receipt_no", String(80)),
        Column("answered_on", Date), Column("answered_by", Integer, ForeignKey("staff_account.id")),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("(answered_on is null) = (receipt_no is null) and "
                        "(answered_on is null) = (answered_by is null)", name="answered"))
    op.create_index("ix_correction_sending_office", "correction_sending", ["office_path", "id"])
    op.create_table(
        "correction", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
        Column("decision_id", Integer, ForeignKey("decision.id"), nullable=False),
        Column("system", String(40), nullable=False), Column("office_path", PATH, nullable=False),
        Column("reason", String(40), nullable=False), Column("arose_on", Date, nullable=False),
        Column("status", String(10), nullable=False),
        Column("sending_id", Integer, ForeignKey("correction_sending.id"), index=True), Column("note", Text),
        Column("settled_on", Date), Column("settled_by", Integer, ForeignKey("staff_account.id")),
        Column("recorded_at", TIME, nullable=False), UniqueConstraint("decision_id", "system"),
        CheckConstraint("status in ('open','sent','received','set_aside')", name="status"),
        CheckConstraint("status <> 'set_aside' or (note is not null and settled_by is not null)", name="set_aside"),
        CheckConstraint("status not in ('sent','received') or sending_id is not null", name="sent"))
    op.create_index("ix_correction_waiting", "correction", ["system", "status", "office_path", "id"])
