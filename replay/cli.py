"""`audit replay`: whether the log alone gives what the tables hold."""
from __future__ import annotations

import click

from audit.cli import audit
from replay import differences


@audit.command("replay")
def replay_command() -> None:
    """Build states, signatures, dates and amounts from the log alone and name each that the tables hold otherwise."""
    found = differences()
    for line in found:
        click.echo(line)
    if found:
        raise click.exceptions.Exit(1)
    click.echo("OK")
