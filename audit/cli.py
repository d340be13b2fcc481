"""Commands of the log: export, verify, the verifier key."""
from __future__ import annotations

import shutil
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy import select

from audit.anchoring_job import anchored
from audit.checkpoints import LogForked, consistent
from audit.command_group import audit
from audit.entries import LogAltered
from audit.events import SYSTEM
from audit.exports.folder import pack
from audit.exports.making import Asked, export
from audit.following import keep_on, signed_once
from audit.keeping import signed_checkpoint
from audit.search import Wanted, events
from audit.sequencer import sequence
from audit.signer.refusals import SignerRefused
from audit.verify import main as run_verifier
from audit.witnesses.configured import BadWitnesses
from audit.witnesses.models import ANCHORED
from audit.witnesses.standing import overview
from cases.channels import UNKNOWN, BadTransport, Undeliverable
from cases.erasing_cli import erase
from cases.log_alarms import tell
from database import db
from staff.clock import today

NOTE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])


@audit.command("export")
@click.option("--case", "case_no", help="Number of a case: all its events.")
@click.option("--office", "code", help="Code of an office: all events of its area.")
@click.option("--from", "since", type=DAY, help="First day, of a period.")
@click.option("--to", "until", type=DAY, help="Last day, included.")
@click.option("--all", "everything", is_flag=True, help="Everything.")
@click.option("--personal", is_flag=True, help="With personal values and their salts.")
@click.option("--continues", type=NOTE, multiple=True, help="An earlier checkpoint, for a proof that leads on from it.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="A new folder, or a new .zip.")
def export_command(case_no: str | None, code: str | None, since: datetime | None, until: datetime | None,
                   everything: bool, personal: bool, continues: tuple[Path, ...], output: Path) -> None:
    """Write events with their proofs to a folder or an archive: of a case, an office, a period, or all."""
    if bool(since) != bool(until) or sum(map(bool, (case_no, code, since, everything))) != 1:
        raise click.UsageError("give one of --case, --office, --from with --to, --all")
    wanted = Wanted(case_id=_case_id(case_no) if case_no else None, office=_path(code) if code else None,
                    since=_day(since), until=_day(until))
    described = wanted.described() | ({"case_no": case_no} if case_no else {})
    asked = Asked(events(wanted), wanted.kind, wanted.whole, described, personal=personal,
                  sizes=[_size_of(note) for note in continues])
    if output.exists():
        raise click.ClickException(f"{output} exists")
    folder = output.with_suffix("") if output.suffix == ".zip" else output
    with click.progressbar(length=1, show_eta=False, file=sys.stderr) as bar:
        try:
            click.echo(export(asked, folder, actor=SYSTEM, on=today(), told=_telling(bar)))
        except (SignerRefused, FileExistsError) as error:
            raise click.ClickException(f"{type(error).__name__}: {' '.join(map(str, error.args))}") from error
    if folder != output:
        pack(folder, output)
        shutil.rmtree(folder)


def _telling(bar: Any) -> Any:
    def told(done: int, total: int) -> None:
        bar.length = max(total, 1)
        bar.update(done - bar.pos)

    return told


@audit.command("verify")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--policy", type=NOTE, required=True, help="Keys, as `audit policy` prints them.")
@click.option("--checkpoint", "earlier", type=NOTE, multiple=True, help="Kept elsewhere.")
def verify_command(path: Path, policy: Path, earlier: tuple[Path, ...]) -> None:
    """Say whether an export is whole, and what is wrong where: what audit/verify.py says by itself."""
    raise click.exceptions.Exit(run_verifier([str(path), "--policy", str(policy), "--checkpoint",
                                              *map(str, earlier)]))


@audit.command("sequence")
@click.option("--follow", type=click.FloatRange(0.01), metavar="SECONDS", help="Again and again, with this pause.")
def sequence_command(follow: float | None) -> None:
    """Give all events that wait their places in the log."""
    if follow:
        keep_on(current_app._get_current_object(), follow)  # type: ignore[attr-defined]
    try:
        done = sequence()
    except LogAltered as error:
        raise click.ClickException(f"LogAltered: {' '.join(map(str, error.args))}") from error
    assert done is not None
    click.echo(done.placed)
    if done.waiting:
        raise click.ClickException(f"events of {', '.join(sorted(done.waiting))} wait for one that is nowhere")


@audit.command("checkpoint")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also append it here: a file on other media.")
@click.option("--thorough", is_flag=True, help="Read every row of the log again, and make the map of heads anew.")
@click.option("--follow", type=click.FloatRange(0.01), metavar="SECONDS", help="Again and again, with this pause.")
def checkpoint_command(output: Path | None, thorough: bool, follow: float | None) -> None:
    """Give places to what waits, read the rows again and sign the head, for witnesses to keep."""
    if follow:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        keep_on(app, follow, work=lambda: signed_once(today()), name="signer")
    try:
        note = signed_checkpoint(today(), thorough=thorough)
    except SignerRefused as refused:
        raise click.ClickException(str(refused)) from refused
    if output:
        with output.open("ab") as kept:
            kept.write(note + b"\n")
    click.echo(note.decode(), nl=False)


@audit.command("anchor")
@click.option("--follow", type=click.IntRange(1), metavar="SECONDS", help="Again and again, with this pause.")
@click.option("--thorough", is_flag=True, help="Read every row of the log again first.")
def anchor_command(follow: int | None, thorough: bool) -> None:
    """Sign a checkpoint, hand it to every witness, write to whom an alarm goes; ends with 1 where there is one. The
    server does the same (ANCHOR_EVERY)."""
    while True:
        alarmed = _anchored(thorough)
        if not follow:
            raise click.exceptions.Exit(int(alarmed))
        time.sleep(follow)


def _anchored(thorough: bool) -> bool:
    """Whether there is an alarm."""
    try:
        rows = anchored(today(), thorough=thorough)
        click.echo(rows.size)
    except (SignerRefused, BadWitnesses) as refused:
        click.echo(str(refused), err=True)
        rows = None
    for row in rows.anchors if rows else ():
        click.echo(f"{row.witness}\t{row.state}\t{row.words or ''}", err=row.state != ANCHORED)
    try:
        tell(today())
    except (BadTransport, Undeliverable, *UNKNOWN) as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        return True
    return rows is None or overview().alarmed


@audit.command("check")
@click.argument("note", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_command(note: Path) -> None:
    """Whether the log still continues an earlier checkpoint that was kept elsewhere."""
    click.echo(f"OK {_size_of(note)}")


def _size_of(note: Path) -> int:
    """Of an earlier checkpoint that the log continues; ends the command where it does not."""
    try:
        return consistent(note.read_bytes())
    except (LogForked, SignerRefused, ValueError) as error:
        raise click.ClickException(f"{note.name}: {type(error).__name__}: {' '.join(map(str, error.args))}") from error


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _path(code: str) -> str:
    table = db.metadata.tables["office"]
    found: str | None = db.session.scalar(select(table.c.path).where(table.c.code == code))
    if found is None:
        raise click.ClickException(f"no office {code}")
    return found


def _case_id(case_no: str) -> int:
    table = db.metadata.tables["cases"]
    found: int | None = db.session.scalar(select(table.c.id).where(table.c.case_no == case_no))
    if found is None:
        raise click.ClickException(f"no case {case_no}")
    return found


audit.add_command(erase)
