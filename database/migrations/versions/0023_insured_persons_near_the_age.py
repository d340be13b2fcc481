"""Insured persons who near the age of benefit: told ahead, reviewed, applied, entered (JS-6.4, JS-7.3)."""
from alembic import op
from sqlalchemy import Column, Date, ForeignKey, Integer, String, UniqueConstraint

from database.migrations.columns import ENCRYPTED, TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict[str, dict[str, str]] = {}
PATH = String(120).with_variant(String(120, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "nearing_age", Column("id", Integer, primary_key=True),
        Column("public_id", String(20), nullable=False, unique=True),
        Column("office_id", Integer, ForeignKey("office.id"), nullable=False),
        Column("office_path", PATH, nullable=False),
        Column("batch_id", Integer, ForeignKey("import_batch.id"), nullable=False),
        Column("person_index", String(64), nullable=False), Column("scheme", String(30), nullable=False),
        Column("name", String(60), nullable=False), Column("id_number", ENCRYPTED, nullable=False),
        Column("birth_on", Date, nullable=False), Column("phone", ENCRYPTED), Column("address", ENCRYPTED),
        Column("months_paid", Integer), Column("reaches_on", Date, nullable=False),
        Column("status", String(10), nullable=False), Column("channel", String(10)), Column("message_id", String(80)),
        Column("proof", String(300)), Column("told_on", Date), Column("reviewed_on", Date),
        Column("review", String(30)), Column("applied_on", Date),
        Column("case_id", Integer, ForeignKey("cases.id")), Column("closed_on", Date),
        Column("recorded_at", TIME, nullable=False), UniqueConstraint("office_id", "person_index", "scheme"))
    op.create_index("ix_nearing_age_open", "nearing_age", ["office_path", "reaches_on", "id"],
                    **only("closed_on is null"))
    op.create_index("ix_nearing_age_month", "nearing_age", ["office_path", "reaches_on", "id"])
    op.create_index("ix_nearing_age_person", "nearing_age", ["person_index"])
