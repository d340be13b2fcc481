"""Accounts: the list, one of them, opening and closing."""
from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from staff import accounts
from staff.access import access, current_actor
from staff.clock import today
from staff.forms import AccountForm, GrantForm, ReasonForm, office_choices
from staff.offices import offices_of
from staff.people import PAGE, STAFF_ROLES, account_of, accounts_of
from staff.routes import blueprint
from staff.routes.answers import blamed


@blueprint.get("/staff")
@access(*STAFF_ROLES)
def people() -> str:
    name = request.args.get("name", "").strip()
    rows = accounts_of(current_actor(), request.args.get("after", ""), name)
    more = rows[PAGE - 1].username if len(rows) > PAGE else None
    return render_template("staff/people.html", rows=rows[:PAGE], more=more, name=name,
                           may_open=bool(current_actor().roles & set(accounts.KEEPERS)))


@blueprint.get("/staff/accounts/new")
@access(*accounts.KEEPERS)
def new_account() -> str:
    return render_template("staff/new_account.html", form=_form())


@blueprint.post("/staff/accounts")
@access(*accounts.KEEPERS)
def create_account() -> Any:
    form, row = _form(), None
    with blamed(form) as ok:
        if ok:
            fields = {f.name: f.data for f in form if f.name != "csrf_token"}
            row = accounts.create_account(current_actor(), on=today(), temporary=True, **fields)
    if row is None:
        return render_template("staff/new_account.html", form=form), 409
    flash(_("账号已开立，请申请权限。"), "good")
    return redirect(url_for("staff.account", public_id=row.public_id))


@blueprint.get("/staff/accounts/<public_id>")
@access(*STAFF_ROLES)
def account(public_id: str) -> str:
    return account_page(public_id, grant_form())


@blueprint.post("/staff/accounts/<public_id>/close")
@access(*accounts.CLOSERS)
def close_account(public_id: str) -> Response:
    form = ReasonForm()
    if form.validate_on_submit():
        accounts.close_account(current_actor(), public_id, today(), form.reason.data)
        flash(_("账号已关闭。"), "good")
    else:
        flash(_("请填写理由。"), "bad")
    return redirect(url_for("staff.account", public_id=public_id))


def grant_form() -> GrantForm:
    form = GrantForm()
    form.office.choices = office_choices(offices_of(current_actor()))
    return form


def account_page(public_id: str, form: GrantForm) -> str:
    """The page of one account, with `form` to apply for a role."""
    actor = current_actor()
    row = account_of(actor, public_id)
    own = row.natural_person_id == actor.natural_person_id
    return render_template("staff/account.html", row=row, form=form, own=own, reason=ReasonForm(formdata=None),
                           may_close=not own and bool(actor.roles & set(accounts.CLOSERS)))


def _form() -> AccountForm:
    form = AccountForm()
    form.office.choices = office_choices(offices_of(current_actor()))
    return form
