"""The list of overpayments: benefits with money to come back, claimed or not."""
from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from cases import overpayments
from staff.access import access, current_actor
from workflows.roles import READERS

overpayment_pages = Blueprint("overpayments", __name__)


@overpayment_pages.get("/overpayments")
@access(*READERS)
def index() -> str:
    after = request.args.get("after")
    rows = overpayments.overpaid_cases(current_actor(), READERS, after)
    shown, more = rows[:overpayments.PAGE], len(rows) > overpayments.PAGE
    following = url_for("overpayments.index", after=shown[-1].case.case_no) if more else None
    return render_template("overpayments/index.html", rows=shown, following=following,
                           first=url_for("overpayments.index") if after else None)
