"""Differences between files and the record: the list, and one of them to accept or dismiss."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import TextAreaField
from wtforms.validators import Length

from cases.decisions import Proposal, opening_refusals
from cases.forms.fields import REQUIRED
from cases.imports import deciding, views, waiting
from cases.models import Decision, ImportProposal
from database import db
from staff.access import access, current_actor
from staff.clock import today
from staff.offices import offices_of
from web.forms import Form
from workflows.roles import CHAIN

differences = Blueprint("differences", __name__, url_prefix="/imports/differences")


class DismissForm(Form):
    reason = TextAreaField(lazy_gettext("理由"), [REQUIRED, Length(max=500)], render_kw={"rows": 3, "maxlength": 500})


@differences.get("")
@access(*CHAIN)
def index() -> str:
    actor, wanted, given = current_actor(), _wanted(), request.args
    kept = {name: given.get(name) for name in ("kind", "office", "batch") if given.get(name)}
    batch = views.batch_of(actor, CHAIN, given["batch"]) if given.get("batch") else None
    found = waiting.page(wanted, actor, CHAIN, today(), given.get("after", type=int))
    following = url_for(".index", status=wanted.status, after=found.after, **kept) if found.after else None
    first = url_for(".index", status=wanted.status, **kept) if given.get("after") else None
    return render_template(
        "imports/differences.html", page=found, counts=waiting.counts(wanted, actor, CHAIN), status=wanted.status,
        kind=given.get("kind", ""), kinds=waiting.KINDS, office=given.get("office", ""), offices=offices_of(actor),
        batch=given.get("batch", ""), batch_name=batch and batch.file_name, following=following, first=first)


@differences.get("/<public_id>")
@access(*CHAIN)
def difference(public_id: str) -> str:
    return _page(_found(public_id), DismissForm(formdata=None))


@differences.post("/<public_id>/accept")
@access(*CHAIN)
def accept(public_id: str) -> Any:
    decision = deciding.accept(_found(public_id), actor=current_actor(), on=today())
    flash(_("草稿已建立，核对后提交。"), "good")
    return redirect(url_for("decisions.decision", public_id=decision.public_id))


@differences.post("/<public_id>/dismiss")
@access(*CHAIN)
def dismiss(public_id: str) -> Any:
    row, form = _found(public_id), DismissForm()
    if not form.validate_on_submit():
        return _page(row, form), 400
    deciding.dismiss(row, form.reason.data, actor=current_actor(), on=today())
    flash(_("已记录：不予采用。"), "good")
    return redirect(url_for(".index"))


def _page(row: ImportProposal, form: DismissForm) -> str:
    actor = current_actor()
    shown = waiting.Row(row, waiting.differences_of(row), (today() - row.proposed_on).days)
    decision = db.session.get(Decision, row.decision_id) if row.decision_id else None
    accepting = opening_refusals(row.case, Proposal(row.kind), actor) if row.kind else ()
    return render_template("imports/difference.html", row=shown, form=form, decision=decision,
                           accept_refusals=accepting, dismiss_refusals=deciding.settling_refusals(row.case, actor))


def _wanted() -> waiting.Wanted:
    """What the address asks for. A word outside the lists is no page."""
    given, actor = request.args, current_actor()
    status, kind = given.get("status", "open"), given.get("kind") or None
    kinds = {one or "none": one for one in waiting.KINDS}
    if status not in waiting.STATUSES or (kind is not None and kind not in kinds):
        abort(404)
    office = next((one for one in offices_of(actor) if one.code == given.get("office")), None)
    batch = views.batch_of(actor, CHAIN, given["batch"]) if given.get("batch") else None
    if (given.get("office") and office is None) or (given.get("batch") and batch is None):
        abort(404)
    return waiting.Wanted(status, kinds[kind] if kind is not None else None, office and office.path,
                          batch and batch.id)


def _found(public_id: str) -> ImportProposal:
    row = waiting.proposal_of(current_actor(), CHAIN, public_id)
    if row is None:
        abort(404)
    return row
