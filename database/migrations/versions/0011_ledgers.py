"""Ledgers: counts filed each day, what was done about a case on one, offices pressed (SC 30-32, 38-40)."""
from alembic import op
from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, String, Text

from database.migrations.columns import TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "filed_count_no_update": {
        "sqlite": """CREATE TRIGGER filed_count_no_update BEFORE UPDATE ON filed_count BEGIN SELECT RAISE(ABORT,
           'rows of filed_count never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION filed_count_no_update() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
           RAISE EXCEPTION 'rows of filed_count never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER filed_count_no_update BEFORE
           UPDATE ON filed_count FOR EACH ROW EXECUTE FUNCTION filed_count_no_update()""",
    },
    "filed_count_no_delete": {
        "sqlite": """CREATE TRIGGER filed_count_no_delete BEFORE DELETE ON filed_count BEGIN SELECT RAISE(ABORT,
           'rows of filed_count never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION filed_count_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
           RAISE EXCEPTION 'rows of filed_count never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER filed_count_no_delete BEFORE
           DELETE ON filed_count FOR EACH ROW EXECUTE FUNCTION filed_count_no_delete()""",
    },
    "filed_count_no_truncate": {
        "postgresql": """CREATE OR REPLACE FUNCTION filed_count_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
           RAISE EXCEPTION 'rows of filed_count never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER filed_count_no_truncate BEFORE
           TRUNCATE ON filed_count FOR EACH STATEMENT EXECUTE FUNCTION filed_count_no_truncate()""",
    },
    "filed_count_no_replace": {
        "sqlite": """CREATE TRIGGER filed_count_no_replace BEFORE INSERT ON filed_count WHEN EXISTS (SELECT 1 FROM
           filed_count WHERE ("on" = NEW."on" AND office_path = NEW.office_path AND list = NEW.list
           AND scheme = NEW.scheme AND part = NEW.part)) BEGIN SELECT RAISE(ABORT,
           'rows of filed_count never change'); END""",
    },
    "follow_up_no_update": {
        "sqlite": """CREATE TRIGGER follow_up_no_update BEFORE UPDATE ON follow_up BEGIN SELECT RAISE(ABORT,
           'rows of follow_up never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION follow_up_no_update() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE
           EXCEPTION 'rows of follow_up never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER follow_up_no_update BEFORE
           UPDATE ON follow_up FOR EACH ROW EXECUTE FUNCTION follow_up_no_update()""",
    },
    "follow_up_no_delete": {
        "sqlite": """CREATE TRIGGER follow_up_no_delete BEFORE DELETE ON follow_up BEGIN SELECT RAISE(ABORT,
           'rows of follow_up never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION follow_up_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE
           EXCEPTION 'rows of follow_up never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER follow_up_no_delete BEFORE
           DELETE ON follow_up FOR EACH ROW EXECUTE FUNCTION follow_up_no_delete()""",
    },
    "follow_up_no_truncate": {
        "postgresql": """CREATE OR REPLACE FUNCTION follow_up_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN
           RAISE EXCEPTION 'rows of follow_up never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER follow_up_no_truncate BEFORE
           TRUNCATE ON follow_up FOR EACH STATEMENT EXECUTE FUNCTION follow_up_no_truncate()""",
    },
    "follow_up_no_replace": {
        "sqlite": """CREATE TRIGGER follow_up_no_replace BEFORE INSERT ON follow_up WHEN EXISTS (SELECT 1 FROM follow_up
           WHERE (id = NEW.id) OR (public_id = NEW.public_id)) BEGIN SELECT RAISE(ABORT,
           'rows of follow_up never change'); END""",
    },
    "pressing_no_delete": {
        "sqlite": """CREATE TRIGGER pressing_no_delete BEFORE DELETE ON pressing FOR EACH ROW WHEN EXISTS (SELECT 1)
           BEGIN SELECT RAISE(ABORT, 'a pressing is never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION pressing_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF
           EXISTS (SELECT 1) THEN RAISE EXCEPTION 'a pressing is never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN OLD; END $$; CREATE TRIGGER
           pressing_no_delete BEFORE DELETE ON pressing FOR EACH ROW EXECUTE FUNCTION
           pressing_no_delete()""",
    },
    "pressing_answered": {
        "sqlite": """CREATE TRIGGER pressing_answered BEFORE UPDATE ON pressing FOR EACH ROW WHEN EXISTS (SELECT 1 WHERE
           OLD.status <> 'open') BEGIN SELECT RAISE(ABORT, 'an answered pressing never changes');
           END""",
        "postgresql": """CREATE OR REPLACE FUNCTION pressing_answered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF
           EXISTS (SELECT 1 WHERE OLD.status <> 'open') THEN RAISE EXCEPTION
           'an answered pressing never changes' USING ERRCODE = 'integrity_constraint_violation';
           END IF; RETURN NEW; END $$; CREATE TRIGGER pressing_answered BEFORE UPDATE ON pressing
           FOR EACH ROW EXECUTE FUNCTION pressing_answered()""",
    },
    "pressing_as_made": {
        "sqlite": """CREATE TRIGGER pressing_as_made BEFORE UPDATE ON pressing FOR EACH ROW WHEN EXISTS (SELECT 1 WHERE
           NEW.from_office_id <> OLD.from_office_id OR NEW.to_office_id <> OLD.to_office_id OR
           NEW.list <> OLD.list OR NEW.number <> OLD.number OR NEW.words <> OLD.words OR
           NEW.answer_by <> OLD.answer_by OR NEW.pressed_by <> OLD.pressed_by) BEGIN SELECT
           RAISE(ABORT, 'what was pressed for never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION pressing_as_made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF EXISTS
           (SELECT 1 WHERE NEW.from_office_id <> OLD.from_office_id OR NEW.to_office_id <>
           OLD.to_office_id OR NEW.list <> OLD.list OR NEW.number <> OLD.number OR NEW.words <>
           OLD.words OR NEW.answer_by <> OLD.answer_by OR NEW.pressed_by <> OLD.pressed_by) THEN
           RAISE EXCEPTION 'what was pressed for never changes' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           pressing_as_made BEFORE UPDATE ON pressing FOR EACH ROW EXECUTE FUNCTION
           pressing_as_made()""",
    },
}


STILL_ASKED = "state <> 'terminated' and (state <> 'stopped' or state_reason is null or state_reason <> 'death')"
WITHHELD = "state in ('suspended','stopped')"
TOUCHES_WITHHELD = "to_state in ('suspended','stopped') or from_state in ('suspended','stopped')"
INDEXES = (
    ("ix_cases_not_certified", "cases", ["office_path", "period_start", "id", "scheme", "state", "state_reason"],
     STILL_ASKED),
    ("ix_cases_withheld_since", "cases", ["office_path", "state_since", "id"], WITHHELD),
    ("ix_case_transition_withheld", "case_transition", ["on", "case_id", "from_state", "to_state"], TOUCHES_WITHHELD),
)


def upgrade() -> None:
    op.create_table(
        "filed_count",
        Column("on", Date, primary_key=True),
        Column("office_path", _by_bytes(120), primary_key=True),
        Column("list", String(20), primary_key=True),
        Column("scheme", String(40), primary_key=True),
        Column("part", String(12), primary_key=True),
        Column("number", Integer, nullable=False),
        CheckConstraint("number > 0", name="positive"),
    )
    _follow_up()
    _pressing()
    for name, table, columns, condition in INDEXES:
        op.create_index(name, table, columns, **only(condition))


def _follow_up() -> None:
    op.create_table(
        "follow_up",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
        Column("ledger", String(20), nullable=False),
        Column("kind", String(40), nullable=False),
        Column("on", Date, nullable=False),
        Column("next_on", Date),
        Column("note", Text, nullable=False),
        Column("evidence_id", Integer, ForeignKey("evidence.id")),
        Column("account_id", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("recorded_at", TIME, nullable=False),
    )
    op.create_index("ix_follow_up_case", "follow_up", ["case_id", "ledger", "id"])


def _pressing() -> None:
    op.create_table(
        "pressing",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("from_office_id", Integer, ForeignKey("office.id"), nullable=False),
        Column("from_path", _by_bytes(120), nullable=False),
        Column("to_office_id", Integer, ForeignKey("office.id"), nullable=False),
        Column("to_path", _by_bytes(120), nullable=False),
        Column("list", String(20), nullable=False),
        Column("number", Integer, nullable=False),
        Column("words", Text, nullable=False),
        Column("on", Date, nullable=False),
        Column("answer_by", Date, nullable=False),
        Column("pressed_by", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("status", String(10), nullable=False),
        Column("answer", Text),
        Column("answered_on", Date),
        Column("answered_by", Integer, ForeignKey("staff_account.id")),
        Column("number_left", Integer),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('open','answered')", name="status"),
        CheckConstraint("number > 0", name="positive"),
        CheckConstraint('answer_by >= "on"', name="answer_by"),
        CheckConstraint("(status = 'answered') = (answer is not null and answered_on is not null"
                        " and answered_by is not null)", name="answered"),
    )
    op.create_index("ix_pressing_to", "pressing", ["to_path", "answer_by", "id"], **only("status = 'open'"))
    op.create_index("ix_pressing_from", "pressing", ["from_path", "id"])
    op.create_index("uq_pressing_open", "pressing", ["to_office_id", "list"], unique=True, **only("status = 'open'"))


def _by_bytes(length: int) -> String:
    return String(length).with_variant(String(length, collation="C"), "postgresql")
