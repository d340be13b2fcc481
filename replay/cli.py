"""`audit replay`: whether the log alone gives what the tables hold."""
from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from audit.cli import audit
from replay import each_difference


@audit.command("replay")
def replay_command() -> None:
    """Build states, signatures, dates and amounts from the log alone and name each that the tables hold otherwise."""
    found = 0
    with click.progressbar(length=1, label="回放 / replay", file=sys.stderr) as bar:
        for line in each_difference(_told(bar)):
            click.echo(line)
            found += 1
    if found:
        raise click.exceptions.Exit(1)
    click.echo("OK")


def _told(bar: Any) -> Callable[[int, int], None]:
    def progress(done: int, of: int) -> None:
        bar.length = of
        bar.update(done - bar.pos)
    return progress
