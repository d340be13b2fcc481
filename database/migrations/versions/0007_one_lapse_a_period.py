"""One automatic lapse of a case and period: the index of before named an action that no automatic step has (S6)."""
from alembic import op

from database.migrations.columns import only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
NAME, TABLE, COLUMNS = "ix_case_transition_period", "case_transition", ["case_id", "action", "period_due_on"]


def upgrade() -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS, unique=True, **only("action = 'lapse'"))
