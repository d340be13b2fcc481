"""Triggers: what the database itself refuses, whoever asks. A registry both engines are made from.

A module adds its own with `register` when it is imported; the log's are here.
"""
from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection, text

TRIGGERS: list[Trigger] = []


@dataclass(frozen=True)
class Trigger:
    """One trigger in the words of each engine; an empty text where an engine needs none.

    The PostgreSQL text may create its function first. Both texts contain `CREATE TRIGGER <name>`.
    """

    name: str
    sqlite_sql: str
    postgresql_sql: str

    def sql(self, dialect: str) -> str:
        return self.sqlite_sql if dialect == "sqlite" else self.postgresql_sql

    def table(self, dialect: str) -> str:
        found = re.search(rf"TRIGGER\s+{self.name}\b.*?\bON\s+(\w+)", self.sql(dialect), re.DOTALL | re.IGNORECASE)
        if found is None:
            raise ValueError(f"{self.name}: no table")
        return found.group(1)


def register(*triggers: Trigger) -> None:
    """Add triggers; one of the same name is replaced."""
    names = {t.name for t in triggers}
    TRIGGERS[:] = [t for t in TRIGGERS if t.name not in names] + list(triggers)


def create_triggers(connection: Connection) -> None:
    """Create all registered triggers on tables that exist already."""
    for trigger in TRIGGERS:
        if sql := trigger.sql(connection.dialect.name):
            connection.exec_driver_sql(sql)
            pin(connection, trigger.name)


def pin(connection: Connection, name: str) -> None:
    """On PostgreSQL a trigger's function looks for tables in our schema first, whatever the session's search path:
    a temporary table called like one of ours must not answer for it.
    """
    if connection.dialect.name == "postgresql":
        schema = connection.dialect.identifier_preparer.quote(str(connection.scalar(text("SELECT current_schema()"))))
        connection.exec_driver_sql(f"ALTER FUNCTION {name}() SET search_path = {schema}, pg_temp")


def drop_trigger(connection: Connection, name: str) -> None:
    """Drop one by name: what a database owner could do. Tests use it."""
    trigger = next(t for t in TRIGGERS if t.name == name)
    on = "" if connection.dialect.name == "sqlite" else f" ON {trigger.table('postgresql')}"
    connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")


def refuse(name: str, table: str, when: str, message: str, condition: str = "") -> Trigger:
    """A trigger that refuses: `when` as in BEFORE UPDATE; `condition` over NEW and OLD, in SQL of both engines.

    The refusal is an integrity error on both engines.
    """
    clause = f"WHEN ({condition})" if condition else ""
    return Trigger(name, _sqlite(name, table, when, message, clause), _postgresql(name, table, when, message, clause))


def _sqlite(name: str, table: str, when: str, message: str, clause: str) -> str:
    if "TRUNCATE" in when:
        return ""  # SQLite knows no TRUNCATE: DELETE without WHERE fires the row triggers
    return f"CREATE TRIGGER {name} {when} ON {table} {clause} BEGIN SELECT RAISE(ABORT, '{message}'); END"


def _postgresql(name: str, table: str, when: str, message: str, clause: str) -> str:
    each = "STATEMENT" if "TRUNCATE" in when else "ROW"
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$; "
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} {clause} EXECUTE FUNCTION {name}()"
    )


def refuse_where(name: str, when: str, table: str, condition: str, message: str, postgresql: str = "") -> None:
    """Add a trigger that aborts `when` on `table` if `condition` (a SELECT over NEW, OLD) has a row.

    postgresql: the condition in that engine's words, where they are other ones.
    """
    event = when.split(" OF ")[0]
    sqlite = (f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW WHEN EXISTS ({condition}) "
              f"BEGIN SELECT RAISE(ABORT, '{message}'); END")
    returned = "OLD" if event == "DELETE" else "NEW"
    function = (f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF EXISTS ({postgresql or condition}) THEN RAISE EXCEPTION '{message}' "
                "USING ERRCODE = 'integrity_constraint_violation'; "
                f"END IF; RETURN {returned}; END $$; "
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    register(Trigger(name, sqlite, function))


def keep_rows(table: str, *unique: tuple[str, ...], only: dict[tuple[str, ...], str] | None = None) -> Trigger:
    """On SQLite, no `INSERT OR REPLACE` takes the place of a row, from a connection without recursive triggers either.

    `unique`: what a row is one by; `only`: the same of partial indexes, with their condition; {0} stands before each
    column of it.
    """
    conflicts = dict.fromkeys(unique, "") | {
        columns: f" AND {given.format('')} AND {given.format('NEW.')}" for columns, given in (only or {}).items()}
    return Trigger(f"{table}_no_replace", _no_replace(table, conflicts, f"rows of {table} are never replaced"), "")


def append_only(table: str, *unique: tuple[str, ...], update_unless: str = "",
                only: dict[tuple[str, ...], str] | None = None) -> list[Trigger]:
    """Triggers that leave INSERT alone and refuse the rest.

    `unique` lists the column sets whose conflict could make `INSERT OR REPLACE` delete a row on SQLite; `only`, those
    of partial indexes with a condition over one row. A change is refused unless `update_unless` holds.
    """
    message = f"rows of {table} never change"
    allowed = f"NOT ({update_unless})" if update_unless else ""
    conflicts = dict.fromkeys(unique, "") | {columns: f" AND {given}" for columns, given in (only or {}).items()}
    return [
        refuse(f"{table}_no_update", table, "BEFORE UPDATE", message, allowed),
        refuse(f"{table}_no_delete", table, "BEFORE DELETE", message),
        refuse(f"{table}_no_truncate", table, "BEFORE TRUNCATE", message),
        Trigger(f"{table}_no_replace", _no_replace(table, conflicts, message), ""),
    ]


def _no_replace(table: str, conflicts: dict[tuple[str, ...], str], message: str) -> str:
    # Fires without recursive_triggers too, which a foreign connection would not switch on.
    same = " OR ".join("(" + " AND ".join(f'{c} = NEW.{c}' for c in columns) + given + ")"
                       for columns, given in conflicts.items())
    return (f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(ABORT, '{message}'); END")


ERASURE = ("OLD.event_id = NEW.event_id AND OLD.field = NEW.field AND OLD.erased_at IS NULL"
           " AND NEW.salt IS NULL AND NEW.value IS NULL AND NEW.erased_at IS NOT NULL")

register(
    *append_only("audit_tx", ("id",), ("uid",)),
    *append_only("audit_event", ("id",), ("uid",), ("tx_id", "position"), ("case_id", "case_seq")),
    *append_only("audit_personal", ("event_id", "field"), update_unless=ERASURE),
    *append_only("audit_entry", ("place",), ("event_id",)),
    *append_only("audit_checkpoint", ("id",), ("size",)),
)
