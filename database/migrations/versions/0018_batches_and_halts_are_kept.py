"""The database keeps batches and halts to two accounts, and the rows that are one (QD 25; P1, P2)."""
from database.migrations.frozen import read_triggers
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = read_triggers("batches_kept")


def upgrade() -> None:
    pass
