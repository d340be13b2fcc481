"""Two roles on PostgreSQL: one owns the tables and changes the schema, the other is the application's and can do only
what privileges.yaml says: neither lift a trigger nor touch the rows of the log. SQLite knows no roles.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import yaml
from flask import current_app
from sqlalchemy import Connection, Engine, create_engine, text

from database import db

PRIVILEGES = Path(__file__).parent / "privileges.yaml"
OWNER = "OWNER_DATABASE_URI"
_OWNED = """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind = 'r' AND pg_has_role(current_user, c.relowner, 'MEMBER')"""
_WRITES = """SELECT a.attname, has_table_privilege(current_user, c.oid, 'INSERT') AS insert,
        has_column_privilege(current_user, c.oid, a.attnum, 'UPDATE') AS update,
        has_table_privilege(current_user, c.oid, 'DELETE') AS delete,
        has_table_privilege(current_user, c.oid, 'TRUNCATE') AS truncate,
        has_table_privilege(current_user, c.oid, 'TRIGGER') AS trigger
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE n.nspname = current_schema() AND c.relname = :table AND a.attnum > 0 AND NOT a.attisdropped"""
_CREATES = """SELECT 'create tables and functions in the schema' WHERE has_schema_privilege(current_schema(), 'CREATE')
    UNION ALL SELECT 'create temporary tables' WHERE has_database_privilege(current_database(), 'TEMPORARY')
    UNION ALL SELECT 'create schemas' WHERE has_database_privilege(current_database(), 'CREATE')"""


@lru_cache(maxsize=1)
def privileges() -> dict[str, tuple[str, ...]]:
    """table -> what the application's role may do with it besides reading."""
    return {table: tuple(acts) for table, acts in yaml.safe_load(PRIVILEGES.read_text(encoding="utf-8")).items()}


@contextmanager
def owner_engine() -> Iterator[Engine]:
    """The engine that owns the tables: of OWNER_DATABASE_URL, or the application's own where there is one role."""
    uri = current_app.config.get(OWNER)
    if not uri:
        yield db.engine
        return
    engine = create_engine(uri)
    try:
        yield engine
    finally:
        engine.dispose()


def application_role() -> str:
    """The role that the application's own address signs in as."""
    with db.engine.connect() as connection:
        return str(connection.scalar(text("SELECT current_user")))


def grant_privileges(connection: Connection, role: str) -> None:
    """All that privileges.yaml says to `role`, and nothing else. As the owner, in a transaction."""
    quote = connection.dialect.identifier_preparer.quote
    role, schema = quote(role), quote(str(connection.scalar(text("SELECT current_schema()"))))
    database = quote(str(connection.scalar(text("SELECT current_database()"))))
    for statement in (
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}",
        f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM PUBLIC, {role}",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        *(f"GRANT {', '.join(('select', *acts))} ON {schema}.{quote(table)} TO {role}"
          for table, acts in privileges().items()),
    ):
        connection.exec_driver_sql(statement)


def excesses(connection: Connection) -> list[str]:
    """What the role of this connection may do beyond privileges.yaml, in words; none on SQLite, which has no roles."""
    if connection.dialect.name != "postgresql":
        return []
    role = connection.scalar(text("SELECT current_user"))
    if connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
        return [f"the application's role {role} is a superuser: nothing is refused to it"]
    if owned := list(connection.scalars(text(_OWNED))):
        return [f"the application's role {role} owns {len(owned)} tables, or can become their owner: "
                "it can switch off every trigger"]
    found = [f"the application's role {role} may {what}" for what in connection.scalars(text(_CREATES))]
    for table, acts in privileges().items():
        found += [f"the application's role {role} may {act} {table}" for act in _beyond(connection, table, acts)]
    return found


def _beyond(connection: Connection, table: str, acts: tuple[str, ...]) -> list[str]:
    columns = connection.execute(text(_WRITES), {"table": table}).mappings().all()
    found = [act for act in ("insert", "delete", "truncate", "trigger")
             if columns and columns[0][act] and act not in acts]
    updatable = {column["attname"] for column in columns if column["update"]}
    if "update" not in acts:
        said = next((act for act in acts if act.startswith("update")), "")
        found += [f"update ({name})" for name in sorted(updatable) if name not in said]
    return found
