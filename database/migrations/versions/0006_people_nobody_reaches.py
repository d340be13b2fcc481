"""An index of the people without a phone that is answered (SC-37b)."""
from alembic import op

from database.migrations.columns import only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)


def upgrade() -> None:
    op.create_index("ix_pensioner_unreachable", "pensioner", ["id"],
                    **only("phone is null or phone_failed_on is not null"))
