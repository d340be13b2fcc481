"""flask audit erase --due [--dry-run] | --release ID: what is kept no longer, in a terminal."""
from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext

from cases import erasing
from cases.imports.cli import ON, acting_as, day_of, said


@click.command("erase", help="保管期满的个人信息 / personal values whose keeping has ended.")
@click.option("--due", is_flag=True, help="提出清除 / propose to erase what is due.")
@click.option("--dry-run", is_flag=True, help="只显示 / only say how much is due.")
@click.option("--release", "erasure", help="核放另一人提出的清除 / release what another person proposed.")
@click.option("--as", "username", help="以哪个账号办理 / account that acts; not needed for a dry run.")
@ON
@with_appcontext
def erase(due: bool, dry_run: bool, erasure: str | None, username: str | None, on: datetime | None) -> None:
    day = day_of(on)
    if due == bool(erasure):
        raise click.UsageError("--due 或 --release 二者选一 / give one of --due and --release")
    if dry_run and due:
        for name, number in sorted(erasing.found(day).items()):
            click.echo(f"{name}\t{number}")
        return
    if not username:
        raise click.UsageError("--as")
    with said():
        actor = acting_as(username)
        if due:
            click.echo(f"proposed\t{erasing.propose(actor=actor, on=day)}")
            return
        try:
            click.echo(f"erased\t{erasing.release(str(erasure), actor=actor, on=day)}")
        except LookupError:
            raise click.ClickException(f"没有这个提议 / no such proposal: {erasure}") from None
