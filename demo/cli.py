"""flask demo load --people N --seed S: a city in an empty database, marked as a demonstration for good."""
from __future__ import annotations

import os
import secrets
from datetime import date
from pathlib import Path
from random import Random

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import func, select

from audit.events import DemonstrationMarked
from audit.log import record
from cases.models import Case, Installation, Job
from database import db, transaction
from database.types import now
from demo import history, office_staff, register, stories
from demo.bringing import bring_in
from demo.places import COUNTIES, FOUNDERS, STAFF
from staff.actor import SYSTEM
from staff.clock import today as clock_today
from staff.models import Office
from workflows.deadlines import add_months

SHARES = {"510107": 0.75, "510104": 0.25}
YEARS_BACK = 2
FOLD = 24  # months of history
KIND = "demo"

demo = AppGroup("demo", help="A made-up city, for looking at the system.")


@demo.command("load")
@click.option("--people", default=300, show_default=True, type=click.IntRange(20))
@click.option("--seed", default=1, show_default=True)
@click.option("--if-empty", is_flag=True, help="Leave a database that holds offices as it is, without an error.")
def load(people: int, seed: int, if_empty: bool) -> None:
    """Make the city. Refused unless the database is empty."""
    if db.session.scalar(select(Office.id).limit(1)) is not None:
        if if_empty and finished():
            return
        if if_empty:
            raise click.ClickException("the city was left half made: remove the database and start again")
        raise click.ClickException("the database is not empty: a demonstration loads only into an empty one")
    password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
    today = clock_today()
    with click.progressbar(length=FOLD + 2, label="the city") as bar:
        build(people, seed, password, today, lambda: bar.update(1))
    _tell(password)


def build(people: int, seed: int, password: str, today: date, step) -> None:
    """Offices, staff, pensioners, two years, and today's desks."""
    random, used, start = Random(seed), set(), add_months(today, -12 * YEARS_BACK)
    mark(start)
    office_staff.found(random, password, used, start)
    for county in COUNTIES:
        listed = register.rows(random, max(8, int(people * SHARES[county])), county, start, used)
        bring_in(listed, county, start)
    step()
    history.live(random, start, today, lambda _on: step())
    stories.tell(today)
    finish()
    step()


def mark(on: date) -> None:
    with transaction() as session:
        session.add_all((Installation(demonstration=True), Job(kind=KIND, on=on)))
        record(DemonstrationMarked(cases=0), actor=SYSTEM, on=on, command="demo")


def finish() -> None:
    with transaction() as session:
        job = session.scalars(select(Job).filter_by(kind=KIND)).one()
        job.status, job.finished_at = "finished", now()


def finished() -> bool:
    return db.session.scalar(select(Job.status).filter_by(kind=KIND)) != "running"


def _tell(password: str) -> None:
    cases = db.session.scalar(select(func.count()).select_from(Case))
    lines = [f"A made-up city with {cases} cases. Password of every account: {password}"]
    lines += [f"  {username:<16}{office:<14}{', '.join(posts)}" for username, _shown, office, posts in STAFF]
    lines += [f"  {username:<16}{'51':<14}{post}" for post, (username, _shown) in FOUNDERS.items()]
    text = "\n".join(lines) + "\n"
    path = Path(current_app.config["INSTANCE_DIR"]) / "sign-ins.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    click.echo(text)
