"""`rules show`, `check`, `diff`, `publish`: what is in force where, what changed, and whether the YAML is sound."""

import json
from datetime import date, datetime
from pathlib import Path

import click

from rules import Rules, RulesNotInForce, RulesRefused, current_versions, layers, published, rules_for
from rules.changes import Change, changes
from rules.checks import faults
from rules.loader import ROOT, Entry
from rules.schema import KEYS, key_and_row
from rules.vocabulary import SCHEMES

DAY = click.DateTime(["%Y-%m-%d"])
AREA = click.option("--area", required=True, help="Office code, GB/T 2260, e.g. 510107.")
SCHEME = click.option("--scheme", type=click.Choice(SCHEMES), help="Of which insurance; else what holds for all.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON instead of words.")


@click.group("rules")
def rules_cli():
    """Dated, cited values of the law."""


@rules_cli.command("show")
@AREA
@click.option("--on", required=True, type=DAY, help="Day, YYYY-MM-DD.")
@SCHEME
@AS_JSON
def show(area: str, on: datetime, scheme: str | None, as_json: bool):
    """Print every value in force: key, value, since, basis."""
    rules = _rules(area, on, scheme)
    if as_json:
        values = [_told(rules.entries[path]) for path in sorted(rules.entries)]
        _echo_json({"area": area, "on": on.date(), "scheme": scheme, "version": rules.version, "values": values})
        return
    click.echo(f"version {rules.version}")
    for path in sorted(rules.entries):
        entry = rules.entries[path]
        click.echo(f"{path}\t{entry.value}\t{entry.since}\t{entry.basis}")


@rules_cli.command("check")
@click.option("--on", type=DAY, help="Day by which a value counts as checked; today when left out.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT,
              help="Another folder of rules, such as a draft.")
def check(on: datetime | None, folder: Path):
    """Schema, basis, overlaps, gaps, values not checked for a year. Fails with every fault found."""
    try:
        places = layers() if folder == ROOT else layers(folder)
    except RulesRefused as refused:
        raise click.ClickException("\n".join(refused.faults)) from refused
    for layer in places:
        names = {entry.path.partition(".")[0] for entry in layer.entries}
        click.echo(f"{layer.name}: {len(layer.entries)} values, {len(names)} of {len(KEYS)} keys")
    click.echo(f"{sum(entry.house for layer in places for entry in layer.entries)} house values")
    found = faults(places, on.date() if on else date.today()) + _unpublished(folder)
    if found:
        raise click.ClickException("\n".join(found))


@rules_cli.command("diff")
@AREA
@click.option("--from", "first", type=DAY, help="Day, YYYY-MM-DD; needs --to.")
@click.option("--to", "last", type=DAY, help="Day, YYYY-MM-DD.")
@click.option("--with", "other", help="Office code of another place, compared on one day.")
@click.option("--on", type=DAY, help="The day of that comparison; today when left out.")
@SCHEME
@AS_JSON
def diff(area: str, first: datetime | None, last: datetime | None, other: str | None, on: datetime | None,
         scheme: str | None, as_json: bool):
    """What changed in a place between two days, or how two places differ."""
    if bool(other) == bool(first and last) or (first is None) != (last is None) or (on and not other):
        raise click.UsageError("either --from and --to, or --with (and perhaps --on)")
    on = on or datetime.combine(date.today(), datetime.min.time())
    old = _rules(area, on if other else first, scheme)
    new = _rules(other, on, scheme) if other else _rules(area, last, scheme)
    found = changes(old, new)
    if as_json:
        _echo_json([{"path": one.path, "old": one.old and _told(one.old), "new": one.new and _told(one.new)}
                    for one in found])
        return
    click.echo("\n".join(map(_line, found)) or "nothing changed")


@rules_cli.command("publish")
def publish():
    """Keep the versions in force for good, for the decisions that will be pinned to them."""
    wanted = {version: list(rules.entries.values()) for version, rules in current_versions().items()}
    for version in published.append(wanted):
        click.echo(version)


def _rules(area: str, on: datetime, scheme: str | None) -> Rules:
    try:
        return rules_for(area, on.date(), scheme)
    except RulesNotInForce as missing:
        raise click.ClickException(f"RULES_NOT_IN_FORCE: {missing}") from missing


def _unpublished(folder: Path) -> list[str]:
    """A draft elsewhere is not published."""
    missing = sorted(set(current_versions()) - set(published.read())) if folder == ROOT else []
    return [f"not published, run `rules publish`: {', '.join(missing)}"] if missing else []


def _told(entry: Entry) -> dict[str, object]:
    return {"path": entry.path, "value": entry.value, "unit": KEYS[key_and_row(entry.path)[0]].unit,
            "since": entry.since, "until": entry.until, "basis": entry.basis, "house": entry.house,
            "checked_on": entry.checked_on, "place": entry.layer}


def _echo_json(body: object) -> None:
    click.echo(json.dumps(body, ensure_ascii=False, indent=1, default=str))


def _line(one: Change) -> str:
    return f"{one.path}\t{_said(one.old)}\t->\t{_said(one.new)}"


def _said(entry: Entry | None) -> str:
    return f"{entry.value} ({entry.basis}, {entry.since})" if entry else "none"
