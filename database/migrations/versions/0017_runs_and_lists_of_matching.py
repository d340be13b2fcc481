"""Runs of matching, the list each case stands on, samples, disputes; a certification may be withdrawn (issue 4)."""
from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    SmallInteger,
    String,
    Text,
)

from database.migrations.altered import altered
from database.migrations.columns import TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "matching_run_person_insert": {
        "sqlite": """CREATE TRIGGER matching_run_person_insert BEFORE INSERT ON matching_run FOR EACH ROW WHEN EXISTS
           (SELECT 1 FROM staff_account a WHERE (a.id = NEW.released_by AND a.natural_person_id <>
           NEW.released_by_person) OR (a.id = NEW.proposed_by AND a.natural_person_id <>
           NEW.proposed_by_person)) BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION matching_run_person_insert() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
           IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.released_by AND
           a.natural_person_id <> NEW.released_by_person) OR (a.id = NEW.proposed_by AND
           a.natural_person_id <> NEW.proposed_by_person)) THEN RAISE EXCEPTION
           'account and person differ' USING ERRCODE = 'integrity_constraint_violation'; END IF;
           RETURN NEW; END $$; CREATE TRIGGER matching_run_person_insert BEFORE INSERT ON
           matching_run FOR EACH ROW EXECUTE FUNCTION matching_run_person_insert()""",
    },
    "matching_run_person_update": {
        "sqlite": """CREATE TRIGGER matching_run_person_update BEFORE UPDATE ON matching_run FOR EACH ROW WHEN EXISTS
           (SELECT 1 FROM staff_account a WHERE (a.id = NEW.released_by AND a.natural_person_id <>
           NEW.released_by_person) OR (a.id = NEW.proposed_by AND a.natural_person_id <>
           NEW.proposed_by_person)) BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION matching_run_person_update() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
           IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.released_by AND
           a.natural_person_id <> NEW.released_by_person) OR (a.id = NEW.proposed_by AND
           a.natural_person_id <> NEW.proposed_by_person)) THEN RAISE EXCEPTION
           'account and person differ' USING ERRCODE = 'integrity_constraint_violation'; END IF;
           RETURN NEW; END $$; CREATE TRIGGER matching_run_person_update BEFORE UPDATE ON
           matching_run FOR EACH ROW EXECUTE FUNCTION matching_run_person_update()""",
    },
    "matching_sample_person_insert": {
        "sqlite": """CREATE TRIGGER matching_sample_person_insert BEFORE INSERT ON matching_sample FOR EACH ROW WHEN
           EXISTS (SELECT 1 FROM staff_account a WHERE a.id = NEW.looked_by AND a.natural_person_id
           <> NEW.looked_by_person) BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION matching_sample_person_insert() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN IF EXISTS (SELECT 1 FROM staff_account a WHERE a.id = NEW.looked_by AND
           a.natural_person_id <> NEW.looked_by_person) THEN RAISE EXCEPTION
           'account and person differ' USING ERRCODE = 'integrity_constraint_violation'; END IF;
           RETURN NEW; END $$; CREATE TRIGGER matching_sample_person_insert BEFORE INSERT ON
           matching_sample FOR EACH ROW EXECUTE FUNCTION matching_sample_person_insert()""",
    },
    "matching_sample_person_update": {
        "sqlite": """CREATE TRIGGER matching_sample_person_update BEFORE UPDATE ON matching_sample FOR EACH ROW WHEN
           EXISTS (SELECT 1 FROM staff_account a WHERE a.id = NEW.looked_by AND a.natural_person_id
           <> NEW.looked_by_person) BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION matching_sample_person_update() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN IF EXISTS (SELECT 1 FROM staff_account a WHERE a.id = NEW.looked_by AND
           a.natural_person_id <> NEW.looked_by_person) THEN RAISE EXCEPTION
           'account and person differ' USING ERRCODE = 'integrity_constraint_violation'; END IF;
           RETURN NEW; END $$; CREATE TRIGGER matching_sample_person_update BEFORE UPDATE ON
           matching_sample FOR EACH ROW EXECUTE FUNCTION matching_sample_person_update()""",
    },
    "matching_run_as_proposed": {
        "sqlite": """CREATE TRIGGER matching_run_as_proposed BEFORE UPDATE ON matching_run WHEN (NEW.month <> OLD.month
           OR NEW.area_path <> OLD.area_path OR NEW.directory <> OLD.directory OR NEW.rules_digest
           <> OLD.rules_digest OR NEW.halted <> OLD.halted) BEGIN SELECT RAISE(ABORT,
           'what a run found never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION matching_run_as_proposed() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
           RAISE EXCEPTION 'what a run found never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER matching_run_as_proposed BEFORE
           UPDATE ON matching_run FOR EACH ROW WHEN (NEW.month <> OLD.month OR NEW.area_path <>
           OLD.area_path OR NEW.directory <> OLD.directory OR NEW.rules_digest <> OLD.rules_digest
           OR NEW.halted <> OLD.halted) EXECUTE FUNCTION matching_run_as_proposed()""",
    },
    "matching_run_as_released": {
        "sqlite": """CREATE TRIGGER matching_run_as_released BEFORE UPDATE ON matching_run WHEN (OLD.released_by_person
           IS NOT NULL AND (NEW.released_by_person <> OLD.released_by_person OR
           NEW.proposed_by_person <> OLD.proposed_by_person OR NEW.released_by_person IS NULL))
           BEGIN SELECT RAISE(ABORT, 'who released a run never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION matching_run_as_released() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
           RAISE EXCEPTION 'who released a run never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER matching_run_as_released BEFORE
           UPDATE ON matching_run FOR EACH ROW WHEN (OLD.released_by_person IS NOT NULL AND
           (NEW.released_by_person <> OLD.released_by_person OR NEW.proposed_by_person <>
           OLD.proposed_by_person OR NEW.released_by_person IS NULL)) EXECUTE FUNCTION
           matching_run_as_released()""",
    },
    "matching_run_over": {
        "sqlite": """CREATE TRIGGER matching_run_over BEFORE UPDATE ON matching_run WHEN (OLD.status IN
           ('applied','cancelled')) BEGIN SELECT RAISE(ABORT, 'a run that is over never changes');
           END""",
        "postgresql": """CREATE OR REPLACE FUNCTION matching_run_over() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE
           EXCEPTION 'a run that is over never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER matching_run_over BEFORE UPDATE
           ON matching_run FOR EACH ROW WHEN (OLD.status IN ('applied','cancelled')) EXECUTE
           FUNCTION matching_run_over()""",
    },
    "matching_run_no_delete": {
        "sqlite": """CREATE TRIGGER matching_run_no_delete BEFORE DELETE ON matching_run BEGIN SELECT RAISE(ABORT,
           'runs are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION matching_run_no_delete() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
           RAISE EXCEPTION 'runs are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER matching_run_no_delete BEFORE
           DELETE ON matching_run FOR EACH ROW EXECUTE FUNCTION matching_run_no_delete()""",
    },
    "matching_sample_looked_at": {
        "sqlite": """CREATE TRIGGER matching_sample_looked_at BEFORE UPDATE ON matching_sample WHEN
           (OLD.finding IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'what was found never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION matching_sample_looked_at() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
           RAISE EXCEPTION 'what was found never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER matching_sample_looked_at BEFORE
           UPDATE ON matching_sample FOR EACH ROW WHEN (OLD.finding IS NOT NULL) EXECUTE FUNCTION
           matching_sample_looked_at()""",
    },
    "data_dispute_as_filed": {
        "sqlite": """CREATE TRIGGER data_dispute_as_filed BEFORE UPDATE ON data_dispute WHEN (OLD.status = 'answered' OR
           NEW.case_id <> OLD.case_id OR NEW.source <> OLD.source OR NEW.about <> OLD.about OR
           NEW.grounds <> OLD.grounds OR NEW.filed_by <> OLD.filed_by) BEGIN SELECT RAISE(ABORT,
           'what was objected to never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION data_dispute_as_filed() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
           RAISE EXCEPTION 'what was objected to never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER data_dispute_as_filed BEFORE
           UPDATE ON data_dispute FOR EACH ROW WHEN (OLD.status = 'answered' OR NEW.case_id <>
           OLD.case_id OR NEW.source <> OLD.source OR NEW.about <> OLD.about OR NEW.grounds <>
           OLD.grounds OR NEW.filed_by <> OLD.filed_by) EXECUTE FUNCTION data_dispute_as_filed()""",
    },
    "data_dispute_no_delete": {
        "sqlite": """CREATE TRIGGER data_dispute_no_delete BEFORE DELETE ON data_dispute BEGIN SELECT RAISE(ABORT,
           'disputes are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION data_dispute_no_delete() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
           RAISE EXCEPTION 'disputes are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER data_dispute_no_delete BEFORE
           DELETE ON data_dispute FOR EACH ROW EXECUTE FUNCTION data_dispute_no_delete()""",
    },
}


PATH = String(120).with_variant(String(120, collation="C"), "postgresql")
LISTS = "('eligible', 'lost', 'to_be_verified')"
LET_GO = "status not in ('released','applied')"
OPEN = "status in ('proposed', 'halted', 'released')"


def _by(name: str, *, null: bool = True) -> Column:
    return Column(name, Integer, ForeignKey("staff_account.id"), nullable=null)


def _person(name: str) -> Column:
    return Column(name, Integer, ForeignKey("natural_person.id"))


def _stands() -> list[Column]:
    return [Column("list", String(20), nullable=False), Column("reason", String(40), nullable=False),
            Column("source", String(40)), Column("code", SmallInteger), Column("load_id", BigInteger),
            Column("row", BigInteger), Column("sign_on", Date), Column("sure", SmallInteger)]


def upgrade() -> None:
    with altered("certification", without_checks=("status",)) as batch:
        batch.create_check_constraint(op.f("ck_certification_status"),
                                      "status in ('submitted','valid','refused','withdrawn')")
    op.create_table(
        "matching_run", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True), Column("month", String(7), nullable=False),
        Column("area_path", PATH, nullable=False), Column("on", Date, nullable=False),
        Column("mode", String(40), nullable=False), Column("status", String(10), nullable=False),
        Column("halted", Boolean, nullable=False), Column("before_id", Integer, ForeignKey("matching_run.id")),
        Column("directory", String(120), nullable=False), Column("rules_digest", String(64), nullable=False),
        *(Column(name, JSON, nullable=False) for name in ("loads", "counts", "changes", "halts")),
        Column("sample", Integer, nullable=False), Column("applied_on", Date), Column("cancelled_on", Date),
        _by("cancelled_by"), _by("proposed_by"), _person("proposed_by_person"), Column("proposed_on", Date),
        _by("released_by"), _person("released_by_person"), Column("released_on", Date),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('proposed', 'halted', 'released', 'applied', 'cancelled')", name="status"),
        CheckConstraint(f"{LET_GO} or released_by_person is not null", name="released_by_person"),
        CheckConstraint(f"{LET_GO} or not halted or (proposed_by_person is not null "
                        "and proposed_by_person <> released_by_person)", name="two_persons"))
    op.create_index("uq_matching_run_open", "matching_run", ["area_path"], unique=True, **only(OPEN))
    op.create_index("ix_matching_run_month", "matching_run", ["month", "id"])
    op.create_table(
        "list_entry", Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True), *_stands(),
        Column("since_run_id", Integer, ForeignKey("matching_run.id"), nullable=False),
        CheckConstraint(f"list in {LISTS}", name="list"))
    op.create_index("ix_list_entry_list", "list_entry", ["list", "case_id"])
    op.create_index("ix_list_entry_load", "list_entry", ["load_id", "case_id"])
    op.create_table(
        "list_change", Column("run_id", Integer, ForeignKey("matching_run.id"), primary_key=True),
        Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True), *_stands(),
        Column("old_list", String(20)), Column("old_reason", String(40)), Column("outcome", String(30)),
        Column("caused", String(20)), Column("undone_on", Date), CheckConstraint(f"list in {LISTS}", name="list"),
        CheckConstraint(f"old_list is null or old_list in {LISTS}", name="old_list"))
    op.create_index("ix_list_change_list", "list_change", ["run_id", "list", "case_id"])
    op.create_index("ix_list_change_case", "list_change", ["case_id", "run_id"])
    op.create_index("ix_list_change_load", "list_change", ["load_id", "case_id"])
    op.create_index("ix_list_change_undone", "list_change", ["run_id", "case_id"], **only("outcome is null"))
    op.create_table(
        "matching_sample", Column("run_id", Integer, ForeignKey("matching_run.id"), primary_key=True),
        Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True), Column("finding", String(10)),
        Column("note", Text), Column("looked_on", Date), _by("looked_by"), _person("looked_by_person"),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("finding is null or (finding in ('as_said', 'wrong') and looked_by_person is not null "
                        "and looked_on is not null)", name="finding"))
    op.create_table(
        "data_dispute", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False), Column("office_path", PATH, nullable=False),
        Column("source", String(40), nullable=False), Column("about", String(40), nullable=False),
        Column("load_id", BigInteger), Column("row", BigInteger), Column("sign_on", Date),
        Column("grounds", Text, nullable=False), Column("filed_on", Date, nullable=False), _by("filed_by", null=False),
        Column("status", String(10), nullable=False), Column("sent_on", Date), _by("sent_by"),
        Column("reference", String(80)), Column("answer", String(12)), Column("answer_note", Text),
        Column("answered_on", Date), _by("answered_by"), Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('filed','sent','answered')", name="status"),
        CheckConstraint("status <> 'answered' or (answer is not null and answered_by is not null)", name="answered"))
    op.create_index("ix_data_dispute_waiting", "data_dispute", ["office_path", "filed_on", "id"],
                    **only("status <> 'answered'"))
    op.create_index("ix_data_dispute_case", "data_dispute", ["case_id", "id"])
