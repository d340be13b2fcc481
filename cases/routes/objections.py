"""Objections: taken at the window with a receipt."""
from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from cases import objections, pages
from cases.case_view import may_object
from cases.forms.work import ObjectionForm
from cases.routes import MAKERS, READERS
from cases.routes import objection_pages as blueprint
from staff.access import access, current_actor
from staff.clock import today


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
    row = objections.lodge(case.id, said, actor=actor, on=today())
    flash(_("异议已受理，请把回执交给提出人。"), "good")
    return redirect(url_for("objections.objection", public_id=row.public_id))


@blueprint.get("/objections/<public_id>")
@access(*READERS)
def objection(public_id: str) -> str:
    row = pages.visible_objection(public_id, current_actor())
    return render_template("objections/objection.html", objection=row, case=row.case)
