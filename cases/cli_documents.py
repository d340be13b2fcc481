"""flask notices deliver | hold, flask dossier CASE_NO -o FILE"""
from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from cases.channels import BadTransport, NotNow, receipts
from cases.delivery import DeliveryRunning, deliver, hold
from cases.dossier import issue
from cases.dossier_entries import NotInRecord
from cases.letters import font_folder
from cases.models import Installation
from cases.pdf import FontsMissing, RareCharacter, faults
from cases.receipts import collect
from database import db
from staff.access import SYSTEM
from staff.clock import local_hour, today

ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Business date; today when left out.")
notices = AppGroup("notices", help="The outbox: deliver what is queued, hold it after a restore.")


@notices.command("deliver")
@ON
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True)
def deliver_command(on: datetime | None, limit: int) -> None:
    """Send queued notices, oldest first. Safe to run at any time and again."""
    try:
        done = deliver(_day(on), limit, hour=local_hour())
    except DeliveryRunning:
        raise click.ClickException("正在发送 / another delivery is running") from None
    except (BadTransport, FontsMissing) as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from None
    click.echo(f"accepted\t{done.accepted}\nfailed\t{done.failed}\nheld\t{done.held}\nqueued\t{done.queued}")


@notices.command("receipts")
@ON
def receipts_command(on: datetime | None) -> None:
    """Ask the channel of short messages what became of them; a returned one goes out as a letter."""
    try:
        asked = receipts(current_app.config)
        counts = collect(_day(on), asked) if asked else {}
    except (BadTransport, NotNow) as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from None
    for name, number in counts.items():
        click.echo(f"{name}\t{number}")


@notices.command("hold")
@ON
@click.option("--cause", default="RESTORED", show_default=True)
def hold_command(on: datetime | None, cause: str) -> None:
    """Hold the whole outbox until persons release it; run this after a restore."""
    click.echo(f"held\t{hold(_day(on), cause=cause)}")


@click.command("dossier")
@click.argument("case_no")
@click.option("-o", "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--as-of", "as_of_tx", help="uid of the transaction; the last one when left out.")
@click.option("--full", is_flag=True, help="Personal values in full; entered in the audit log.")
@with_appcontext
def dossier(case_no: str, output: Path, lang: str, as_of_tx: str | None, full: bool) -> None:
    """Issue the dossier of a case as an archive PDF."""
    for fault in faults(font_folder()):
        click.echo(f"! {fault}", err=True)
    try:
        document = issue(case_no, actor=SYSTEM, on=today(), as_of_tx=as_of_tx, masked=not full, lang=lang)
    except NotInRecord:
        raise click.ClickException(f"没有这个案件或交易 / no such case or transaction: {case_no}") from None
    except RareCharacter as rare:
        raise click.ClickException(f"没有字体能印出 / no font prints: {rare}") from None
    output.write_bytes(document)
    click.echo(f"{output}\t{len(document)}")


def _day(on: datetime | None) -> date:
    """The business date; one later than today only in a database marked as a demonstration."""
    day = on.date() if on else today()
    marked = current_app.config.get("TESTING") or db.session.scalar(db.select(Installation.demonstration).limit(1))
    db.session.rollback()
    if day > today() and not marked:
        raise click.ClickException("--on 晚于今天 / later than today")
    return day
