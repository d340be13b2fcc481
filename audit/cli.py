"""Commands of the log: export, verify, the verifier key."""
from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import select

from audit.checkpoints import LogForked, consistent
from audit.command_group import audit
from audit.entries import LogAltered
from audit.events import SYSTEM
from audit.export import export
from audit.following import keep_on
from audit.keeping import signed_checkpoint
from audit.search import Wanted, events
from audit.sequencer import sequence
from audit.signer.refusals import SignerRefused
from audit.signing import verifier_key
from audit.verify import verify
from database import db

DAY = click.DateTime(formats=["%Y-%m-%d"])


@audit.command("export")
@click.option("--case", "case_no", help="Number of a case: all its events.")
@click.option("--from", "since", type=DAY, help="First day, of a period.")
@click.option("--to", "until", type=DAY, help="Last day, included.")
@click.option("--personal", is_flag=True, help="With personal values and their salts.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="A new folder.")
def export_command(case_no: str | None, since: datetime | None, until: datetime | None, personal: bool,
                   output: Path) -> None:
    """Write the events of a case, or of a period, to a folder."""
    if bool(case_no) == bool(since and until):
        raise click.UsageError("give either --case or both --from and --to")
    wanted = Wanted(case_id=_case_id(case_no) if case_no else None, since=_day(since), until=_day(until))
    described = wanted.described() | ({"case_no": case_no} if case_no else {})
    try:
        manifest = export(events(wanted), output, actor=SYSTEM, on=date.today(), described=described,
                          kind="case" if case_no else "period", personal=personal)
    except FileExistsError as error:
        raise click.ClickException(f"{output} exists") from error
    click.echo(manifest)


@audit.command("verify")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", help="Verifier key, obtained elsewhere than from the folder.")
def verify_command(folder: Path, key: str | None) -> None:
    """Say whether an export is whole, and what is wrong where."""
    findings = verify(folder, key)
    for finding in findings:
        click.echo(finding)
    if findings:
        raise click.exceptions.Exit(1)
    click.echo("OK")


@audit.command("key")
def key_command() -> None:
    """Print the key that inspectors verify exports with."""
    click.echo(verifier_key())


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
def checkpoint_command(output: Path | None, thorough: bool) -> None:
    """Give places to what waits, read the rows again and sign the head, for witnesses to keep."""
    try:
        note = signed_checkpoint(date.today(), thorough=thorough)
    except SignerRefused as refused:
        raise click.ClickException(str(refused)) from refused
    if output:
        with output.open("ab") as kept:
            kept.write(note + b"\n")
    click.echo(note.decode(), nl=False)


@audit.command("check")
@click.argument("note", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_command(note: Path) -> None:
    """Whether the log still continues an earlier checkpoint that was kept elsewhere."""
    try:
        size = consistent(note.read_bytes())
    except (LogForked, SignerRefused, ValueError) as error:
        raise click.ClickException(f"{type(error).__name__}: {' '.join(map(str, error.args))}") from error
    click.echo(f"OK {size}")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _case_id(case_no: str) -> int:
    table = db.metadata.tables["cases"]
    found: int | None = db.session.scalar(select(table.c.id).where(table.c.case_no == case_no))
    if found is None:
        raise click.ClickException(f"no case {case_no}")
    return found
