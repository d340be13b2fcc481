"""A database's schema as data, read from its own catalogue, so that two can be compared."""
from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, inspect, text

from database.migrations.frozen import flat
from database.versions import TABLE

TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """SELECT t.tgname, pg_get_triggerdef(t.oid) || ' ' || pg_get_functiondef(t.tgfoid)
        FROM pg_trigger t WHERE NOT t.tgisinternal""",
}


def describe(connection: Connection) -> dict[str, Any]:
    """"what name" -> its definition, flat, so that a difference names itself. The order of columns is left out."""
    found: dict[str, Any] = {}
    inspector = inspect(connection)
    for table in sorted(set(inspector.get_table_names()) - {TABLE}):
        found |= {f"column {table}.{column['name']}": _column(column) for column in inspector.get_columns(table)}
        found[f"primary key of {table}"] = inspector.get_pk_constraint(table)
        found |= {f"foreign key {key['name']}": key for key in inspector.get_foreign_keys(table)}
        found |= {f"unique {one['name']}": (table, one["column_names"])
                  for one in inspector.get_unique_constraints(table)}
        found |= {f"check {one['name']}": (table, flat(one["sqltext"]))
                  for one in inspector.get_check_constraints(table)}
        found |= {f"index {one['name']}": (table, one["column_names"], one["unique"], _where(one))
                  for one in inspector.get_indexes(table)}
    rows = connection.execute(text(TRIGGERS[connection.dialect.name]))
    return found | {f"trigger {name}": flat(sql) for name, sql in rows}


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [f"{name}: {one.get(name)} / {other.get(name)}" for name in sorted(one.keys() | other.keys())
            if one.get(name) != other.get(name)]


def _column(column: dict[str, Any]) -> tuple[str, bool, str | None]:
    return str(column["type"]), column["nullable"], column["default"]


def _where(index: dict[str, Any]) -> str | None:
    options = index.get("dialect_options", {})
    where = options.get("sqlite_where", options.get("postgresql_where"))
    return None if where is None else flat(str(where))
