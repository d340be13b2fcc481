"""Declared relatives: an inspector ends a declaration that no longer holds."""
from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from staff import relatives
from staff.access import access, current_actor
from staff.clock import today
from staff.denials import record_denial
from staff.refusals import StaffRefused
from staff.routes import blueprint
from web import errors
from workflows.transition import Refusal


@blueprint.get("/staff/relatives")
@access("inspector")
def declared_relatives() -> str:
    actor, on = current_actor(), today()
    rows = [(row, account, relatives.renewal_due(row, on), actor.natural_person_id in (
        row.natural_person_id, row.relative_person_id)) for row, account in relatives.declared_within(actor)]
    return render_template("staff/relatives.html", rows=rows)


@blueprint.post("/staff/relatives/<int:declaration_id>/end")
@access("inspector")
def end_relative(declaration_id: int) -> Any:
    """What lies outside the area answers like what does not exist (A1)."""
    actor = current_actor()
    try:
        relatives.end(actor, declaration_id, today())
    except StaffRefused as refused:
        record_denial(actor, refused.refusal, refused.details)
        if refused.refusal in ("UNKNOWN_DECLARATION", "OUT_OF_AREA"):
            abort(404)
        return errors.page(409, (Refusal(refused.refusal, refused.details),))
    flash(_("申报已终止，此后不再回避。"), "good")
    return redirect(url_for("staff.declared_relatives"))
