"""Decisions on confirmed losses stand in the batch of a month (QD 25)."""
from alembic import op
from sqlalchemy import Column, ForeignKey, Integer

from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict[str, dict[str, str]] = {}


def upgrade() -> None:
    op.create_table(
        "gathered_loss",
        Column("batch_id", Integer, ForeignKey("suspension_batch.id"), primary_key=True),
        Column("decision_id", Integer, ForeignKey("decision.id"), primary_key=True, index=True))
