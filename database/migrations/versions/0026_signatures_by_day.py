"""Signatures of a time are found by their day: how people sign is counted for inspectors."""
from alembic import op

from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)


def upgrade() -> None:
    op.create_index("ix_review_step_on", "review_step", ["on"])
