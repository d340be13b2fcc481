"""Promised limits: the list of those that press, pausing and resuming one, the receipt that names it."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from cases import limit_list, limit_pauses, pages
from cases.forms.work import PauseForm
from cases.limit_view import limit_view
from staff.access import access, current_actor
from staff.clock import today
from web.paging import key_after
from workflows.roles import BUSINESS, READERS

limit_pages = Blueprint("limits", __name__)


@limit_pages.get("/limits")
@access(*READERS)
def index() -> str:
    actor, on, tab = current_actor(), today(), request.args.get("tab", "overdue")
    if tab not in limit_list.TABS:
        abort(404)
    found = limit_list.page(tab, actor, on, key_after())
    following = url_for(".index", tab=tab, after=f"{found.after[0]}_{found.after[1]}") if found.after else None
    return render_template("limits/index.html", tab=tab, page=found, counts=limit_list.counts(actor, on), on=on,
                           following=following, first=url_for(".index", tab=tab) if request.args.get("after") else None)


@limit_pages.route("/decisions/<public_id>/limit/pause", methods=["GET", "POST"])
@access(*BUSINESS)
def pause(public_id: str) -> Any:
    actor, form = current_actor(), PauseForm()
    row = pages.visible_decision(public_id, actor)
    shown = limit_view(row, today()) or abort(404)
    form.offer(shown.reasons)
    if not form.validate_on_submit():
        return render_template("limits/pause.html", form=form, decision=row, shown=shown), 400 if form.errors else 200
    limit_pauses.pause(row.id, form.reason.data, form.note.data, actor=actor, on=today())
    flash(_("已暂停计算期限。"), "good")
    return redirect(url_for("decisions.decision", public_id=public_id, _anchor="limit"))


@limit_pages.post("/decisions/<public_id>/limit/resume")
@access(*BUSINESS)
def resume(public_id: str) -> Any:
    actor = current_actor()
    row = pages.visible_decision(public_id, actor)
    limit_pauses.resume(row.id, actor=actor, on=today())
    flash(_("已恢复计算期限。"), "good")
    return redirect(url_for("decisions.decision", public_id=public_id, _anchor="limit"))


@limit_pages.get("/decisions/<public_id>/receipt")
@access(*READERS)
def receipt(public_id: str) -> str:
    """What is handed to the person: what was taken in, and by when it is done."""
    actor = current_actor()
    pages.note_view(pages.visible_decision(public_id, actor).case, actor, today(), part="receipt")
    row = pages.visible_decision(public_id, actor)
    return render_template("limits/receipt.html", decision=row, case=row.case, shown=limit_view(row, today()))
