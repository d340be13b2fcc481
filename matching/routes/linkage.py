"""Suggested links: a list, and one with both sides beside each other, to be confirmed or rejected by a person."""
from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from cases.forms.fields import CHOOSE, REQUIRED
from cases.pages import note_view
from matching.linkage import deciding, register, words
from matching.linkage.records import Given
from matching.linkage.tables import STATUSES, MatchSuggestion
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from web.forms import Form
from web.language import current_language
from web.paging import key_after
from workflows.roles import CHAIN, READERS
from workflows.transition import TransitionRefused

linkage_pages = Blueprint("linkage", __name__)


class DecideForm(Form):
    status = RadioField(lazy_gettext("结论"), [CHOOSE],
                        choices=[("confirmed", lazy_gettext("是同一个人")), ("rejected", lazy_gettext("不是同一个人"))])
    note = TextAreaField(lazy_gettext("判断依据"), [REQUIRED, Length(max=1000)], render_kw={"rows": 3})


@linkage_pages.get("/linkage")
@access(*READERS)
def index() -> str:
    actor, status = current_actor(), request.args.get("status", "open")
    if status not in STATUSES:
        abort(404)
    rows, more = deciding.page(status, actor, _after())
    following = url_for(".index", status=status, after=_key(rows[-1])) if more else None
    return render_template("linkage/index.html", status=status, rows=rows, given=_given, following=following,
                           first=url_for(".index", status=status) if request.args.get("after") else None)


@linkage_pages.route("/linkage/<public_id>", methods=["GET", "POST"])
@access(*READERS)
def suggestion(public_id: str) -> Any:
    actor, form = current_actor(), DecideForm()
    row = deciding.find(public_id, actor)
    if not form.validate_on_submit():
        return _page(row, form, actor), 400 if form.is_submitted() else 200
    number = row.id
    try:
        deciding.decide(number, form.status.data, form.note.data, actor=actor, on=today())
        flash(_("已记录。"), "good")
        return redirect(url_for(".suggestion", public_id=public_id))
    except TransitionRefused as refused:
        form.refused = refused.refusals
    return _page(deciding.find(public_id, actor), form, actor), 409


def _page(row: MatchSuggestion, form: DecideForm, actor: Actor) -> str:
    public_id, case = row.public_id, deciding.case_kept(row.pensioner_id, actor)
    if not form.is_submitted() and case:
        note_view(case, actor, today(), part="linkage")
        row, case = deciding.find(public_id, actor), deciding.case_kept(row.pensioner_id, actor)
    other = row.other_pensioner
    left = register.one(other) if other else _given(row)
    return render_template(
        "linkage/suggestion.html", row=row, form=form, case=case, left=left,
        other_case=deciding.case_kept(other.id, actor) if other else None,
        beside=words.beside(left, register.one(row.pensioner)), lines=words.told(row.comparison, current_language()),
        may_decide=row.status == "open" and any(actor.holds(role, case.office_path) for role in CHAIN if case))


def _after() -> tuple[int, int] | None:
    """Weight and id of the last row shown."""
    key = key_after(1)
    if key is None:
        return None
    weight, _day, number = key
    return (int(weight), number) if weight.lstrip("-").isdigit() else abort(400)


def _key(row: MatchSuggestion) -> str:
    return f"{row.weight}_{row.found_on}_{row.id}"


def _given(row: MatchSuggestion) -> Given:
    return Given(**json.loads(row.given)) if row.given else Given(0)
