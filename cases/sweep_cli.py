"""flask sweep run --on DATE [--dry-run] [--list FILE] [--workers N]"""
from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import TextIO

import click
from flask.cli import AppGroup

from cases.ledgers.cli import told
from cases.ledgers.filing import FiledLater, file
from cases.sweep import Done, FutureSweep
from cases.sweep import sweep as run_sweep
from staff.clock import today

sweep = AppGroup("sweep", help="The daily sweep: refer, remind, suspend what lapsed, propose stops, settle.")
HEADINGS = ("action", "office", "case")


@sweep.command("run")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Business date; today when left out.")
@click.option("--area", default="", help="Office path such as 51/5101/510107/; all when left out.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--list", "list_to", type=click.File("w", encoding="utf-8"), help="Write each thing done to this file.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True,
              help="Processes side by side; as many as there are processors to spare. SQLite has one writer.")
def run(on: datetime | None, area: str, dry_run: bool, list_to: TextIO | None, workers: int) -> None:
    """Sweep the cases for one business day."""
    day: date = on.date() if on else today()
    offices: Counter[tuple[str, str]] = Counter()
    if list_to:
        list_to.write("\t".join(HEADINGS) + "\n")
    try:
        with click.progressbar(length=1, label=f"{day}", show_eta=False) as bar:
            counts = run_sweep(day, today=today(), area=area, dry_run=dry_run,
                               progress=lambda step, done, total: _show(bar, step, done, total),
                               listed=lambda one: _note(one, offices, list_to), workers=workers)
    except FutureSweep:
        raise click.ClickException(f"{day} is later than today: use --dry-run") from None
    for (action, office), count in sorted(offices.items()):
        click.echo(f"{action}\t{office}\t{count}")
    if counts["halted"]:
        click.echo(f"halted: {counts['halted']} suspensions, far more than usual, wait for two people to release them")
    click.echo("dry run: nothing was changed" if dry_run else f"swept {day}")
    if not dry_run:
        _file_lists(day, area)


def _file_lists(day: date, area: str) -> None:
    """The counts of the day, once its sweep is done (SC 38: refreshed daily)."""
    try:
        click.echo(told(day, file(day, today=today(), area=area)))
    except FiledLater:
        click.echo(f"lists of {day} not filed: a later day is")


def _note(one: Done, offices: Counter[tuple[str, str]], list_to: TextIO | None) -> None:
    offices[one.action, one.office] += 1
    if list_to:
        list_to.write(f"{one.action}\t{one.office}\t{one.case_no}\n")


def _show(bar: click._termui_impl.ProgressBar, step: str, done: int, total: int) -> None:
    bar.label, bar.length, bar.pos = step, total, done
    bar.render_progress()
