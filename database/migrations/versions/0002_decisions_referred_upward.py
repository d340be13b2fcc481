"""Decisions referred upward."""
import sqlalchemy as sa

from database.migrations.altered import altered
from database.migrations.columns import only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict = {}


def upgrade() -> None:
    with altered("decision") as batch:
        batch.add_column(sa.Column("referred_to_id", sa.Integer()))
        batch.add_column(sa.Column("referred_path", sa.String(length=120)))
        batch.add_column(sa.Column("referred_on", sa.Date()))
        batch.create_index("ix_decision_referred", ["referred_path", "id"], **only("referred_path is not null"))
        batch.create_foreign_key(batch.f("fk_decision_referred_to_id_office"), "office", ["referred_to_id"], ["id"])
