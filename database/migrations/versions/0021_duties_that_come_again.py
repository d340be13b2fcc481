"""Duties that come again, their inspections, samples of service (QD 29, 31; JS 8.4, 9; GB 5.9)."""
from alembic import op
from sqlalchemy import JSON, CheckConstraint, Column, Date, ForeignKey, Integer, LargeBinary, String, Text

from database.migrations.columns import TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "duty_record_person_insert": {
        "sqlite": """CREATE TRIGGER duty_record_person_insert BEFORE INSERT ON duty_record FOR EACH ROW WHEN
           EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.done_by AND a.natural_person_id <>
           NEW.done_by_person) OR (a.id = NEW.settled_by AND a.natural_person_id <> NEW.settled_by_person))
           BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION duty_record_person_insert() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.done_by AND
           a.natural_person_id <> NEW.done_by_person) OR (a.id = NEW.settled_by AND a.natural_person_id <>
           NEW.settled_by_person)) THEN RAISE EXCEPTION 'account and person differ' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           duty_record_person_insert BEFORE INSERT ON duty_record FOR EACH ROW EXECUTE FUNCTION
           duty_record_person_insert()""",
    },
    "duty_record_person_update": {
        "sqlite": """CREATE TRIGGER duty_record_person_update BEFORE UPDATE ON duty_record FOR EACH ROW WHEN
           EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.done_by AND a.natural_person_id <>
           NEW.done_by_person) OR (a.id = NEW.settled_by AND a.natural_person_id <> NEW.settled_by_person))
           BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION duty_record_person_update() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.done_by AND
           a.natural_person_id <> NEW.done_by_person) OR (a.id = NEW.settled_by AND a.natural_person_id <>
           NEW.settled_by_person)) THEN RAISE EXCEPTION 'account and person differ' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           duty_record_person_update BEFORE UPDATE ON duty_record FOR EACH ROW EXECUTE FUNCTION
           duty_record_person_update()""",
    },
    "inspection_person_insert": {
        "sqlite": """CREATE TRIGGER inspection_person_insert BEFORE INSERT ON inspection FOR EACH ROW WHEN
           EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.entered_by AND a.natural_person_id <>
           NEW.entered_by_person) OR (a.id = NEW.corrected_by AND a.natural_person_id <>
           NEW.corrected_by_person) OR (a.id = NEW.closed_by AND a.natural_person_id <>
           NEW.closed_by_person)) BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION inspection_person_insert() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.entered_by AND
           a.natural_person_id <> NEW.entered_by_person) OR (a.id = NEW.corrected_by AND a.natural_person_id
           <> NEW.corrected_by_person) OR (a.id = NEW.closed_by AND a.natural_person_id <>
           NEW.closed_by_person)) THEN RAISE EXCEPTION 'account and person differ' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           inspection_person_insert BEFORE INSERT ON inspection FOR EACH ROW EXECUTE FUNCTION
           inspection_person_insert()""",
    },
    "inspection_person_update": {
        "sqlite": """CREATE TRIGGER inspection_person_update BEFORE UPDATE ON inspection FOR EACH ROW WHEN
           EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.entered_by AND a.natural_person_id <>
           NEW.entered_by_person) OR (a.id = NEW.corrected_by AND a.natural_person_id <>
           NEW.corrected_by_person) OR (a.id = NEW.closed_by AND a.natural_person_id <>
           NEW.closed_by_person)) BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION inspection_person_update() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.entered_by AND
           a.natural_person_id <> NEW.entered_by_person) OR (a.id = NEW.corrected_by AND a.natural_person_id
           <> NEW.corrected_by_person) OR (a.id = NEW.closed_by AND a.natural_person_id <>
           NEW.closed_by_person)) THEN RAISE EXCEPTION 'account and person differ' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           inspection_person_update BEFORE UPDATE ON inspection FOR EACH ROW EXECUTE FUNCTION
           inspection_person_update()""",
    },
    "duty_record_as_recorded": {
        "sqlite": """CREATE TRIGGER duty_record_as_recorded BEFORE UPDATE ON duty_record FOR EACH ROW WHEN
           EXISTS (SELECT 1 WHERE NEW.office_id <> OLD.office_id OR NEW.office_path <> OLD.office_path OR
           NEW.kind <> OLD.kind OR NEW.first_month <> OLD.first_month OR NEW.last_month <> OLD.last_month OR
           NEW.due_on <> OLD.due_on OR NEW.note <> OLD.note OR NEW.done_on <> OLD.done_on OR NEW.done_by <>
           OLD.done_by OR NEW.done_by_person <> OLD.done_by_person OR coalesce(NEW.paper_sha256, '') <>
           coalesce(OLD.paper_sha256, '') OR CAST(NEW.figures AS TEXT) <> CAST(OLD.figures AS TEXT)) BEGIN
           SELECT RAISE(ABORT, 'what was recorded of a duty never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION duty_record_as_recorded() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 WHERE NEW.office_id <> OLD.office_id OR NEW.office_path
           <> OLD.office_path OR NEW.kind <> OLD.kind OR NEW.first_month <> OLD.first_month OR
           NEW.last_month <> OLD.last_month OR NEW.due_on <> OLD.due_on OR NEW.note <> OLD.note OR
           NEW.done_on <> OLD.done_on OR NEW.done_by <> OLD.done_by OR NEW.done_by_person <>
           OLD.done_by_person OR coalesce(NEW.paper_sha256, '') <> coalesce(OLD.paper_sha256, '') OR
           CAST(NEW.figures AS TEXT) <> CAST(OLD.figures AS TEXT)) THEN RAISE EXCEPTION
           'what was recorded of a duty never changes' USING ERRCODE = 'integrity_constraint_violation'; END
           IF; RETURN NEW; END $$; CREATE TRIGGER duty_record_as_recorded BEFORE UPDATE ON duty_record FOR
           EACH ROW EXECUTE FUNCTION duty_record_as_recorded()""",
    },
    "duty_record_settled": {
        "sqlite": """CREATE TRIGGER duty_record_settled BEFORE UPDATE ON duty_record WHEN (OLD.status <>
           'recorded') BEGIN SELECT RAISE(ABORT, 'a settled duty never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION duty_record_settled() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN RAISE EXCEPTION 'a settled duty never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER duty_record_settled BEFORE UPDATE ON
           duty_record FOR EACH ROW WHEN (OLD.status <> 'recorded') EXECUTE FUNCTION duty_record_settled()""",
    },
    "duty_record_no_delete": {
        "sqlite": """CREATE TRIGGER duty_record_no_delete BEFORE DELETE ON duty_record BEGIN SELECT
           RAISE(ABORT, 'duties are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION duty_record_no_delete() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN RAISE EXCEPTION 'duties are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER duty_record_no_delete BEFORE DELETE ON
           duty_record FOR EACH ROW EXECUTE FUNCTION duty_record_no_delete()""",
    },
    "inspection_as_entered": {
        "sqlite": """CREATE TRIGGER inspection_as_entered BEFORE UPDATE ON inspection WHEN (NEW.office_id <>
           OLD.office_id OR NEW.office_path <> OLD.office_path OR NEW.kind <> OLD.kind OR NEW.inspector <>
           OLD.inspector OR NEW."on" <> OLD."on" OR NEW.finding <> OLD.finding OR NEW.entered_by <>
           OLD.entered_by OR NEW.entered_by_person <> OLD.entered_by_person OR coalesce(NEW.measure, '') <>
           coalesce(OLD.measure, '') OR coalesce(NEW.duty_record_id, 0) <> coalesce(OLD.duty_record_id, 0)
           OR NEW.due_on <> OLD.due_on) BEGIN SELECT RAISE(ABORT, 'what was inspected never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION inspection_as_entered() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN RAISE EXCEPTION 'what was inspected never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER inspection_as_entered BEFORE UPDATE ON
           inspection FOR EACH ROW WHEN (NEW.office_id <> OLD.office_id OR NEW.office_path <>
           OLD.office_path OR NEW.kind <> OLD.kind OR NEW.inspector <> OLD.inspector OR NEW."on" <> OLD."on"
           OR NEW.finding <> OLD.finding OR NEW.entered_by <> OLD.entered_by OR NEW.entered_by_person <>
           OLD.entered_by_person OR coalesce(NEW.measure, '') <> coalesce(OLD.measure, '') OR
           coalesce(NEW.duty_record_id, 0) <> coalesce(OLD.duty_record_id, 0) OR NEW.due_on <> OLD.due_on)
           EXECUTE FUNCTION inspection_as_entered()""",
    },
    "inspection_as_corrected": {
        "sqlite": """CREATE TRIGGER inspection_as_corrected BEFORE UPDATE ON inspection WHEN (OLD.status =
           'corrected' AND (NEW.status <> 'closed' OR NEW.correction <> OLD.correction OR NEW.corrected_on
           <> OLD.corrected_on OR NEW.corrected_by <> OLD.corrected_by OR NEW.corrected_by_person <>
           OLD.corrected_by_person)) BEGIN SELECT RAISE(ABORT, 'what was put right never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION inspection_as_corrected() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'what was put right never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER inspection_as_corrected BEFORE UPDATE ON
           inspection FOR EACH ROW WHEN (OLD.status = 'corrected' AND (NEW.status <> 'closed' OR
           NEW.correction <> OLD.correction OR NEW.corrected_on <> OLD.corrected_on OR NEW.corrected_by <>
           OLD.corrected_by OR NEW.corrected_by_person <> OLD.corrected_by_person)) EXECUTE FUNCTION
           inspection_as_corrected()""",
    },
    "inspection_over": {
        "sqlite": """CREATE TRIGGER inspection_over BEFORE UPDATE ON inspection WHEN (OLD.status IN
           ('clear','closed')) BEGIN SELECT RAISE(ABORT, 'a closed inspection never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION inspection_over() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'a closed inspection never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER inspection_over BEFORE UPDATE ON
           inspection FOR EACH ROW WHEN (OLD.status IN ('clear','closed')) EXECUTE FUNCTION
           inspection_over()""",
    },
    "inspection_no_delete": {
        "sqlite": """CREATE TRIGGER inspection_no_delete BEFORE DELETE ON inspection BEGIN SELECT
           RAISE(ABORT, 'inspections are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION inspection_no_delete() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN RAISE EXCEPTION 'inspections are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER inspection_no_delete BEFORE DELETE ON
           inspection FOR EACH ROW EXECUTE FUNCTION inspection_no_delete()""",
    },
    "duty_record_no_replace": {
        "sqlite": """CREATE TRIGGER duty_record_no_replace BEFORE INSERT ON duty_record WHEN EXISTS (SELECT
           1 FROM duty_record WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (office_id =
           NEW.office_id AND kind = NEW.kind AND last_month = NEW.last_month AND status <> 'returned' AND
           NEW.status <> 'returned')) BEGIN SELECT RAISE(ABORT, 'rows of duty_record are never replaced');
           END""",
    },
    "inspection_no_replace": {
        "sqlite": """CREATE TRIGGER inspection_no_replace BEFORE INSERT ON inspection WHEN EXISTS (SELECT 1
           FROM inspection WHERE (id = NEW.id) OR (public_id = NEW.public_id)) BEGIN SELECT RAISE(ABORT,
           'rows of inspection are never replaced'); END""",
    },
    "service_sample_no_update": {
        "sqlite": """CREATE TRIGGER service_sample_no_update BEFORE UPDATE ON service_sample BEGIN SELECT
           RAISE(ABORT, 'rows of service_sample never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION service_sample_no_update() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of service_sample never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER service_sample_no_update BEFORE UPDATE
           ON service_sample FOR EACH ROW EXECUTE FUNCTION service_sample_no_update()""",
    },
    "service_sample_no_delete": {
        "sqlite": """CREATE TRIGGER service_sample_no_delete BEFORE DELETE ON service_sample BEGIN SELECT
           RAISE(ABORT, 'rows of service_sample never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION service_sample_no_delete() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of service_sample never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER service_sample_no_delete BEFORE DELETE
           ON service_sample FOR EACH ROW EXECUTE FUNCTION service_sample_no_delete()""",
    },
    "service_sample_no_truncate": {
        "postgresql": """CREATE OR REPLACE FUNCTION service_sample_no_truncate() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'rows of service_sample never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER service_sample_no_truncate BEFORE
           TRUNCATE ON service_sample FOR EACH STATEMENT EXECUTE FUNCTION service_sample_no_truncate()""",
    },
    "service_sample_no_replace": {
        "sqlite": """CREATE TRIGGER service_sample_no_replace BEFORE INSERT ON service_sample WHEN EXISTS
           (SELECT 1 FROM service_sample WHERE (id = NEW.id) OR (public_id = NEW.public_id)) BEGIN SELECT
           RAISE(ABORT, 'rows of service_sample never change'); END""",
    },
}
PATH = String(120).with_variant(String(120, collation="C"), "postgresql")


def _key() -> list[Column]:
    return [Column("id", Integer, primary_key=True), Column("public_id", String(20), nullable=False, unique=True)]


def _office() -> list[Column]:
    return [Column("office_id", Integer, ForeignKey("office.id"), nullable=False),
            Column("office_path", PATH, nullable=False)]


def _who(name: str, nullable: bool = False) -> list[Column]:
    return [Column(name, Integer, ForeignKey("staff_account.id"), nullable=nullable),
            Column(f"{name}_person", Integer, ForeignKey("natural_person.id"), nullable=nullable)]


def upgrade() -> None:
    _duty_record()
    _inspection()
    op.create_table(
        "service_sample", *_key(), *_office(), Column("indicator", String(40), nullable=False),
        Column("month", String(7), nullable=False), Column("checked", Integer, nullable=False),
        Column("good", Integer, nullable=False), Column("note", Text, nullable=False),
        Column("on", Date, nullable=False),
        Column("account_id", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("checked > 0 and good >= 0 and good <= checked", name="numbers"))
    op.create_index("ix_service_sample_office", "service_sample", ["office_path", "indicator", "month"])
    op.create_index("ix_evidence_producer", "evidence", ["produced_by", "received_on"])


def _duty_record() -> None:
    op.create_table(
        "duty_record", *_key(), *_office(), Column("kind", String(40), nullable=False),
        Column("first_month", String(7), nullable=False), Column("last_month", String(7), nullable=False),
        Column("due_on", Date, nullable=False), Column("figures", JSON, nullable=False),
        Column("note", Text, nullable=False), Column("paper", LargeBinary), Column("paper_type", String(60)),
        Column("paper_sha256", String(64)), Column("done_on", Date, nullable=False), *_who("done_by"),
        Column("status", String(10), nullable=False), Column("settled_on", Date), *_who("settled_by", True),
        Column("reason", Text), Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('recorded','confirmed','returned')", name="status"),
        CheckConstraint("last_month >= first_month", name="months"),
        CheckConstraint("(status <> 'recorded') = (settled_on is not null and settled_by is not null"
                        " and settled_by_person is not null)", name="settled"),
        CheckConstraint("settled_by_person is null or settled_by_person <> done_by_person", name="two_persons"))
    op.create_index("ix_duty_record_office", "duty_record", ["office_path", "kind", "last_month"])
    op.create_index("uq_duty_record_period", "duty_record", ["office_id", "kind", "last_month"], unique=True,
                    **only("status <> 'returned'"))


def _inspection() -> None:
    op.create_table(
        "inspection", *_key(), *_office(), Column("kind", String(40), nullable=False),
        Column("inspector", String(120), nullable=False),
        Column("duty_record_id", Integer, ForeignKey("duty_record.id")), Column("on", Date, nullable=False),
        Column("finding", Text, nullable=False), Column("measure", Text), Column("due_on", Date), *_who("entered_by"),
        Column("status", String(10), nullable=False), Column("correction", Text), Column("corrected_on", Date),
        *_who("corrected_by", True), Column("closed_on", Date), *_who("closed_by", True),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('clear','open','corrected','closed')", name="status"),
        CheckConstraint("(status = 'clear') = (measure is null) and (measure is null) = (due_on is null)",
                        name="measure"),
        CheckConstraint('due_on is null or due_on >= "on"', name="due_on"),
        CheckConstraint("(status in ('corrected','closed')) = (corrected_on is not null and corrected_by is not null"
                        " and corrected_by_person is not null and correction is not null)", name="corrected"),
        CheckConstraint("(status = 'closed') = (closed_on is not null and closed_by is not null"
                        " and closed_by_person is not null)", name="closed"),
        CheckConstraint("closed_by_person is null or closed_by_person <> corrected_by_person", name="two_persons"))
    op.create_index("ix_inspection_office", "inspection", ["office_path", "status", "id"])
