"""${message}."""
import sqlalchemy as sa
from alembic import op

from database.migrations.altered import altered
from database.migrations.columns import ENCRYPTED, TIME, only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict = {}


def upgrade() -> None:
    ${upgrades}
