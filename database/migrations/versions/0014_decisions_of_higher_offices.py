"""An index of the open decisions that a city or higher must sign: few of many, which lists leave out for all others."""
from alembic import op

from database.migrations.columns import only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)


def upgrade() -> None:
    op.create_index("ix_decision_high", "decision", ["stage", "id"],
                    **only("stage in ('draft', 'initial_review', 'recheck', 'approval') "
                           "and office_level in ('city', 'province', 'ministry')"))
