"""What became of a message: the channel's number for it, the day of its receipt, and a state for one that came back."""
import sqlalchemy as sa
from alembic import op

from database.migrations.altered import altered
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict = {}


def upgrade() -> None:
    with altered("notice", without_checks=("status",)) as batch:
        batch.add_column(sa.Column("channel_ref", sa.String(length=80), nullable=True))
        batch.add_column(sa.Column("receipt_on", sa.Date(), nullable=True))
        batch.create_index(batch.f("ix_notice_channel_ref"), ["channel_ref"], unique=False)
        batch.create_check_constraint(
            op.f("ck_notice_status"), "status in ('queued','sending','accepted','failed','held','returned')")
