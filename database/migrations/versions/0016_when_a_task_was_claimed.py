"""When a verification task was claimed, so that a claim can end by itself; claims there are run from today."""
from alembic import op
from sqlalchemy import Column

from database.migrations.columns import TIME
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict[str, dict[str, str]] = {}


def upgrade() -> None:
    op.add_column("verification_task", Column("claimed_at", TIME))
    op.execute("UPDATE verification_task SET claimed_at = CURRENT_TIMESTAMP WHERE claimed_by IS NOT NULL")
