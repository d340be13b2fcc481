"""flask notices deliver | hold, flask dossier [issue] CASE_NO -o FILE, flask dossier test-ca"""
from __future__ import annotations

import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from cases.channels import BadTransport, NotNow, receipts
from cases.delivery import deliver, hold
from cases.dossier import issue
from cases.dossier_entries import NotInRecord
from cases.letters import font_folder
from cases.models import Installation
from cases.pdf import FontsMissing, RareCharacter, faults
from cases.receipts import collect
from cases.seals import trial_ca
from cases.seals.certificates import SealUnusable
from cases.sending import DeliveryRunning
from database import db
from database.types import now
from staff.access import SYSTEM
from staff.clock import local_hour, today
from staff.models import Office
from workflows.glossary import term

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


class _IssueUnlessNamed(AppGroup):
    """`flask dossier CASE_NO` issues: the number of a case is no command."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["issue", *args])


dossier = _IssueUnlessNamed("dossier", help="Issue the dossier of a case; make seals for trials.")


@dossier.command("issue")
@click.argument("case_no")
@click.option("-o", "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--as-of", "as_of_tx", help="uid of the transaction; the last one when left out.")
@click.option("--full", is_flag=True, help="Personal values in full; entered in the audit log.")
def issue_command(case_no: str, output: Path, lang: str, as_of_tx: str | None, full: bool) -> None:
    """Issue the dossier of a case as an archive PDF, sealed where its office has a seal."""
    for fault in faults(font_folder()):
        click.echo(f"! {fault}", err=True)
    try:
        document = issue(case_no, actor=SYSTEM, on=today(), as_of_tx=as_of_tx, masked=not full, lang=lang)
    except NotInRecord:
        raise click.ClickException(f"没有这个案件或交易 / no such case or transaction: {case_no}") from None
    except RareCharacter as rare:
        raise click.ClickException(f"没有字体能印出 / no font prints: {rare}") from None
    except SealUnusable as unusable:
        raise click.ClickException(f"{unusable}: {term(f'refusal.{unusable.refusal}')}") from None
    output.write_bytes(document)
    click.echo(f"{output}\t{len(document)}")


@dossier.command("test-ca")
@click.option("--office", "codes", multiple=True, help="Code of an office; every county and city when left out.")
@click.option("--folder", type=click.Path(path_type=Path), help="A new folder; test-seals in the instance folder.")
def trial_ca_command(codes: tuple[str, ...], folder: Path | None) -> None:
    """Make a test authority with seals of offices, marked as tests in the subject and on every page."""
    wanted = Office.code.in_(codes) if codes else Office.level.in_(("city", "county"))
    offices = dict(db.session.execute(select(Office.code, Office.name).where(wanted)).all())
    if missing := set(codes) - set(offices):
        raise click.ClickException(f"没有这个机构 / no such office: {', '.join(sorted(missing))}")
    made, secret = folder or Path(current_app.config["INSTANCE_DIR"]) / "test-seals", secrets.token_hex(16)
    try:
        written = trial_ca.make(made, offices, secret.encode(), at=now())
    except FileExistsError:
        raise click.ClickException(f"已存在 / exists: {made}") from None
    click.echo(f"{made}\t{len(written)}")
    click.echo(f"export SEAL_CERTIFICATE={made} SEAL_PASSWORD={secret} SEAL_ROOTS={made / trial_ca.ROOT}")


def _day(on: datetime | None) -> date:
    """The business date; one later than today only in a database marked as a demonstration."""
    day = on.date() if on else today()
    marked = current_app.config.get("TESTING") or db.session.scalar(db.select(Installation.demonstration).limit(1))
    db.session.rollback()
    if day > today() and not marked:
        raise click.ClickException("--on 晚于今天 / later than today")
    return day
