"""Everything there was when migrations began."""
from database.migrations.first import cases, decisions, imports, log, people, work
from database.migrations.frozen import read_triggers
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS = read_triggers("first")


def upgrade() -> None:
    for part in (people, log, cases, decisions, work, imports):
        part.create()
