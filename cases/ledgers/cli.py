"""flask lists file --on DATE"""
from __future__ import annotations

from datetime import date, datetime

import click
from flask.cli import AppGroup

from cases.ledgers.filing import FiledLater, file
from cases.sweep import FutureSweep
from staff.clock import today

lists = AppGroup("lists", help="The ledgers: their counts are filed each day.")


@lists.command("file")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Business date; today when left out.")
@click.option("--area", default="", help="Office path such as 51/5101/510107/; all when left out.")
def file_lists(on: datetime | None, area: str) -> None:
    """File the counts of a day: states, and those not certified. The sweep does it too; twice is once."""
    day: date = on.date() if on else today()
    try:
        click.echo(told(day, file(day, today=today(), area=area)))
    except FutureSweep:
        raise click.ClickException(f"{day} is later than today") from None
    except FiledLater:
        raise click.ClickException(f"a later day than {day} is filed already") from None


def told(day: date, counts: dict[str, int]) -> str:
    if not counts:
        return f"{day} is filed already"
    return f"filed {day}: " + ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))
