"""flask sweep halts | propose-release OFFICE | release OFFICE: what the page of halted runs does, in a terminal."""
from __future__ import annotations

from datetime import datetime

import click

from cases import sweep_releases
from cases.imports.cli import AS, ON, acting_as, day_of, said
from cases.models import SweepHalt
from cases.periods import area_of_path
from cases.sweep_cli import sweep
from staff.actor import Actor

OFFICE = click.argument("office_code")


@sweep.command("halts", help="停住的每日处理 / runs that were halted and are not over, of the account's area.")
@AS
def halts(username: str) -> None:
    with said():
        for halt in sweep_releases.halts(acting_as(username)):
            _show(halt)


@sweep.command("propose-release", help="提出继续 / propose that the halted run of an office goes on.")
@OFFICE
@AS
@ON
def propose_release(office_code: str, username: str, on: datetime | None) -> None:
    with said():
        day, actor = day_of(on), acting_as(username)
        _show(sweep_releases.propose(_halt(office_code, actor).id, actor=actor, on=day))


@sweep.command("release", help="核放 / release a halted run that another person proposed; its cases are suspended.")
@OFFICE
@AS
@ON
def release(office_code: str, username: str, on: datetime | None) -> None:
    with said():
        day, actor = day_of(on), acting_as(username)
        done = sweep_releases.release(_halt(office_code, actor).id, actor=actor, on=day)
        for one in done:
            click.echo(f"{one.action}\t{one.office}\t{one.case_no}")
        click.echo(f"released: {len(done)} suspended")


def _halt(office_code: str, actor: Actor) -> SweepHalt:
    """That of an office in the actor's area; there is one at most."""
    for halt in sweep_releases.halts(actor):
        if area_of_path(halt.office_path) == office_code:
            return halt
    raise click.ClickException(f"没有停住的每日处理 / no halted run: {office_code}")


def _show(halt: SweepHalt) -> None:
    click.echo(f"{area_of_path(halt.office_path)}\t{halt.status}\t{halt.on}\tfound {halt.found}\tusual {halt.usual}"
               f"\tmost {halt.most}")
