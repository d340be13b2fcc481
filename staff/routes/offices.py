"""The tree of offices in the reader's area."""
from __future__ import annotations

from flask import render_template

from staff.access import access, current_actor
from staff.offices import offices_of
from staff.people import STAFF_ROLES
from staff.routes import blueprint


@blueprint.get("/staff/offices")
@access(*STAFF_ROLES)
def offices() -> str:
    rows = offices_of(current_actor())
    top = min((row.path.count("/") for row in rows), default=0)
    return render_template("staff/offices.html", rows=rows, top=top)
