"""Grants: applied for on the account's page, checked and approved on the list of open ones."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from staff import grants as granting
from staff.access import access, current_actor
from staff.clock import today
from staff.forms import ReasonForm
from staff.models import RoleGrant
from staff.people import STAFF_ROLES, names_of, open_grants
from staff.roles import GRANT_STEPS
from staff.routes import blueprint
from staff.routes.accounts import account_page, grant_form
from staff.routes.answers import blamed
from staff.training import assessed, post_is_barred

SIGNATURES: dict[str, Callable[..., RoleGrant]] = {"check": granting.check, "approve": granting.approve}
ENDINGS: dict[str, Callable[..., RoleGrant]] = {"reject": granting.reject, "revoke": granting.revoke}


@blueprint.get("/staff/grants")
@access(*STAFF_ROLES)
def grants() -> str:
    rows = open_grants(current_actor())
    names = names_of({i for row in rows for i in (row.applied_by, row.checked_by)})
    steps = {row.public_id: _steps_for(row) for row in rows}
    known, on = assessed(row.account.natural_person_id for row in rows), today()
    unassessed = {row.public_id: post_is_barred(row.account.natural_person_id, row.role, row.office.path, on, known)
                  for row in rows}
    return render_template("staff/grants.html", rows=rows, names=names, steps=steps, unassessed=unassessed,
                           reason=ReasonForm(formdata=None))


@blueprint.post("/staff/accounts/<public_id>/grants")
@access(*GRANT_STEPS["apply"])
def apply_for_grant(public_id: str) -> Any:
    form = grant_form()
    with blamed(form) as ok:
        if ok:
            granting.apply(current_actor(), public_id, form.role.data, form.office.data, today(), form.reason.data)
    if form.errors:
        return account_page(public_id, form), 409
    flash(_("已申请，待内控核对。"), "good")
    return redirect(url_for("staff.account", public_id=public_id))


@blueprint.post("/staff/grants/<public_id>/<any(check, approve):step>")
@access(*GRANT_STEPS["check"], *GRANT_STEPS["approve"])
def sign_grant(public_id: str, step: str) -> Response:
    SIGNATURES[step](current_actor(), public_id, today())
    flash(_("已办理。"), "good")
    return redirect(url_for("staff.grants"))


@blueprint.post("/staff/grants/<public_id>/<any(reject, revoke):step>")
@access(*GRANT_STEPS["reject"])
def end_grant(public_id: str, step: str) -> Response:
    form = ReasonForm()
    if not form.validate_on_submit():
        abort(400)
    row = ENDINGS[step](current_actor(), public_id, today(), form.reason.data)
    flash(_("已办理。"), "good")
    return redirect(url_for("staff.account", public_id=row.account.public_id))


def _steps_for(row: RoleGrant) -> dict[str, str | None]:
    """The next step and rejection -> the refusal this reader would get, or None."""
    actor = current_actor()
    steps = ({"applied": "check", "checked": "approve"}[row.status], "reject")
    return {step: granting.refusal_of(actor, row, step) for step in steps}
