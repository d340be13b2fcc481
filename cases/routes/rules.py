"""The rules in force in a place on a day, each with its source; what changed; the workflow as pictures."""
from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from cases.routes.rule_words import change_words, chosen_office, places, schemes, sections
from rules import Rules, RulesNotInForce, rules_by_version, rules_for
from rules.changes import changes
from rules.vocabulary import SCHEMES
from staff.access import access, current_actor
from staff.clock import today
from web.language import current_language
from workflows.case_lifecycle import CASE
from workflows.machine import Workflow
from workflows.review_chain import chain_for
from workflows.roles import OVERSIGHT, READERS

rule_pages = Blueprint("rules", __name__)


@rule_pages.get("/rules")
@access(*READERS)
def index() -> str:
    """In force in a place on a day; with `version`, as they stood when a decision was pinned to them."""
    offices, office = chosen_office(current_actor(), request.args.get("office"))
    on, version, scheme = day_of("on") or today(), request.args.get("version"), scheme_of()
    found = _pinned(version) if version else in_force(office and office.code, on, scheme)
    return render_template("rules/index.html", on=on, office=office, offices=offices, scheme=scheme, rules=found,
                           schemes=schemes(), version=version, tabs=tabs("rules.index"),
                           listed_by=sections(found.entries.values()) if found else {},
                           flows=[(flow, _picture(flow)) for flow in (CASE, chain_for(3), chain_for(2))])


@rule_pages.get("/rules/changes")
@access(*READERS)
def changed() -> str:
    """Between two days of a place, or between two places."""
    offices, office = chosen_office(current_actor(), request.args.get("office"))
    last, scheme = day_of("to") or today(), scheme_of()
    first = day_of("from") or last.replace(year=last.year - 1, day=min(last.day, 28))
    other = next((one for one in places() if one.code == request.args.get("with")), None)
    old = in_force(office and office.code, first, scheme)
    new = in_force(other.code if other else office and office.code, last, scheme)
    found = change_words(changes(old, new)) if old and new else []
    return render_template("rules/changes.html", offices=offices, office=office, first=first, last=last, other=other,
                           places=places(), scheme=scheme, schemes=schemes(), old=old, new=new,
                           tabs=tabs("rules.changed"), of_value=[one for one in found if one[1].value_differs],
                           of_basis=[one for one in found if not one[1].value_differs])


def tabs(here: str) -> list[tuple[str, None, str, bool]]:
    """The pages about rules, with the choice of office kept."""
    kept = {name: request.args[name] for name in ("office", "scheme") if request.args.get(name)}
    named = {"rules.index": _("有效规则"), "rules.changed": _("规则变动")}
    if set(OVERSIGHT) & current_actor().roles:
        named["rules.what_if"] = _("假如规则不同")
    return [(words, None, url_for(endpoint, **kept), endpoint == here) for endpoint, words in named.items()]


def in_force(code: str | None, on: date, scheme: str | None) -> Rules | None:
    try:
        return rules_for(code, on, scheme) if code else None
    except RulesNotInForce:
        return None


def _pinned(version: str) -> Rules:
    try:
        return rules_by_version(version)
    except KeyError:
        abort(404)


def _picture(flow: Workflow) -> Markup:
    return Markup(flow.diagram_svg(current_language()))


def day_of(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def scheme_of() -> str | None:
    given: Any = request.args.get("scheme")
    return given if given in SCHEMES else None
