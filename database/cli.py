"""Commands for the database itself: `flask --app app database create`, `database check`, `database revision`."""
from __future__ import annotations

import os

import click
from flask import current_app
from flask.cli import AppGroup

from audit.checkpoints import latest
from audit.installed import make_signer, signer, signer_folder
from audit.sequencer import opened, sequence
from audit.signer.refusals import SignerRefused
from database import create_schema, db
from database.completeness import is_empty, missing_parts
from database.roles import OWNER, excesses
from database.versions import current, objection

database = AppGroup("database", help="数据库。The database.")


@database.command("create")
@click.option("--real", is_flag=True, help="For real use: refuses PostgreSQL with one role.")
def create(real: bool) -> None:
    """Make all tables and triggers in an empty database, or bring an older one to this program's version.

    On PostgreSQL the role of OWNER_DATABASE_URL does it; the application's is given what privileges.yaml says.
    """
    if real and db.engine.dialect.name == "postgresql" and not current_app.config.get(OWNER):
        raise click.ClickException("OWNER_DATABASE_URL is not set: for real use one role owns the tables, and the role "
                                   "of DATABASE_URL only works on them (docs/decisions/041)")
    _refuse_unnumbered()
    before, after = create_schema(current_app._get_current_object())  # the proxy cannot open a context of its own
    _refuse_incomplete()
    _ensure_signer()
    click.echo(f"the schema is there, at {after}" if before == after else
               f"schema brought from {before} to {after}" if before else f"schema created, at {after}")


@database.command("check")
def check() -> None:
    """Name every table and trigger that is missing, and every right of the application's role beyond what it needs.

    Ends with 1 when there is one, or the version is another.
    """
    _refuse_incomplete()
    click.echo("the schema is complete")
    with db.engine.connect() as connection:
        beyond = excesses(connection)
    if beyond:
        raise click.ClickException("; ".join(beyond))


@database.command("revision")
@click.argument("words")
def revision(words: str) -> None:
    """Draft the next numbered migration from what the models say and the last migration does not (decision 040)."""
    from database.drafting import draft

    click.echo(f"{os.path.relpath(draft(words))}: read it, correct it, then run tests/database")


def _ensure_signer() -> None:
    """Made before the first head of the log is signed. Later one that is missing was lost, which people declare."""
    try:
        if latest() is None:
            sequence()
            log = opened()
            if make_signer(log.origin, log.hashing.name):
                click.echo(f"signer of {log.origin} made in {signer_folder()}: keep it apart from the database")
        else:
            signer().head()
    except SignerRefused as refused:
        raise click.ClickException(str(refused)) from refused


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
