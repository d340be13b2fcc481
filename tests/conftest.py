"""Fixtures: the real application on a fresh real database, on the engine that TEST_ENGINE names.

`app` is reset before each test that asks for it; no application context is left open, so that requests of
`client` see what a browser's requests would. `context` opens one for tests that call commands directly.
"""
from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress.server import create_server

import settings
from tests import engines

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
LOG_ORIGIN = "pension-eligibility/tests"
TEST_KEYS = {
    "SECRET_KEY": b"secret key for tests only, 32 b.",
    "FIELD_KEY": b"field key for tests only, 32 by.",
    "INDEX_KEY": b"index key for tests only, 32 by.",
}


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, in the process that the workers are started from."""
    is_worker = hasattr(config, "workerinput")
    if engines.chosen() == "postgresql" and not is_worker and engines.SERVER_VARIABLE not in os.environ:
        server = engines.Server()
        config.add_cleanup(server.stop)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only the tests that use a database and do not say that SQLite is enough: the others ran there."""
    by_address = [item.nodeid for item in items if " object at 0x" in item.nodeid]
    if by_address:
        raise pytest.UsageError(f"named by an address in memory, other in each worker: {by_address}")
    if engines.chosen() == "sqlite":
        return
    kept = [item for item in items if "copies" in getattr(item, "fixturenames", ())
            and not item.get_closest_marker("sqlite_is_enough")]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def configured(url: str, folder: Path) -> dict[str, object]:
    """What `create_app` is given in tests."""
    return settings.plain_settings({}) | {
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
        "SQLALCHEMY_DATABASE_URI": url,
        "TRUST_TERMINAL": True,
        "OWNER_DATABASE_URI": engines.owner_of(url),
        "INSTANCE_DIR": str(folder),
        "SERVER_NAME": "localhost",
        "LOG_ORIGIN": LOG_ORIGIN,
        "SQLITE_SYNCHRONOUS": "OFF",  # as on PostgreSQL: killed processes lose nothing by it
    } | TEST_KEYS


def build_schema(url: str, folder: Path) -> None:
    from app import create_app
    from database import create_schema, db

    app = create_app(configured(url, folder))
    create_schema(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Copies]:
    folder = tmp_path_factory.mktemp("database")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    made = engines.copies(folder, worker, lambda url: build_schema(url, folder))
    yield made
    made.drop()


@pytest.fixture(scope="session")
def shared_app(copies: engines.Copies, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application of this worker; use `app`, which has a fresh database behind it."""
    from app import create_app

    copies.reset()
    return create_app(configured(copies.url, tmp_path_factory.mktemp("instance")))


@pytest.fixture
def database_url(copies: engines.Copies) -> str:
    """A database with the schema and nothing else."""
    copies.reset()
    return copies.url


@pytest.fixture
def app(shared_app: Flask, database_url: str) -> Iterator[Flask]:
    from database import db

    fresh_signer(shared_app)
    yield shared_app
    shared_app.config.pop("FAULTS", None)
    with shared_app.app_context():
        db.session.remove()
        db.engine.dispose()


def fresh_signer(app: Flask) -> None:
    """A signer that has signed nothing yet, for a log that has no entry yet."""
    from audit.installed import make_signer, signer_folder

    with app.app_context():
        journal = signer_folder() / "journal.jsonl"
        if not journal.exists() or journal.read_bytes().count(b"\n") > 1:
            shutil.rmtree(signer_folder(), ignore_errors=True)
            make_signer(LOG_ORIGIN, app.config["LOG_HASH"])


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """`app` with an application context open."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class Clock:
    """The business date of a test, moved by hand; pages and commands of `app` go by it."""

    def __init__(self, app: Flask, on: date) -> None:
        self._app = app
        self.move_to(on)

    @property
    def on(self) -> date:
        return self._app.config["TODAY"]

    def move_to(self, on: date) -> date:
        self._app.config["TODAY"] = on
        return on


@pytest.fixture
def clock(app: Flask) -> Iterator[Clock]:
    yield Clock(app, date(2026, 3, 15))
    app.config.pop("TODAY", None)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """`app` served to real browsers: http://127.0.0.1:<a free port>."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine; as root it starts only without its sandbox."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("NOT CHECKED: there is no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield started
        started.close()


@pytest.fixture
def new_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A page of a person of one's own, with its own cookies; relative addresses are those of `app`.

    Takes the keywords of Playwright's `new_context`, such as `viewport`.
    """
    opened: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        opened.append(browser.new_context(base_url=address, locale="zh-CN", **options))
        return opened[-1].new_page()

    yield open_page
    for one in opened:
        one.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()
