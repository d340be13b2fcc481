"""`python -m bench [--cases N] [--engine sqlite|postgresql]`: fills a database of its own, measures, prints a table.

Nothing is kept. Each time stands beside a plain lower bound of the same run; the machine's own pace drops out.
"""
from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from bench import applied, city, clock, lapses, measures
from bench.clock import HEAD, row
from database import create_schema, db
from tests import engines
from tests.conftest import configured
from tests.people import make_account

POSTS = {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--due", type=int, help="of `lapses`: how many fall due on one day; all when left out")
    parser.add_argument("--workers", type=int, default=1, help="of `lapses`: processes that sweep side by side")
    parser.add_argument("--only", nargs="*", choices=(*PARTS, *ALONE), default=tuple(PARTS))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(asked.engine, Path(folder)) as url:
        measure(url, Path(folder), asked)


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty one. A PostgreSQL server of the tests, but durable, as in real use."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    server = engines.Server()
    url = engines.make_url(engines.os.environ[engines.SERVER_VARIABLE])
    with engines.connection(url) as raw:
        raw.execute("ALTER SYSTEM RESET ALL")
        raw.execute("SELECT pg_reload_conf()")
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        server.stop()


def measure(url: str, folder: Path, asked: argparse.Namespace) -> None:
    from app import create_app

    cases = asked.cases
    app = create_app(configured(url, folder) | {"TODAY": city.ON, "DUE": asked.due or cases, "WORKERS": asked.workers})
    create_schema(app)
    with app.app_context():
        makers = {name: make_account(name, [post]) for name, post in POSTS.items()}
        maker = make_account("maker", ["caseworker"])
        start = time.perf_counter()
        city.fill(cases, maker, city.all_certified if set(asked.only) <= set(ALONE) else city.shape)
        settle()
        if db.engine.dialect.name == "postgresql":
            clock.SERVERS.add(db.session.execute(text("SELECT pg_backend_pid()")).scalar_one())
        db.session.remove()
        seconds = time.perf_counter() - start
        print(f"{cases:,} cases on {db.engine.dialect.name}, filled in {seconds:.0f} s; {len(makers)} people; "
              f"load {os.getloadavg()[0]:.1f}\n\n{HEAD}")
    for name in asked.only:
        (PARTS | ALONE)[name](app, cases)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def settle() -> None:
    """Statistics for the planner, as autovacuum or a nightly job keeps them."""
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def inside(act: Callable[[], Iterator[measures.Line]]) -> Callable[[Flask, int], None]:
    def _act(app: Flask, _cases: int) -> None:
        with app.app_context():
            lines(act())
    return _act


def queries(app: Flask, cases: int) -> None:
    with app.app_context():
        lines(measures.queries(cases))


def lines(measured: Iterator[measures.Line]) -> None:
    for times, bound in measured:
        print(row(times, bound), flush=True)


def on_a_day_when_many_fall_due(app: Flask, cases: int) -> None:
    with app.app_context():
        lapses.lapses(cases, app.config["DUE"], app.config["WORKERS"])


def on_the_day_of_a_run(app: Flask, cases: int) -> None:
    with app.app_context():
        applied.applied(cases, app.config["DUE"])


PARTS: dict[str, Callable[[Flask, int], None]] = {
    "queries": queries, "pages": lambda app, cases: lines(measures.pages(app, cases)),
    "decisions": inside(measures.decisions), "dossiers": inside(measures.dossiers), "sweep": inside(measures.sweeping),
}
ALONE: dict[str, Callable[[Flask, int], None]] = {  # what leaves another city behind: only when named
    "lapses": on_a_day_when_many_fall_due, "applied": on_the_day_of_a_run,
}


if __name__ == "__main__":
    main()
