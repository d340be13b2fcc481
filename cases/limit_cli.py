"""flask limits run [--on DATE]"""
from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from cases.limit_run import run_limits
from cases.sweep import FutureSweep
from staff.clock import today

limits = AppGroup("limits", help="Promised limits: counted again, told upward when overdue; old claims end.")


@limits.command("run")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Business date; today when left out.")
def run(on: datetime | None) -> None:
    """Look at every open limit for one business day."""
    day = on.date() if on else today()
    try:
        done = run_limits(day, today=today())
    except FutureSweep:
        raise click.ClickException(f"{day} is later than today") from None
    for name, count in sorted(done.items()):
        click.echo(f"{name}\t{count}")
