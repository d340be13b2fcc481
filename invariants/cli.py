"""flask check-invariants"""
from __future__ import annotations

import click
from flask.cli import with_appcontext

from cases.sweep import is_demonstration
from database import db
from database.roles import excesses
from invariants import NOT_PROVED_HERE, Breach, check


@click.command("check-invariants")
@with_appcontext
def check_invariants() -> None:
    """Prove from the database that every promise holds; name what breaks one. Exit code 1 on a breach."""
    broken = 0
    for verdict in check():
        if isinstance(verdict, Breach):
            broken += 1
            click.echo(f"BROKEN  {verdict.invariant}: {verdict.count}")
            for row in verdict.where:
                click.echo(f"        {row}")
        else:
            click.echo(f"holds   {verdict}")
    if is_demonstration():
        for line in excesses(db.session.connection()):
            click.echo(f"NOT CHECKED  a demonstration only: {line}")
    for line in NOT_PROVED_HERE:
        click.echo(f"NOT CHECKED  {line}")
    if broken:
        raise click.ClickException(f"{broken} invariants are broken")
