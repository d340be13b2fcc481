"""What was not passed, batches of suspensions and halted runs: suspensions that people release (QD 24, 25)."""
from alembic import op
from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, String, Text, UniqueConstraint

from database.migrations.columns import TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict[str, dict[str, str]] = {}
PATH = String(120).with_variant(String(120, collation="C"), "postgresql")
TWO_PERSONS = ("status <> 'released' or (proposed_by_person is not null and released_by_person is not null "
               "and released_by_person <> proposed_by_person)")


def _released() -> list[Column]:
    return [Column("proposed_by", Integer, ForeignKey("staff_account.id")),
            Column("proposed_by_person", Integer, ForeignKey("natural_person.id")), Column("proposed_on", Date),
            Column("released_by", Integer, ForeignKey("staff_account.id")),
            Column("released_by_person", Integer, ForeignKey("natural_person.id")), Column("released_on", Date),
            Column("recorded_at", TIME, nullable=False)]


def upgrade() -> None:
    op.create_table(
        "not_passed", Column("id", Integer, primary_key=True),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False),
        Column("period_due_on", Date, nullable=False), Column("reason", String(40), nullable=False),
        Column("means", String(40), nullable=False), Column("note", Text), Column("noted_on", Date, nullable=False),
        Column("noted_by", Integer, ForeignKey("staff_account.id"), nullable=False),
        Column("noted_by_person", Integer, ForeignKey("natural_person.id"), nullable=False),
        Column("recorded_at", TIME, nullable=False), UniqueConstraint("case_id", "period_due_on"))
    op.create_table(
        "suspension_batch", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True), Column("office_path", PATH, nullable=False),
        Column("month", String(7), nullable=False), Column("due_on", Date), Column("gathered_on", Date, nullable=False),
        Column("status", String(10), nullable=False), *_released(), UniqueConstraint("office_path", "month"),
        CheckConstraint("status in ('gathered','proposed','released')", name="status"),
        CheckConstraint(TWO_PERSONS, name="two_persons"))
    op.create_table(
        "suspension_row", Column("id", Integer, primary_key=True),
        Column("batch_id", Integer, ForeignKey("suspension_batch.id"), nullable=False),
        Column("case_id", Integer, ForeignKey("cases.id"), nullable=False, index=True),
        Column("period_due_on", Date, nullable=False), Column("taken_out_on", Date),
        Column("taken_out_by", Integer, ForeignKey("staff_account.id")),
        Column("taken_out_by_person", Integer, ForeignKey("natural_person.id")), Column("reason", Text),
        UniqueConstraint("batch_id", "case_id"),
        CheckConstraint("taken_out_on is null or reason is not null", name="taken_out"))
    op.create_table(
        "sweep_halt", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True), Column("office_path", PATH, nullable=False),
        Column("on", Date, nullable=False), Column("found", Integer, nullable=False),
        Column("usual", Integer, nullable=False), Column("most", Integer, nullable=False),
        Column("status", String(10), nullable=False), *_released(),
        CheckConstraint("status in ('halted','proposed','released','over')", name="status"),
        CheckConstraint(TWO_PERSONS, name="two_persons"))
    op.create_index("uq_sweep_halt_open", "sweep_halt", ["office_path"], unique=True, **only("status <> 'over'"))
