"""flask database create: the schema of an empty database. On one that has it, nothing happens."""
from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import inspect

from database import create_schema, db

database = AppGroup("database", help="The database's schema.")


@database.command("create")
def create() -> None:
    """Create tables and triggers where there are none."""
    if inspect(db.engine).has_table("installation"):
        click.echo("the schema is there")
        return
    create_schema(current_app._get_current_object())
    click.echo("schema created")
