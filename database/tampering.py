"""Do the triggers in the database say what the program registered? One replaced under its old name is named."""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from database.migrations import frozen
from database.triggers import TRIGGERS, Trigger

# A trigger switched off, or on for replicas only, is as good as none.
_STANDING = {
    "sqlite": "SELECT name, sql AS made, NULL AS body, NULL AS path FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """SELECT t.tgname AS name, pg_get_triggerdef(t.oid) AS made, p.prosrc AS body,
        array_to_string(p.proconfig, ';') AS path FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgrelid::regclass::text NOT LIKE '%.%'""",
}
_ADDED = re.compile(r"::(text|character varying)|[\s()]+")  # what PostgreSQL writes into a condition, or leaves out
_LIST = re.compile(r"=anyarray\[([^]]*)](?:\[])?")  # and what it makes of IN (...)
_NOT_LIST = re.compile(r"<>allarray\[([^]]*)](?:\[])?")  # and of NOT IN (...)


def untrue_triggers(connection: Connection) -> Iterator[str]:
    """Names of registered triggers that are missing, switched off, or do not say what was registered."""
    dialect = connection.dialect.name
    standing = {row.name: row for row in connection.execute(text(_STANDING[dialect]))}
    for trigger in TRIGGERS:
        if trigger.sql(dialect) and not _says_so(trigger, standing.get(trigger.name), dialect):
            yield trigger.name


def _says_so(trigger: Trigger, row: Any, dialect: str) -> bool:
    if row is None:
        return False
    if dialect == "sqlite":
        return frozen.same(row.made, trigger.sqlite_sql)
    _before, body, made = trigger.postgresql_sql.split("$$")
    pinned = (row.path or "").startswith("search_path=") and row.path.endswith("pg_temp")
    return frozen.same(row.body, body) and pinned and _bare(row.made) == _bare(made.split("CREATE TRIGGER", 1)[1])


def _bare(made: str) -> str:
    """A trigger's own text without what the database adds: its schema, casts, brackets, the first words."""
    plain = re.sub(r"^CREATE TRIGGER|(?<= ON )\w+\.", "", made).lower().replace('"', "")
    return _NOT_LIST.sub(r"notin\1", _LIST.sub(r"in\1", _ADDED.sub("", plain)))
