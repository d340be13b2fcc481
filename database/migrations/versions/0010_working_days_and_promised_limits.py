"""The calendar of working days, the promised limit of a decision, and its pauses (docs/decisions/012)."""
from alembic import op
from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Integer, String, Text

from database.migrations.columns import TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "calendar_year_person_insert": {
        "sqlite": """CREATE TRIGGER calendar_year_person_insert BEFORE INSERT ON calendar_year FOR EACH ROW WHEN EXISTS
           (SELECT 1 FROM staff_account a WHERE (a.id = NEW.settled_by AND a.natural_person_id <>
           NEW.settled_by_person) OR (a.id = NEW.proposed_by AND a.natural_person_id <>
           NEW.proposed_by_person)) BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION calendar_year_person_insert() RETURNS trigger
           LANGUAGE plpgsql AS $$
           BEGIN IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.settled_by AND
           a.natural_person_id <> NEW.settled_by_person) OR (a.id = NEW.proposed_by AND
           a.natural_person_id <> NEW.proposed_by_person)) THEN RAISE EXCEPTION
           'account and person differ' USING ERRCODE = 'integrity_constraint_violation'; END IF;
           RETURN NEW; END $$; CREATE TRIGGER calendar_year_person_insert BEFORE INSERT ON
           calendar_year FOR EACH ROW EXECUTE FUNCTION calendar_year_person_insert()""",
    },
    "calendar_year_person_update": {
        "sqlite": """CREATE TRIGGER calendar_year_person_update BEFORE UPDATE ON calendar_year FOR EACH ROW WHEN EXISTS
           (SELECT 1 FROM staff_account a WHERE (a.id = NEW.settled_by AND a.natural_person_id <>
           NEW.settled_by_person) OR (a.id = NEW.proposed_by AND a.natural_person_id <>
           NEW.proposed_by_person)) BEGIN SELECT RAISE(ABORT, 'account and person differ'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION calendar_year_person_update() RETURNS trigger
           LANGUAGE plpgsql AS $$
           BEGIN IF EXISTS (SELECT 1 FROM staff_account a WHERE (a.id = NEW.settled_by AND
           a.natural_person_id <> NEW.settled_by_person) OR (a.id = NEW.proposed_by AND
           a.natural_person_id <> NEW.proposed_by_person)) THEN RAISE EXCEPTION
           'account and person differ' USING ERRCODE = 'integrity_constraint_violation'; END IF;
           RETURN NEW; END $$; CREATE TRIGGER calendar_year_person_update BEFORE UPDATE ON
           calendar_year FOR EACH ROW EXECUTE FUNCTION calendar_year_person_update()""",
    },
    "calendar_day_of_proposal": {
        "sqlite": """CREATE TRIGGER calendar_day_of_proposal BEFORE INSERT ON calendar_day FOR EACH ROW WHEN EXISTS
           (SELECT 1 FROM calendar_year y WHERE y.id = NEW.calendar_year_id AND y.status <>
           'proposed') BEGIN SELECT RAISE(ABORT, 'a settled year gets no more days'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION calendar_day_of_proposal() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           IF EXISTS (SELECT 1 FROM calendar_year y WHERE y.id = NEW.calendar_year_id AND y.status
           <> 'proposed') THEN RAISE EXCEPTION 'a settled year gets no more days' USING ERRCODE =
           'integrity_constraint_violation'; END IF; RETURN NEW; END $$; CREATE TRIGGER
           calendar_day_of_proposal BEFORE INSERT ON calendar_day FOR EACH ROW EXECUTE FUNCTION
           calendar_day_of_proposal()""",
    },
    "calendar_year_settled": {
        "sqlite": """CREATE TRIGGER calendar_year_settled BEFORE UPDATE ON calendar_year WHEN (OLD.status <> 'proposed')
           BEGIN SELECT RAISE(ABORT, 'a settled year never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION calendar_year_settled() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'a settled year never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER calendar_year_settled BEFORE
           UPDATE ON calendar_year FOR EACH ROW WHEN (OLD.status <> 'proposed') EXECUTE FUNCTION
           calendar_year_settled()""",
    },
    "calendar_year_as_proposed": {
        "sqlite": """CREATE TRIGGER calendar_year_as_proposed BEFORE UPDATE ON calendar_year WHEN (NEW.year <> OLD.year
           OR NEW.document <> OLD.document OR NEW.document_no <> OLD.document_no OR
           NEW.proposed_by_person <> OLD.proposed_by_person) BEGIN SELECT RAISE(ABORT,
           'a proposed year never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION calendar_year_as_proposed() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'a proposed year never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER calendar_year_as_proposed BEFORE
           UPDATE ON calendar_year FOR EACH ROW WHEN (NEW.year <> OLD.year OR NEW.document <>
           OLD.document OR NEW.document_no <> OLD.document_no OR NEW.proposed_by_person <>
           OLD.proposed_by_person) EXECUTE FUNCTION calendar_year_as_proposed()""",
    },
    "calendar_year_no_delete": {
        "sqlite": """CREATE TRIGGER calendar_year_no_delete BEFORE DELETE ON calendar_year BEGIN SELECT RAISE(ABORT,
           'years of the calendar are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION calendar_year_no_delete() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'years of the calendar are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER calendar_year_no_delete BEFORE
           DELETE ON calendar_year FOR EACH ROW EXECUTE FUNCTION calendar_year_no_delete()""",
    },
    "calendar_day_no_update": {
        "sqlite": """CREATE TRIGGER calendar_day_no_update BEFORE UPDATE ON calendar_day BEGIN SELECT RAISE(ABORT,
           'rows of calendar_day never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION calendar_day_no_update() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'rows of calendar_day never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER calendar_day_no_update BEFORE
           UPDATE ON calendar_day FOR EACH ROW EXECUTE FUNCTION calendar_day_no_update()""",
    },
    "calendar_day_no_delete": {
        "sqlite": """CREATE TRIGGER calendar_day_no_delete BEFORE DELETE ON calendar_day BEGIN SELECT RAISE(ABORT,
           'rows of calendar_day never change'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION calendar_day_no_delete() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'rows of calendar_day never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER calendar_day_no_delete BEFORE
           DELETE ON calendar_day FOR EACH ROW EXECUTE FUNCTION calendar_day_no_delete()""",
    },
    "calendar_day_no_truncate": {
        "postgresql": """CREATE OR REPLACE FUNCTION calendar_day_no_truncate() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'rows of calendar_day never change' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER calendar_day_no_truncate BEFORE
           TRUNCATE ON calendar_day FOR EACH STATEMENT EXECUTE FUNCTION calendar_day_no_truncate()""",
    },
    "calendar_day_no_replace": {
        "sqlite": """CREATE TRIGGER calendar_day_no_replace BEFORE INSERT ON calendar_day WHEN EXISTS (SELECT 1 FROM
           calendar_day WHERE (calendar_year_id = NEW.calendar_year_id AND day = NEW.day)) BEGIN
           SELECT RAISE(ABORT, 'rows of calendar_day never change'); END""",
    },
    "service_limit_promised": {
        "sqlite": """CREATE TRIGGER service_limit_promised BEFORE UPDATE ON service_limit WHEN (NEW.decision_id <>
           OLD.decision_id OR NEW.service <> OLD.service OR NEW.working_days <> OLD.working_days OR
           NEW.started_on <> OLD.started_on OR NEW.basis <> OLD.basis OR NEW.by_article <>
           OLD.by_article) BEGIN SELECT RAISE(ABORT, 'what was promised never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION service_limit_promised() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'what was promised never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER service_limit_promised BEFORE
           UPDATE ON service_limit FOR EACH ROW WHEN (NEW.decision_id <> OLD.decision_id OR
           NEW.service <> OLD.service OR NEW.working_days <> OLD.working_days OR NEW.started_on <>
           OLD.started_on OR NEW.basis <> OLD.basis OR NEW.by_article <> OLD.by_article) EXECUTE
           FUNCTION service_limit_promised()""",
    },
    "service_limit_no_delete": {
        "sqlite": """CREATE TRIGGER service_limit_no_delete BEFORE DELETE ON service_limit BEGIN SELECT RAISE(ABORT,
           'limits are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION service_limit_no_delete() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'limits are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER service_limit_no_delete BEFORE
           DELETE ON service_limit FOR EACH ROW EXECUTE FUNCTION service_limit_no_delete()""",
    },
    "limit_pause_as_made": {
        "sqlite": """CREATE TRIGGER limit_pause_as_made BEFORE UPDATE ON limit_pause WHEN (OLD.resumed_on IS NOT NULL OR
           NEW.decision_id <> OLD.decision_id OR NEW.paused_on <> OLD.paused_on OR NEW.reason <>
           OLD.reason OR NEW.note <> OLD.note OR NEW.paused_by <> OLD.paused_by) BEGIN SELECT
           RAISE(ABORT, 'a pause never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION limit_pause_as_made() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN RAISE
           EXCEPTION 'a pause never changes' USING ERRCODE = 'integrity_constraint_violation'; END
           $$; CREATE TRIGGER limit_pause_as_made BEFORE UPDATE ON limit_pause FOR EACH ROW WHEN
           (OLD.resumed_on IS NOT NULL OR NEW.decision_id <> OLD.decision_id OR NEW.paused_on <>
           OLD.paused_on OR NEW.reason <> OLD.reason OR NEW.note <> OLD.note OR NEW.paused_by <>
           OLD.paused_by) EXECUTE FUNCTION limit_pause_as_made()""",
    },
    "limit_pause_no_delete": {
        "sqlite": """CREATE TRIGGER limit_pause_no_delete BEFORE DELETE ON limit_pause BEGIN SELECT RAISE(ABORT,
           'pauses are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION limit_pause_no_delete() RETURNS trigger
           LANGUAGE plpgsql AS $$ BEGIN
           RAISE EXCEPTION 'pauses are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER limit_pause_no_delete BEFORE
           DELETE ON limit_pause FOR EACH ROW EXECUTE FUNCTION limit_pause_no_delete()""",
    },
}


def upgrade() -> None:
    _calendar()
    _limits()


def _calendar() -> None:
    op.create_table(
        "calendar_year",
        Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("year", Integer, nullable=False),
        Column("document", String(200), nullable=False),
        Column("document_no", String(60), nullable=False),
        Column("issued_on", Date, nullable=False),
        Column("status", String(10), nullable=False),
        Column("proposed_by", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("proposed_by_person", Integer, ForeignKey("natural_person.id"), nullable=False),
        Column("proposed_on", Date, nullable=False),
        Column("settled_by", Integer, ForeignKey("staff_account.id")),
        Column("settled_by_person", Integer, ForeignKey("natural_person.id")),
        Column("settled_on", Date),
        Column("reason", String(200)),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("status in ('proposed','released','rejected')", name="status"),
        CheckConstraint("status = 'proposed' or (settled_by_person is not null and settled_on is not null)",
                        name="settled"),
        CheckConstraint("status <> 'released' or settled_by_person <> proposed_by_person", name="two_persons"),
        CheckConstraint("status <> 'rejected' or reason is not null", name="reason"),
    )
    op.create_index("uq_calendar_year_proposed", "calendar_year", ["year"], unique=True,
                    **only("status = 'proposed'"))
    op.create_table(
        "calendar_day",
        Column("calendar_year_id", Integer, ForeignKey("calendar_year.id"), primary_key=True),
        Column("day", Date, primary_key=True),
        Column("kind", String(10), nullable=False),
        Column("name", String(40), nullable=False),
        CheckConstraint("kind in ('holiday','worked')", name="kind"),
    )


def _limits() -> None:
    op.create_table(
        "service_limit",
        Column("decision_id", Integer, ForeignKey("decision.id"), primary_key=True, autoincrement=False),
        Column("service", String(40), nullable=False),
        Column("working_days", Integer, nullable=False),
        Column("basis", String(160), nullable=False),
        Column("by_article", Boolean, nullable=False),
        Column("started_on", Date, nullable=False),
        Column("due_on", Date),
        Column("provisional", Boolean, nullable=False),
        Column("escalated_on", Date),
        Column("escalated_to_id", Integer, ForeignKey("office.id")),
        Column("escalated_path", String(120).with_variant(String(120, collation="C"), "postgresql")),
        Column("recorded_at", TIME, nullable=False),
    )
    op.create_index("ix_service_limit_due", "service_limit", ["due_on", "decision_id"])
    op.create_index("ix_service_limit_escalated", "service_limit", ["escalated_path", "decision_id"],
                    **only("escalated_path is not null"))
    op.create_table(
        "limit_pause",
        Column("id", Integer, primary_key=True),
        Column("decision_id", Integer, ForeignKey("service_limit.decision_id"), nullable=False),
        Column("reason", String(40), nullable=False),
        Column("basis", String(160), nullable=False),
        Column("note", Text, nullable=False),
        Column("paused_on", Date, nullable=False),
        Column("paused_by", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("resumed_on", Date),
        Column("resumed_by", Integer, ForeignKey("staff_account.id")),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("resumed_on is null or resumed_on >= paused_on", name="order"),
    )
    op.create_index("uq_limit_pause_open", "limit_pause", ["decision_id"], unique=True, **only("resumed_on is null"))
    op.create_index("ix_limit_pause_decision", "limit_pause", ["decision_id", "id"])
