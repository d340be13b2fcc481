"""`flask matching survival train|evaluate`."""
from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from cases.imports.cli import said
from cases.sweep import is_demonstration
from matching.definition import day_number
from matching.survival import simulation
from matching.survival.features import features
from matching.survival.model import Model, newest, own_folder, save
from matching.survival.scoring import score
from staff.clock import today
from staff.offices import office_by_code
from staff.terminal import acting

survival = AppGroup("survival", help="生存行为模型 / the survival-behaviour model (QD 14).")
DAY = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Business date; today when left out.")


@survival.command("train")
@click.option("--people", default=60_000, show_default=True)
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder; by default the instance's.")
@DAY
def train_command(people: int, into: Path | None, on: datetime | None) -> None:
    """Train on simulated people and keep the model as a dated file. Nothing is scored, and no rule is changed."""
    from matching.survival.training import train_on_simulation  # needs scikit-learn, which applying does not

    model = train_on_simulation(people, on.date() if on else today())
    try:
        click.echo(save(model, into or own_folder(current_app.config["INSTANCE_DIR"])))
    except FileExistsError as there:
        raise click.ClickException(f"there already: {there.filename}") from None
    click.echo(told(model))


@survival.command("evaluate")
@click.option("--people", default=20_000, show_default=True)
@click.option("--seed", default=99, show_default=True, help="Of the people it has not seen.")
@DAY
def evaluate_command(people: int, seed: int, on: datetime | None) -> None:
    """Judge the newest model on simulated people it has never seen."""
    from matching.survival.training import judged

    model, day = newest(own_folder(current_app.config["INSTANCE_DIR"])), day_number(on.date() if on else today())
    made = simulation.lives(people, day, seed)
    score = model.score(features(made.people, made.person, made.day, made.kind, day))
    click.echo(told(Model(**vars(model) | judged(score, made.alive))))


@survival.command("score")
@click.option("--office", "office_code", required=True, help="机构代码 / office code: its area is scored.")
@click.option("--as", "username", required=True, help="以哪个账号办理 / account that acts; its password is asked for")
@DAY
def score_command(office_code: str, username: str, on: datetime | None) -> None:
    """Score the people of an area whose rules accept the model; who reaches the threshold gets a sign."""
    with said():
        actor = acting(username, demonstration=is_demonstration())
        made = score(office_by_code(office_code), actor=actor, on=on.date() if on else today())
        click.echo(f"{made.public_id}: {made.rows} people at or above the threshold, by {made.file_name}")


def told(model: Model) -> str:
    lines = [f"{model.version}, trained on {'SIMULATED' if model.simulated else 'real'} data: "
             f"{model.data['people']} people, {model.data['dead']} of them dead",
             f"AUC {model.auc:.4f}, Brier {model.brier:.5f} (foretelling the same of everybody: "
             f"{model.brier_of_the_base_rate:.5f})",
             f"{'foretold':>10} {'alive':>10} {'people':>8}"]
    lines += [f"{one.foretold / 1e6:>10.4f} {one.alive / 1e6:>10.4f} {one.people:>8}" for one in model.bins]
    lines.append(f"{'threshold':>10} {'held alive':>10} {'dead per million of them':>25}")
    lines += [f"{one['threshold']:>10} {one['share']:>10.4f} {one['dead_per_million']:>25.0f}"
              for one in model.thresholds]
    return "\n".join(lines)
