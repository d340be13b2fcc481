"""`rules show`, `rules check`, `rules publish`: what is in force where, and whether the YAML is sound."""

from datetime import datetime

import click

from rules import RulesNotInForce, RulesRefused, all_entries, current_versions, layers, published, rules_for
from rules.schema import KEYS


@click.group("rules")
def rules_cli():
    """Dated, cited values of the law."""


@rules_cli.command("show")
@click.option("--area", required=True, help="Office code, GB/T 2260, e.g. 510107.")
@click.option("--on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day, YYYY-MM-DD.")
def show(area: str, on: datetime):
    """Print every value in force: key, value, since, basis."""
    try:
        rules = rules_for(area, on.date())
    except RulesNotInForce as missing:
        raise click.ClickException(f"RULES_NOT_IN_FORCE: {missing}") from missing
    click.echo(f"version {rules.version}")
    for path in sorted(rules.entries):
        entry = rules.entries[path]
        click.echo(f"{path}\t{entry.value}\t{entry.since}\t{entry.basis}")


@rules_cli.command("check")
def check():
    """Load everything; say what is wrong, and which keys a place leaves unset."""
    try:
        places = layers()
    except RulesRefused as refused:
        raise click.ClickException("\n".join(refused.faults)) from refused
    for layer in places:
        names = {entry.path.partition(".")[0] for entry in layer.entries}
        click.echo(f"{layer.name}: {len(layer.entries)} values, {len(names)} of {len(KEYS)} keys")
    click.echo(f"{sum(entry.house for entry in all_entries())} house values")
    missing = sorted(set(current_versions()) - set(published.read()))
    if missing:
        raise click.ClickException(f"not published, run `rules publish`: {', '.join(missing)}")


@rules_cli.command("publish")
def publish():
    """Keep the versions in force for good, for the decisions that will be pinned to them."""
    wanted = {version: list(rules.entries.values()) for version, rules in current_versions().items()}
    for version in published.append(wanted):
        click.echo(version)
