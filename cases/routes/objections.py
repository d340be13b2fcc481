"""Objections: the list of them, taken at the window with a receipt."""
from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from cases import objection_list, objections, pages
from cases.case_view import may_object
from cases.forms.work import ObjectionForm
from cases.routes import objection_pages as blueprint
from staff.access import access, current_actor
from staff.clock import today
from web.answers import answered
from web.paging import key_after
from workflows.roles import MAKERS, READERS


@blueprint.get("/objections")
@access(*READERS)
def index() -> str:
    actor, on = current_actor(), today()
    status, kind = request.args.get("status", "open"), request.args.get("kind") or None
    if status not in objection_list.STATUSES or kind not in (None, *objection_list.KINDS):
        abort(404)
    found = objection_list.page(status, kind, actor, on, key_after())
    kept = {"status": status, "kind": kind}
    following = url_for(".index", **kept, after=f"{found.after[0]}_{found.after[1]}") if found.after else None
    return render_template("objections/index.html", page=found, counts=objection_list.counts(actor), status=status,
                           kind=kind, kinds=objection_list.KINDS, on=on, following=following,
                           first=url_for(".index", **kept) if request.args.get("after") else None)


@blueprint.route("/cases/<public_id>/objections/new", methods=["GET", "POST"])
@access(*MAKERS)
def new(public_id: str) -> Any:
    actor, form = current_actor(), ObjectionForm()
    case = pages.visible_case(public_id, actor)
    form.offer(may_object(case))
    if not form.validate_on_submit():
        return render_template("objections/new.html", form=form, case=case), 400 if form.is_submitted() else 200
    said = objections.Lodged(form.kind.data, form.lodged_by.data, form.grounds.data, form.name.data or None,
                             form.phone.data or None)
    with answered(form):
        row = objections.lodge(case.id, said, actor=actor, on=today())
        flash(_("异议已受理，请把回执交给提出人。"), "good")
        return redirect(url_for("objections.objection", public_id=row.public_id))
    return render_template("objections/new.html", form=form, case=case), 409


@blueprint.get("/objections/<public_id>")
@access(*READERS)
def objection(public_id: str) -> str:
    row = pages.visible_objection(public_id, current_actor())
    due_on = objection_list.decided_by(row)
    return render_template("objections/objection.html", objection=row, case=row.case, on=today(), due_on=due_on)
