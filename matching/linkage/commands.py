"""`flask matching linkage train|evaluate`: the model of the comparison, and how good it is."""
from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from cases.imports.cli import said
from cases.sweep import is_demonstration
from database import db
from matching.feeds.models import FeedLoad
from matching.linkage import models, synthetic
from matching.linkage.comparing import compare
from matching.linkage.evaluation import BENCHMARKS, Result, evaluate
from matching.linkage.linking import TooLittleToLearn, train
from matching.linkage.records import columns_of, table
from matching.linkage.settings import load
from matching.linkage.signs import write_links
from matching.linkage.suggesting import suggest_doubles
from staff.clock import today
from staff.terminal import acting

linkage = AppGroup("linkage", help="姓名等信息比对 / comparison without a good ID number.")
SYNTHETIC = "made-up Chinese names, nobody exists; DAMAGE in matching/linkage/synthetic.py says what is assumed"


@linkage.command("evaluate")
@click.argument("sets", nargs=-1, type=click.Choice(list(BENCHMARKS)))
def evaluate_command(sets: tuple[str, ...]) -> None:
    """Precision, recall and F1 on labelled sets: FEBRL 1 to 4 and made-up Chinese names. All when none is named."""
    for name in sets or BENCHMARKS:
        try:
            click.echo(told(evaluate(BENCHMARKS[name]())))
        except ModuleNotFoundError as missing:
            click.echo(f"{name}: NOT MEASURED, {missing.name} is not installed (it is in requirements-dev.lock)")


def told(result: Result) -> str:
    true = len(result.benchmark.truth)
    lines = [f"{result.benchmark.name}: {true} true pairs, {result.blocked} of them compared, {result.seconds:.1f} s",
             f"{'probability':>12} {'pairs':>7} {'precision':>10} {'recall':>8} {'F1':>8}"]
    lines += [f"{one.threshold:>12} {one.found:>7} {one.precision:>10.4f} {one.recall:>8.4f} {one.f1:>8.4f}"
              for one in result.scores]
    return "\n".join(lines) + "\n"


@linkage.command("train")
@click.option("--people", default=20_000, show_default=True)
@click.option("--rows", default=2_000, show_default=True)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day in the file's name; today when left out.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder; by default the instance's.")
def train_command(people: int, rows: int, on: datetime | None, into: Path | None) -> None:
    """Estimate the model on made-up data (u by sampling, m by EM) and keep it as a dated file."""
    settings, made = load("pensioners"), synthetic.sets(people, rows, rows // 2)
    sides = [table(map(columns_of, side), settings.columns) for side in (made.rows, made.register)]
    data = {"what": SYNTHETIC, "register": people, "rows": rows + rows // 2, "damage": synthetic.DAMAGE}
    try:
        model = models.described(settings, train(settings, sides), on.date() if on else today(), data)
        click.echo(models.save(model, into or models.own_folder(current_app.config["INSTANCE_DIR"])))
    except FileExistsError as there:
        raise click.ClickException(f"there already: {there.filename}") from None
    except TooLittleToLearn as error:
        raise click.ClickException(f"too little to learn from: {error}") from None


@linkage.command("suggest")
@click.argument("load")
def suggest_command(load: str) -> None:
    """Compare the rows of a load that bear no readable number with the people of its area. LOAD: its public id."""
    row = db.session.scalar(select(FeedLoad).where(FeedLoad.public_id == load, FeedLoad.status == "loaded"))
    if row is None:
        raise click.ClickException(f"no such load: {load}")
    counts = compare(row, today())
    click.echo(", ".join(f"{kind} {number}" for kind, number in counts.items()) or "nothing new")


@linkage.command("signs")
@click.argument("load")
@click.option("--as", "username", required=True, help="以哪个账号办理 / account that acts; its password is asked for")
def signs_command(load: str, username: str) -> None:
    """Write what people confirmed of a load as signs of a load beside it; the next run of matching reads it."""
    row = db.session.scalar(select(FeedLoad).where(FeedLoad.public_id == load, FeedLoad.status == "loaded"))
    if row is None:
        raise click.ClickException(f"no such load: {load}")
    with said():
        made = write_links(row.id, actor=acting(username, demonstration=is_demonstration()), on=today())
        click.echo(f"{made.public_id}: {made.rows}" if made else "nothing new")


@linkage.command("doubles")
@click.option("--area", default="", help="Office path such as 51/5101/510107/; all when left out.")
def doubles_command(area: str) -> None:
    """List people who seem to be entered twice, under two numbers; people decide on the page."""
    counts = suggest_doubles(area, on=today())
    click.echo(", ".join(f"{kind} {number}" for kind, number in counts.items()) or "nobody new")
