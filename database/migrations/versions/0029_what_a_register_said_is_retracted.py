"""What a register said and was wrong about is retracted, and its source and others are told (SC 9c, 27b)."""
from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Integer, SmallInteger, String, Text

from database.migrations.altered import altered
from database.migrations.columns import TIME
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are
    "correction_as_arisen": {
        "sqlite": """CREATE TRIGGER correction_as_arisen BEFORE UPDATE ON correction WHEN (((NEW."public_id" IS
           NULL) <> (OLD."public_id" IS NULL) OR NEW."public_id" <> OLD."public_id") OR ((NEW."case_id" IS NULL)
           <> (OLD."case_id" IS NULL) OR NEW."case_id" <> OLD."case_id") OR ((NEW."decision_id" IS NULL) <>
           (OLD."decision_id" IS NULL) OR NEW."decision_id" <> OLD."decision_id") OR ((NEW."retraction" IS NULL)
           <> (OLD."retraction" IS NULL) OR NEW."retraction" <> OLD."retraction") OR ((NEW."wrong_on" IS NULL)
           <> (OLD."wrong_on" IS NULL) OR NEW."wrong_on" <> OLD."wrong_on") OR ((NEW."system" IS NULL) <>
           (OLD."system" IS NULL) OR NEW."system" <> OLD."system") OR ((NEW."office_path" IS NULL) <>
           (OLD."office_path" IS NULL) OR NEW."office_path" <> OLD."office_path") OR ((NEW."reason" IS NULL) <>
           (OLD."reason" IS NULL) OR NEW."reason" <> OLD."reason") OR ((NEW."arose_on" IS NULL) <>
           (OLD."arose_on" IS NULL) OR NEW."arose_on" <> OLD."arose_on")) BEGIN SELECT RAISE(ABORT,
           'what is to be corrected never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION correction_as_arisen() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'what is to be corrected never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER correction_as_arisen BEFORE UPDATE ON
           correction FOR EACH ROW WHEN (((NEW."public_id" IS NULL) <> (OLD."public_id" IS NULL) OR
           NEW."public_id" <> OLD."public_id") OR ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR
           NEW."case_id" <> OLD."case_id") OR ((NEW."decision_id" IS NULL) <> (OLD."decision_id" IS NULL) OR
           NEW."decision_id" <> OLD."decision_id") OR ((NEW."retraction" IS NULL) <> (OLD."retraction" IS NULL)
           OR NEW."retraction" <> OLD."retraction") OR ((NEW."wrong_on" IS NULL) <> (OLD."wrong_on" IS NULL) OR
           NEW."wrong_on" <> OLD."wrong_on") OR ((NEW."system" IS NULL) <> (OLD."system" IS NULL) OR
           NEW."system" <> OLD."system") OR ((NEW."office_path" IS NULL) <> (OLD."office_path" IS NULL) OR
           NEW."office_path" <> OLD."office_path") OR ((NEW."reason" IS NULL) <> (OLD."reason" IS NULL) OR
           NEW."reason" <> OLD."reason") OR ((NEW."arose_on" IS NULL) <> (OLD."arose_on" IS NULL) OR
           NEW."arose_on" <> OLD."arose_on")) EXECUTE FUNCTION correction_as_arisen()""",
    },
    "correction_no_replace": {
        "sqlite": """CREATE TRIGGER correction_no_replace BEFORE INSERT ON correction WHEN EXISTS (SELECT 1 FROM
           correction WHERE (id = NEW.id) OR (public_id = NEW.public_id) OR (decision_id = NEW.decision_id AND
           system = NEW.system) OR (retraction = NEW.retraction AND system = NEW.system)) BEGIN SELECT
           RAISE(ABORT, 'rows of correction are never replaced'); END""",
    },
    "sign_retraction_as_decided": {
        "sqlite": """CREATE TRIGGER sign_retraction_as_decided BEFORE UPDATE ON sign_retraction WHEN
           (((NEW."public_id" IS NULL) <> (OLD."public_id" IS NULL) OR NEW."public_id" <> OLD."public_id") OR
           ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR NEW."case_id" <> OLD."case_id") OR
           ((NEW."pensioner_id" IS NULL) <> (OLD."pensioner_id" IS NULL) OR NEW."pensioner_id" <>
           OLD."pensioner_id") OR ((NEW."office_path" IS NULL) <> (OLD."office_path" IS NULL) OR
           NEW."office_path" <> OLD."office_path") OR ((NEW."source" IS NULL) <> (OLD."source" IS NULL) OR
           NEW."source" <> OLD."source") OR ((NEW."code" IS NULL) <> (OLD."code" IS NULL) OR NEW."code" <>
           OLD."code") OR ((NEW."sign_on" IS NULL) <> (OLD."sign_on" IS NULL) OR NEW."sign_on" <> OLD."sign_on")
           OR ((NEW."through_load" IS NULL) <> (OLD."through_load" IS NULL) OR NEW."through_load" <>
           OLD."through_load") OR ((NEW."cause" IS NULL) <> (OLD."cause" IS NULL) OR NEW."cause" <> OLD."cause")
           OR ((NEW."dispute_id" IS NULL) <> (OLD."dispute_id" IS NULL) OR NEW."dispute_id" <> OLD."dispute_id")
           OR ((NEW."task_id" IS NULL) <> (OLD."task_id" IS NULL) OR NEW."task_id" <> OLD."task_id") OR
           ((NEW."decision_id" IS NULL) <> (OLD."decision_id" IS NULL) OR NEW."decision_id" <>
           OLD."decision_id") OR ((NEW."retracted_on" IS NULL) <> (OLD."retracted_on" IS NULL) OR
           NEW."retracted_on" <> OLD."retracted_on") OR ((NEW."retracted_by" IS NULL) <> (OLD."retracted_by" IS
           NULL) OR NEW."retracted_by" <> OLD."retracted_by")) BEGIN SELECT RAISE(ABORT,
           'what was retracted never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION sign_retraction_as_decided() RETURNS trigger LANGUAGE
           plpgsql AS $$ BEGIN RAISE EXCEPTION 'what was retracted never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER sign_retraction_as_decided BEFORE UPDATE ON
           sign_retraction FOR EACH ROW WHEN (((NEW."public_id" IS NULL) <> (OLD."public_id" IS NULL) OR
           NEW."public_id" <> OLD."public_id") OR ((NEW."case_id" IS NULL) <> (OLD."case_id" IS NULL) OR
           NEW."case_id" <> OLD."case_id") OR ((NEW."pensioner_id" IS NULL) <> (OLD."pensioner_id" IS NULL) OR
           NEW."pensioner_id" <> OLD."pensioner_id") OR ((NEW."office_path" IS NULL) <> (OLD."office_path" IS
           NULL) OR NEW."office_path" <> OLD."office_path") OR ((NEW."source" IS NULL) <> (OLD."source" IS NULL)
           OR NEW."source" <> OLD."source") OR ((NEW."code" IS NULL) <> (OLD."code" IS NULL) OR NEW."code" <>
           OLD."code") OR ((NEW."sign_on" IS NULL) <> (OLD."sign_on" IS NULL) OR NEW."sign_on" <> OLD."sign_on")
           OR ((NEW."through_load" IS NULL) <> (OLD."through_load" IS NULL) OR NEW."through_load" <>
           OLD."through_load") OR ((NEW."cause" IS NULL) <> (OLD."cause" IS NULL) OR NEW."cause" <> OLD."cause")
           OR ((NEW."dispute_id" IS NULL) <> (OLD."dispute_id" IS NULL) OR NEW."dispute_id" <> OLD."dispute_id")
           OR ((NEW."task_id" IS NULL) <> (OLD."task_id" IS NULL) OR NEW."task_id" <> OLD."task_id") OR
           ((NEW."decision_id" IS NULL) <> (OLD."decision_id" IS NULL) OR NEW."decision_id" <>
           OLD."decision_id") OR ((NEW."retracted_on" IS NULL) <> (OLD."retracted_on" IS NULL) OR
           NEW."retracted_on" <> OLD."retracted_on") OR ((NEW."retracted_by" IS NULL) <> (OLD."retracted_by" IS
           NULL) OR NEW."retracted_by" <> OLD."retracted_by")) EXECUTE FUNCTION sign_retraction_as_decided()""",
    },
    "sign_retraction_reversed": {
        "sqlite": """CREATE TRIGGER sign_retraction_reversed BEFORE UPDATE ON sign_retraction WHEN
           (OLD.reversed_on IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'a reversed retraction never changes'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION sign_retraction_reversed() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN RAISE EXCEPTION 'a reversed retraction never changes' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER sign_retraction_reversed BEFORE UPDATE ON
           sign_retraction FOR EACH ROW WHEN (OLD.reversed_on IS NOT NULL) EXECUTE FUNCTION
           sign_retraction_reversed()""",
    },
    "sign_retraction_no_delete": {
        "sqlite": """CREATE TRIGGER sign_retraction_no_delete BEFORE DELETE ON sign_retraction  BEGIN SELECT
           RAISE(ABORT, 'retractions are never deleted'); END""",
        "postgresql": """CREATE OR REPLACE FUNCTION sign_retraction_no_delete() RETURNS trigger LANGUAGE plpgsql
           AS $$ BEGIN RAISE EXCEPTION 'retractions are never deleted' USING ERRCODE =
           'integrity_constraint_violation'; END $$; CREATE TRIGGER sign_retraction_no_delete BEFORE DELETE ON
           sign_retraction FOR EACH ROW  EXECUTE FUNCTION sign_retraction_no_delete()""",
    },
    "sign_retraction_no_replace": {
        "sqlite": """CREATE TRIGGER sign_retraction_no_replace BEFORE INSERT ON sign_retraction WHEN EXISTS
           (SELECT 1 FROM sign_retraction WHERE (id = NEW.id) OR (public_id = NEW.public_id)) BEGIN SELECT
           RAISE(ABORT, 'rows of sign_retraction are never replaced'); END""",
    },
}
PATH = String(120).with_variant(String(120, collation="C"), "postgresql")


def upgrade() -> None:
    with altered("correction") as batch:
        batch.alter_column("decision_id", existing_type=Integer(), nullable=True)
        batch.add_column(Column("retraction", String(20)))
        batch.add_column(Column("wrong_on", Date))
        batch.create_unique_constraint(op.f("uq_correction_retraction_system"), ["retraction", "system"])
        batch.create_check_constraint(op.f("ck_correction_arose"), "decision_id is not null or retraction is not null")
    op.create_table(
        "sign_retraction", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
        Column("pensioner_id", Integer, ForeignKey("pensioner.id"), nullable=False),
        Column("office_path", PATH, nullable=False), Column("source", String(40), nullable=False),
        Column("code", SmallInteger, nullable=False), Column("sign_on", Date), Column("through_load", BigInteger),
        Column("cause", String(40), nullable=False), Column("dispute_id", Integer, ForeignKey("data_dispute.id")),
        Column("task_id", Integer, ForeignKey("verification_task.id")),
        Column("decision_id", Integer, ForeignKey("decision.id")), Column("retracted_on", Date, nullable=False),
        Column("retracted_by", Integer, ForeignKey("staff_account.id")), Column("reversed_on", Date),
        Column("reversed_by", Integer, ForeignKey("staff_account.id")), Column("reversed_grounds", Text),
        Column("recorded_at", TIME, nullable=False),
        CheckConstraint("cause in ('corrected','refuted','annulled')", name="cause"),
        CheckConstraint("(cause = 'annulled' and decision_id is not null) or (cause <> 'annulled' "
                        "and dispute_id is not null and retracted_by is not null)", name="grounds"),
        CheckConstraint("cause <> 'refuted' or task_id is not null", name="task"),
        CheckConstraint("(sign_on is null) = (through_load is not null)", name="day"),
        CheckConstraint("(reversed_on is null) = (reversed_by is null) "
                        "and (reversed_on is null) = (reversed_grounds is null)", name="reversed"),
        CheckConstraint("reversed_by is null or retracted_by is null or reversed_by <> retracted_by",
                        name="two_accounts"))
    op.create_index("ix_sign_retraction_decision", "sign_retraction", ["decision_id"])
    op.create_index("ix_sign_retraction_person", "sign_retraction", ["pensioner_id", "id"])
