"""Finding cases. An ID number is posted, never part of an address; what it finds goes by the pensioner's public id."""
from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from cases import downloads, not_passed
from cases import search as finding
from cases.models.case import STATES
from cases.routes import case_pages
from cases.routes.wanted import given_in, selection, wanted
from cases.routes.words import words
from cases.spreadsheets import FORMS
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from staff.refusals import StaffRefused
from web.filters import mask_id, term
from web.language import current_language
from workflows.glossary import terms
from workflows.roles import READERS

NOBODY = "none"  # an ID number that belongs to no case of the reader's area
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


@case_pages.post("/cases/download")
@access(*READERS)
def download() -> Any:
    """The list as a file. A POST, since the download is an event."""
    form, given, on = request.form.get("format", ""), given_in(request.form), today()
    if form not in FORMS:
        abort(400)
    made = downloads.take_cases(wanted(given, on), form, _headings(), _line, selection(given, form),
                                actor=current_actor(), on=on)
    return send_file(made, FORMS[form][1], as_attachment=True, download_name=f"cases-{on}.{form}", max_age=0)


def _page(actor: Actor, bad_id_number: bool = False) -> str:
    given, on = given_in(request.args), today()
    found = finding.cases_of(wanted(given, on), actor, request.args.get("after"))
    following = url_for("cases.search", **given, after=found.after) if found.after else None
    first = url_for("cases.search", **given) if request.args.get("after") else None
    language = current_language()
    reasons, offices = terms("reason", language), finding.offices_below(actor)
    marked = given.get("not_passed") or not_passed.noted_in([one.code for one in offices], on)
    return render_template(
        "search/cases.html", found=found, given=given, following=following, first=first, on=on, states=STATES,
        schemes=terms("scheme", language), benefits=terms("benefit", language),
        reasons={key: reasons[key] for key in REASONS if key in reasons},
        not_passed=[(finding.ANY, _("任何原因")), *terms("not_passed", language).items()] if marked else [],
        offices=offices, bad_id_number=bad_id_number)


def _headings() -> list[str]:
    return [term("term.case_no"), _("姓名"), _("公民身份号码"), term("term.scheme"), term("term.benefit_kind"),
            term("term.paying_office"), _("状态"), _("状态原因"), _("当前状态起始"), term("term.last_certified_on"),
            term("term.due_on"), _("已过月数")]


def _line(line: downloads.Line) -> list[Any]:
    """In words; the ID number masked."""
    case_no, name, number, scheme, benefit, office, state, reason, *dates_and_months = line
    return [case_no, name, mask_id(number), term(f"scheme.{scheme}"), term(f"benefit.{benefit}"), office,
            term(f"state.{state}"), words(f"reason.{reason}") if reason else "", *dates_and_months]
