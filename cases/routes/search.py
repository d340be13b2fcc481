"""Finding cases. An ID number is posted, never part of an address; what it finds goes by the pensioner's public id."""
from __future__ import annotations

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cases import search as finding
from cases.models.case import STATES
from cases.routes import READERS, case_pages
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from staff.refusals import StaffRefused
from web.language import current_language
from workflows.glossary import terms

NOBODY = "none"  # an ID number that belongs to no case of the reader's area
FILTERS = ("text", "state", "scheme", "reason", "due_from", "due_before", "office", "person", "paid")
REASONS = ("lapsed", "payment_failed", "suspected_loss", "confirmed_loss", "death_unconfirmed", "death", "missing",
           "imprisoned", "failed_certification", "other")


@case_pages.get("/cases")
@access(*READERS)
def search() -> str:
    return _page(current_actor())


@case_pages.post("/cases")
@access(*READERS)
def search_by_id_number() -> Any:
    actor = current_actor()
    try:
        found = finding.person_with(request.form.get("id_number", ""), actor)
    except StaffRefused:
        return _page(actor, bad_id_number=True), 400
    return _see_other(url_for("cases.search", person=found or NOBODY))


def _see_other(address: str) -> Response:
    return redirect(address, 303)


def _page(actor: Actor, bad_id_number: bool = False) -> str:
    given = {name: request.args[name].strip() for name in FILTERS if request.args.get(name, "").strip()}
    found = finding.cases_of(_wanted(given), actor, request.args.get("after"))
    following = url_for("cases.search", **given, after=found.after) if found.after else None
    first = url_for("cases.search", **given) if request.args.get("after") else None
    reasons = terms("reason", current_language())
    return render_template(
        "search/cases.html", found=found, given=given, following=following, first=first, on=today(), states=STATES,
        schemes=terms("scheme", current_language()), reasons={key: reasons[key] for key in REASONS if key in reasons},
        offices=finding.offices_below(actor), bad_id_number=bad_id_number)


def _wanted(given: dict[str, str]) -> finding.Wanted:
    return finding.Wanted(**{**given, "due_from": _day(given.get("due_from")),
                             "due_before": _day(given.get("due_before"))})


def _day(text: str | None) -> date | None:
    """A date that cannot be read filters nothing."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
