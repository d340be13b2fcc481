"""One's own account: sessions, password, declared relatives."""
from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from database import db
from staff import accounts, relatives, sign_in
from staff.access import current_actor, signed_in
from staff.clock import today
from staff.forms import PasswordForm, RelativeForm
from staff.models import Office
from staff.routes import blueprint
from staff.routes.answers import blamed


@blueprint.get("/staff/me")
@signed_in
def me() -> Any:
    return _page(PasswordForm(), RelativeForm())


@blueprint.post("/staff/me/password")
@signed_in
def change_password() -> Any:
    form = PasswordForm()
    with blamed(form) as ok:
        if ok:
            accounts.change_password(current_actor(), form.old.data, form.new.data, today())
    if form.errors:
        return _page(form, RelativeForm(formdata=None)), 409
    return _back(_("密码已更改，其他登录已失效。"))


@blueprint.post("/staff/me/relatives")
@signed_in
def declare_relative() -> Any:
    form = RelativeForm()
    with blamed(form) as ok:
        if ok:
            relatives.declare(current_actor(), form.id_number.data, form.kinship.data, today())
    if form.errors:
        return _page(PasswordForm(formdata=None), form), 409
    return _back(_("已申报。"))


@blueprint.post("/staff/me/relatives/renew")
@signed_in
def renew_relatives() -> Response:
    relatives.renew(current_actor(), today())
    return _back(_("已确认本年度申报。"))


@blueprint.post("/staff/me/sessions/<int:session_id>/revoke")
@signed_in
def revoke_session(session_id: int) -> Response:
    sign_in.revoke_own_session(current_actor(), session_id, today())
    return _back(_("该登录已失效。"))


def _page(password: PasswordForm, relative: RelativeForm) -> str:
    actor, on = current_actor(), today()
    rows = [(row, relatives.renewal_due(row, on)) for row in relatives.declared_by(actor)]
    paths = {path for _role, path in actor.areas}
    areas = dict(db.session.execute(select(Office.path, Office.name).where(Office.path.in_(paths))).all())
    return render_template("staff/me.html", actor=actor, areas=areas, sessions=sign_in.open_sessions(actor),
                           relatives=rows, password=password, relative=relative)


def _back(words: str) -> Response:
    flash(words, "good")
    return redirect(url_for("staff.me"))
