"""flask nearing-age load FILE | tell [--on DATE]"""
from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from cases.imports.cli import loader
from cases.nearing_age.telling import tell
from cases.sending import DeliveryRunning
from cases.sweep import FutureSweep
from staff.clock import local_hour, today

nearing_age = AppGroup("nearing-age", help="Insured persons who near the age of benefit: listed, told ahead.")
loader(nearing_age, "load", "nearing_age", "读入到龄人员名单，待另一人放行 / propose a list of persons near the age.")


@nearing_age.command("tell")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Business date; today when left out.")
def tell_command(on: datetime | None) -> None:
    """Tell, once, whoever is so many months before the age. To be started daily."""
    day = on.date() if on else today()
    try:
        done = tell(day, today=today(), hour=local_hour())
    except FutureSweep:
        raise click.ClickException(f"{day} is later than today") from None
    except DeliveryRunning:
        raise click.ClickException("正在发送 / another delivery is running") from None
    for name, count in sorted(done.items()):
        click.echo(f"{name}\t{count}")
