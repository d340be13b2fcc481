"""`pensioners import|release|quarantine` and `payments load-run|load-returns`: the pages' commands, in a terminal."""
from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import select

from cases.imports.batches import Progress, status_counts
from cases.imports.errors import words
from cases.imports.proposing import propose
from cases.imports.quarantine import write_quarantine
from cases.imports.releasing import release
from cases.imports.tables import FileRefused
from cases.models import ImportBatch
from cases.sweep import is_demonstration
from database import db
from staff.access import AccessDenied
from staff.actor import Actor
from staff.clock import today
from staff.offices import office_by_code
from staff.refusals import StaffRefused
from staff.terminal import acting
from workflows.glossary import UnknownTerm, term
from workflows.transition import TransitionRefused

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
OFFICE = click.option("--office", "office_code", required=True, help="机构代码 / office code")
AS = click.option("--as", "username", required=True,
                  help="以哪个账号办理，须输入其密码 / account that acts; its password is asked for")
ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="业务日期 / business date; default: today")
COUNTS = ("rows", "loaded", "unchanged", "duplicate", "quarantined")


@click.group("pensioners")
def pensioners() -> None:
    """领取待遇人员名册 / lists of pensioners."""


@click.group("payments")
def payments() -> None:
    """发放与回盘文件 / pay-run and payment-return files."""


def loader(group: click.Group, name: str, kind: str, about: str) -> None:
    @group.command(name, help=about)
    @FILE
    @OFFICE
    @AS
    @ON
    def command(file: Path, office_code: str, username: str, on: datetime | None) -> None:
        with said():
            day, actor, office = day_of(on), acting_as(username), office_by_code(office_code)
            with bar(file.name) as progress:
                batch = propose(file, office, actor, day, kind=kind, progress=progress)
            _show(batch)


loader(pensioners, "import", "pensioners", "读入名册，待另一人放行 / propose a list; another person releases it.")
loader(payments, "load-run", "pay_run", "读入发放文件，待另一人放行 / propose a pay run.")
loader(payments, "load-returns", "payment_returns", "读入回盘文件，待另一人放行 / propose payment returns.")
loader(payments, "load-recoveries", "recoveries", "读入追回文件，待另一人放行 / propose recoveries of overpayments.")


@click.command("release", help="放行一个批次 / release a batch proposed by another person.")
@click.argument("batch_id")
@AS
@ON
def release_command(batch_id: str, username: str, on: datetime | None) -> None:
    with said():
        day, actor, batch = day_of(on), acting_as(username), _batch(batch_id)
        with bar(batch.file_name) as progress:
            batch = release(batch, actor, day, progress=progress)
        _show(batch)


@pensioners.command("quarantine", help="写出隔离清单 / write the quarantine file of a batch.")
@click.argument("batch_id")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
def quarantine_command(batch_id: str, output: Path, language: str) -> None:
    with said(), open(output, "wb") as stream:
        click.echo(f"{output}: {write_quarantine(_batch(batch_id), stream, language)}")


pensioners.add_command(release_command)
payments.add_command(release_command)


@contextmanager
def said() -> Iterator[None]:
    """A refusal becomes one line of words and exit code 1."""
    try:
        yield
    except FileRefused as refused:
        raise click.ClickException(f"{refused.code}: {words(refused.code, **refused.details)}") from refused
    except TransitionRefused as refused:
        raise click.ClickException("\n".join(f"{code}: {_word(code)}" for code in refused.codes)) from refused
    except (StaffRefused, AccessDenied) as refused:
        raise click.ClickException(f"{refused.refusal}: {_word(refused.refusal)}") from refused


def _word(code: str) -> str:
    try:
        return term(f"refusal.{code}")
    except UnknownTerm:
        return code


def day_of(on: datetime | None) -> date:
    day = on.date() if on else today()
    if day > today() and not current_app.config.get("TESTING"):
        raise click.ClickException("--on 晚于今天 / later than today")
    return day


def acting_as(username: str) -> Actor:
    return acting(username, demonstration=is_demonstration())


def _batch(public_id: str) -> ImportBatch:
    batch = db.session.scalar(select(ImportBatch).where(ImportBatch.public_id == public_id))
    if batch is None:
        raise click.ClickException(f"没有这个批次 / no such batch: {public_id}")
    return batch


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """A progress bar that takes (done, total); a total nobody knew beforehand grows with what is done."""
    with click.progressbar(length=1, label=label, show_pos=True, file=sys.stderr) as shown:
        def progress(done: int, total: int) -> None:
            shown.length = max(done, total)
            shown.update(done - shown.pos)

        yield progress
        shown.length = max(shown.pos, 1)
        shown.update(shown.length - shown.pos)


def _show(batch: ImportBatch) -> None:
    click.echo(f"batch {batch.public_id}  {batch.status}  {batch.file_name}")
    if batch.status != "released":
        found = status_counts(batch)
        click.echo("  ".join(f"{name} {count}" for name, count in sorted(found.items())) + f"  rows {batch.rows}")
    else:
        click.echo("  ".join(f"{name} {getattr(batch, name)}" for name in COUNTS))
    if batch.unread:
        click.echo(f"未读取的列 / columns not read: {'、'.join(batch.unread)}")
