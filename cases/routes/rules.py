"""The rules in force in a place on a day, each with its source, and the two tables of the workflow as pictures."""
from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from cases.routes.rule_names import RULE_NAMES, UNITS
from cases.search import offices_below
from rules import Entry, RulesNotInForce, rules_for
from rules.schema import KEYS, key_and_row
from staff.access import access, current_actor
from staff.clock import today
from web.language import current_language
from workflows.case_lifecycle import CASE
from workflows.glossary import entries
from workflows.glossary import term as glossary_term
from workflows.machine import Workflow
from workflows.review_chain import chain_for
from workflows.roles import READERS

rule_pages = Blueprint("rules", __name__)
PREFIXES = ("kind", "reason", "benefit", "level", "evidence", "death_source", "scheme", "method", "loss", "state")


@rule_pages.get("/rules")
@access(*READERS)
def index() -> str:
    on, offices = _day() or today(), offices_below(current_actor())
    office = next((one for one in offices if one.code == request.args.get("office")), offices[-1] if offices else None)
    try:
        found = rules_for(office.code, on) if office else None
    except RulesNotInForce:
        found = None
    return render_template("rules/index.html", on=on, office=office, offices=offices, rules=found,
                           rule_names=RULE_NAMES,
                           rule_units={name: UNITS.get(key.unit, "") for name, key in KEYS.items()},
                           groups=_groups(found.entries.values()) if found else {},
                           flows=[(flow, _picture(flow)) for flow in (CASE, chain_for(3), chain_for(2))])


def _groups(found: Any) -> dict[str, list[tuple[Entry, str, str]]]:
    """key -> (entry, words of its row, value as written), in the order of the schema."""
    groups: dict[str, list[tuple[Entry, str, str]]] = {}
    for name in KEYS:
        for entry in found:
            key, row = key_and_row(entry.path)
            if key == name:
                groups.setdefault(name, []).append((entry, _row(row), _value(entry.value)))
    return groups


def _row(row: str | None) -> str:
    return " · ".join(_word(part) for part in row.split(".")) if row else ""


def _word(key: str) -> str:
    """The glossary's word for a bare name; a name that has none is shown as it is."""
    known = next((f"{prefix}.{key}" for prefix in PREFIXES if f"{prefix}.{key}" in entries()), None)
    return glossary_term(known, current_language()) if known else key


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _("；").join(_any_of(one) for one in value) or "—"
    if isinstance(value, dict):
        return _("，").join(f"{_word(key)} {_value(one)}" for key, one in value.items())
    return "—" if value is None else _word(str(value))


def _any_of(one: object) -> str:
    return _(" 或 ").join(_value(each) for each in one) if isinstance(one, list) else _value(one)


def _picture(flow: Workflow) -> Markup:
    return Markup(flow.diagram_svg(current_language()))


def _day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return None
