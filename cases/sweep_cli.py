"""flask sweep run --on DATE [--dry-run]"""
from __future__ import annotations

from datetime import date, datetime

import click
from flask.cli import AppGroup

from cases.sweep import FutureSweep
from cases.sweep import sweep as run_sweep
from staff.clock import today

sweep = AppGroup("sweep", help="The daily sweep: refer, remind, suspend what lapsed, propose stops, settle.")


@sweep.command("run")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Business date; today when left out.")
@click.option("--area", default="", help="Office path such as 51/5101/510107/; all when left out.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
def run(on: datetime | None, area: str, dry_run: bool) -> None:
    """Sweep the cases for one business day."""
    day: date = on.date() if on else today()
    try:
        with click.progressbar(length=1, label=f"{day}", show_eta=False) as bar:
            counts = run_sweep(day, today=today(), area=area, dry_run=dry_run,
                               progress=lambda step, done, total: _show(bar, step, done, total))
    except FutureSweep:
        raise click.ClickException(f"{day} is later than today: use --dry-run") from None
    for name, count in sorted(counts.items()):
        click.echo(f"{name}\t{count}")
    click.echo("dry run: nothing was changed" if dry_run else f"swept {day}")


def _show(bar: click._termui_impl.ProgressBar, step: str, done: int, total: int) -> None:
    bar.label, bar.length, bar.pos = step, total, done
    bar.render_progress()
