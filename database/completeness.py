"""Is the schema there, whole? What a killed or tampered creation leaves out is named."""
from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from database import Base
from database.triggers import TRIGGERS

# A trigger switched off, or on for replicas only, is as good as none.
_TRIGGERS_OF = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
}


def is_empty(connection: Connection) -> bool:
    """No table of ours at all."""
    return not set(inspect(connection).get_table_names()) & set(Base.metadata.tables)


def missing_parts(connection: Connection) -> list[str]:
    """Tables and triggers that should be there and are not (or are disabled), as `table x`, `trigger y`."""
    dialect = connection.dialect.name
    tables = set(inspect(connection).get_table_names())
    triggers = set(connection.scalars(text(_TRIGGERS_OF[dialect])))
    return [f"table {name}" for name in sorted(Base.metadata.tables) if name not in tables] + [
        f"trigger {trigger.name}" for trigger in TRIGGERS if trigger.sql(dialect) and trigger.name not in triggers
    ]
