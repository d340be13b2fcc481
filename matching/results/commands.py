"""flask matching run, apply, due, clear: the month's comparison from a terminal."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import click
from sqlalchemy import select

from cases.refused import refuse
from cases.sweep import is_demonstration
from database import db
from matching.definition import WrongDay
from matching.feeds.store import store as folder
from matching.linkage.comparing import compare_month
from matching.results import applying, clearing, due, going_on, running
from matching.results.models import MatchingRun
from matching.results.proposing import Difference
from matching.results.running import Wanted
from matching.runs import NobodyThere
from matching.store import Store
from staff.clock import today
from staff.models import Office
from staff.terminal import told
from workflows.deadlines import month_of
from workflows.transition import TransitionRefused

AREA = click.option("--area", default=None, help="Code of the office whose area is matched; the uppermost by default.")
ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Business date; today when left out.")


@contextmanager
def said() -> Iterator[None]:
    """A refusal becomes words in both languages, and exit code 1."""
    try:
        yield
    except TransitionRefused as refused:
        raise click.ClickException("\n".join(told(one.code, one.detail) for one in refused.refusals)) from None
    except (WrongDay, NobodyThere, applying.NotReleased) as refused:
        raise click.ClickException(told(refused.code)) from None


@click.command("run")
@click.option("--month", default=None, help="YYYY-MM; that of the day when left out.")
@AREA
@ON
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@click.option("--afresh", is_flag=True, help="Fold every sign anew instead of going on from the run before.")
@click.option("--link/--no-link", default=True, help="Compare the month's rows without a readable number, too.")
def run(month: str | None, area: str | None, on: datetime | None, dry_run: bool, afresh: bool, link: bool) -> None:
    """Compare the registers with everybody of an area and propose the three lists."""
    day = _day(on)
    with said(), click.progressbar(length=1, show_eta=False) as bar:
        wanted = Wanted(month or month_of(day), _path(area), day, afresh)
        if dry_run:
            _show(running.dry_run(wanted, lambda *reached: _progress(bar, *reached)))
            return
        if day > today() and not is_demonstration():
            raise refuse("DATE_IN_FUTURE")
        made = running.run(wanted, lambda *reached: _progress(bar, *reached))
        links = compare_month(wanted.month, wanted.area, day, lambda *reached: _progress(bar, "links", *reached)) if (
            link) else {}
    for name, number in sorted(made.changes.items()):
        click.echo(f"{name}\t{number}")
    for kind, number in sorted(links.items()):
        click.echo(f"suggested {kind}\t{number}")
    click.echo(f"{made.status}\t{made.public_id}")
    for source, one in made.halts.items():
        click.echo(f"halted: {source} {one['found']}, usual {one['usual']}: two people release it")


@click.command("apply")
@click.argument("run_id")
@ON
def apply(run_id: str, on: datetime | None) -> None:
    """Do what follows from a released run, or what is left of it. RUN_ID: its public id."""
    found = db.session.scalar(select(MatchingRun.id).where(MatchingRun.public_id == run_id))
    if found is None:
        raise click.ClickException("没有这次比对 / no such run")
    with said(), click.progressbar(length=1, show_eta=False) as bar:
        counts = applying.apply(found, on=_day(on), progress=lambda done, every: _progress(bar, "apply", done, every))
    for name, number in sorted(counts.items()):
        click.echo(f"{name}\t{number}")


@click.command("clear")
def clear_files() -> None:
    """Clear away the files of old runs; those that a later run or a withdrawal goes back to stay."""
    for name in clearing.clear(Store(folder())):
        click.echo(name)


@click.command("due")
@AREA
@ON
def show_due(area: str | None, on: datetime | None) -> None:
    """Go on with what a killed process left, then say by which day the area's next comparison is due (QD 15).

    To be started daily; ends with 1 where it is overdue.
    """
    with click.progressbar(length=1, show_eta=False) as bar:
        went_on = going_on.go_on(_day(on), lambda done, every: _progress(bar, "apply", done, every))
    for name, counts in went_on.items():
        click.echo(f"{name}\tapplied\t{counts.total()}")
    with said():
        found = due.due(_path(area), _day(on))
    click.echo(f"{found.month}\t{found.by}{'  overdue' if found.overdue else ''}")
    if found.overdue:
        raise click.exceptions.Exit(1)


def _show(difference: Difference) -> None:
    for (name, reason, source), number in sorted(difference.came.items(), key=repr):
        click.echo(f"+{number}\t{name}\t{reason}\t{source or '-'}")
    for (name, reason), number in sorted(difference.left.items()):
        click.echo(f"-{number}\t{name}\t{reason}")
    for name, number in sorted(difference.counts.items()):
        click.echo(f"={number}\t{name}")
    for spike in difference.halts:
        click.echo(f"would be halted: {spike.source} {spike.found}, usual {spike.usual}, most {spike.most}")
    click.echo("dry run: nothing was changed")


def _path(code: str | None) -> str:
    query = select(Office.path).where(Office.code == code if code else Office.parent_id.is_(None)).limit(1)
    path = db.session.scalar(query)
    if path is None:
        raise refuse("UNKNOWN_OFFICE")
    return path


def _day(on: datetime | None) -> date:
    return on.date() if on else today()


def _progress(bar: click._termui_impl.ProgressBar, what: str, done: int, every: int) -> None:
    bar.label, bar.length, bar.pos = what, max(every, done, 1), done
    bar.render_progress()
