"""Commands for the database itself: `flask --app app database create`, `database check`."""
from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from database import create_schema, db
from database.completeness import is_empty, missing_parts

database = AppGroup("database", help="数据库。The database.")


@database.command("create")
def create() -> None:
    """Make all tables and triggers in an empty database; a complete one is left as it is."""
    with db.engine.connect() as connection:
        empty = is_empty(connection)
    if empty:
        create_schema(current_app._get_current_object())  # the proxy cannot open a context of its own
    _refuse_incomplete()
    click.echo("schema created" if empty else "the schema is there")


@database.command("check")
def check() -> None:
    """Name every table and trigger that is missing; ends with 1 when there is one."""
    _refuse_incomplete()
    click.echo("the schema is complete")


def _refuse_incomplete() -> None:
    with db.engine.connect() as connection:
        missing = missing_parts(connection)
    if missing:
        raise click.ClickException("the schema is not complete: " + ", ".join(missing))
