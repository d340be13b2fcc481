"""Commands of the log's keeping: `flask audit signer ...`, `audit policy`."""
from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import click
from flask import current_app

from audit.command_group import audit
from audit.installed import make_signer, signer
from audit.keeping import lost, recorded_keys, rotated
from audit.policy import policy
from audit.sequencer import opened, sequence
from audit.signer.refusals import SignerRefused
from audit.witnesses.configured import BadWitnesses
from audit.witnesses.file_drop import notes_in
from staff.clock import today


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """A refusal ends the command with 1 and says what to do."""
    @wraps(command)
    def run(*args: object, **given: object) -> None:
        try:
            command(*args, **given)
        except (SignerRefused, BadWitnesses) as refused:
            raise click.ClickException(str(refused)) from refused
    return run


@audit.group("signer")
def of_signer() -> None:
    """The log's signer: its key and its memory, outside the database."""


@of_signer.command("create")
@_told
def create() -> None:
    """Make the signer of this log, once. `database create` does the same."""
    sequence()
    log = opened()
    made = make_signer(log.origin, log.hashing.name)
    recorded_keys(today())
    click.echo("made" if made else "there was one")


@of_signer.command("status")
@_told
def status() -> None:
    """The head signed last, and every key of the log with the size from which it signs."""
    click.echo(signer().head().note.decode(), nl=False)
    for row in recorded_keys(today()):
        click.echo(f"{row.since}\t{row.key}")


@of_signer.command("rotate")
@_told
def rotate() -> None:
    """A new key, handed over by the old one; the hand-over is on record in the log. Give inspectors the new policy."""
    _here()
    click.echo(rotated(today()).note, nl=False)


@of_signer.command("lost")
@click.option("--witnessed", multiple=True, metavar="NAME=FILE", help="What a witness holds: a file of notes.")
@click.option("--old-key", multiple=True, help="Of the lost signer, where nothing here tells it.")
@click.confirmation_option(prompt="Declare the signer lost? It stands in the log for ever")
@_told
def declare(witnessed: tuple[str, ...], old_key: tuple[str, ...]) -> None:
    """Declare the signer's key or memory lost: a new one goes on from the last checkpoint that anybody holds."""
    _here()
    found = [(name, note) for name, _, path in (one.partition("=") for one in witnessed)
             for note in notes_in(Path(path).read_bytes() + b"\n")]
    since = lost(today(), found, old_key)
    click.echo(since.note, nl=False)


def _here() -> None:
    if current_app.config.get("SIGNER_SOCKET"):
        raise click.ClickException("the signer is a process of its own (SIGNER_SOCKET): run `python -m audit.signer` "
                                   "with the same word where it is, then `flask audit signer status`, which records it")


@audit.command("policy")
@_told
def policy_command() -> None:
    """Print what an inspector verifies exports with. Hand it over by another way than the exports."""
    click.echo(json.dumps(policy(), indent=1, ensure_ascii=False))
