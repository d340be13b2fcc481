"""Commands for the database itself: `flask --app app database create`, `database check`, `database revision`."""
from __future__ import annotations

import os

import click
from flask import current_app
from flask.cli import AppGroup

from database import create_schema, db
from database.completeness import is_empty, missing_parts
from database.versions import current, objection

database = AppGroup("database", help="数据库。The database.")


@database.command("create")
def create() -> None:
    """Make all tables and triggers in an empty database, or bring an older one to this program's version."""
    _refuse_unnumbered()
    before, after = create_schema(current_app._get_current_object())  # the proxy cannot open a context of its own
    _refuse_incomplete()
    click.echo(f"the schema is there, at {after}" if before == after else
               f"schema brought from {before} to {after}" if before else f"schema created, at {after}")


@database.command("check")
def check() -> None:
    """Name every table and trigger that is missing; ends with 1 when there is one, or the version is another."""
    _refuse_incomplete()
    click.echo("the schema is complete")


@database.command("revision")
@click.argument("words")
def revision(words: str) -> None:
    """Draft the next numbered migration from what the models say and the last migration does not (decision 040)."""
    from database.drafting import draft

    click.echo(f"{os.path.relpath(draft(words))}: read it, correct it, then run tests/database")


def _refuse_incomplete() -> None:
    with db.engine.connect() as connection:
        why, missing = objection(connection), missing_parts(connection)
    if why:
        raise click.ClickException(why)
    if missing:
        raise click.ClickException("the schema is not complete: " + ", ".join(missing))


def _refuse_unnumbered() -> None:
    with db.engine.connect() as connection:
        if current(connection) is None and not is_empty(connection):
            raise click.ClickException("the database was made before its schema had a number, or by another program; "
                                       "it is left as it is")
