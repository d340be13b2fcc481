"""A database of tests made empty again: much cheaper than a copy of the template, where only rows were written.

Whether anything else changed (triggers, functions, constraints, columns, indexes, privileges, what the template holds)
is asked of the catalogue each time. Rows are deleted as a replica does it: neither triggers nor foreign keys are asked.
"""
from __future__ import annotations

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

MOST_ROWS = 3_000  # more than that, or more often, and a copy is better than a table of dead rows
MOST_TIMES = 100
FINGERPRINT = """SELECT md5(string_agg(one, '|' ORDER BY one)) FROM (
    SELECT concat_ws(' ', 'r', relname, relkind, relacl, reloptions, relowner) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 't', tgname, tgrelid, tgenabled, tgfoid, tgtype, tgqual) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', 'f', oid, proname, prosrc, proacl) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'c', conname, conrelid, convalidated, conkey, conbin) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'a', attrelid, attname, atttypid, attnotnull, attacl) FROM pg_attribute
        WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT concat_ws(' ', 'i', indexrelid, indisvalid) FROM pg_index
    UNION ALL SELECT concat_ws(' ', 'd', datacl) FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT concat_ws(' ', 's', setconfig) FROM pg_db_role_setting s
        JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
) AS every (one)"""
OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"


class Emptying:
    """What a fresh copy of the template is like. url: of the copy, as the server's superuser."""

    def __init__(self, url: URL) -> None:
        self._url, self._times = url, 0
        self._like: tuple[object, ...] = ()
        with connection(url) as raw:
            self._tables = [name for (name,) in raw.execute(TABLES)]
            self._held = self._filled(raw)
            self._like = self._fingerprint(raw)

    def empty(self) -> bool:
        """Whether it is now as the template is; False: it has to be copied."""
        self._times += 1
        try:
            raw = connection(self._url)
        except psycopg.OperationalError:  # dropped by a test
            return False
        with raw:
            raw.execute(OTHERS)
            if self._times > MOST_TIMES or self._fingerprint(raw) != self._like:
                return False
            raw.execute("SET session_replication_role = replica")
            filled = [name for name in self._filled(raw) if name not in self._held]
            gone = sum(raw.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name))).rowcount for name in filled)
            for (name,) in raw.execute(SEQUENCES).fetchall():
                raw.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(name)))
            return gone <= MOST_ROWS

    def _filled(self, raw: psycopg.Connection) -> list[str]:
        asked = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(name), sql.Identifier(name))
            for name in self._tables)
        return [name for (name,) in raw.execute(asked)]

    def _fingerprint(self, raw: psycopg.Connection) -> tuple[object, ...]:
        like = raw.execute(FINGERPRINT).fetchone()
        if self._like and like != self._like[0]:  # what is held need not be there any more
            return (like,)
        held = [raw.execute(sql.SQL("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t").format(
            sql.Identifier(name))).fetchone() for name in self._held]
        return like, *held


def connection(url: URL) -> psycopg.Connection:
    return psycopg.connect(text_of(url.set(drivername="postgresql")), autocommit=True)


def text_of(url: URL) -> str:
    return url.render_as_string(hide_password=False)
