"""Signing in and out."""
from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from staff import sign_in as signing
from staff.access import current_actor, public, signed_in
from staff.clock import today
from staff.forms import SignInForm
from staff.routes import blueprint
from web.filters import term
from web.language import local_address

STATUS = {"SIGN_IN_FAILED": 401, "SIGN_IN_LOCKED": 429}


@blueprint.get("/sign-in")
@public
def sign_in() -> Any:
    return render_template("staff/sign_in.html", form=SignInForm(next=request.args.get("next", "")))


@blueprint.post("/sign-in")
@public
def enter() -> Any:
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("staff/sign_in.html", form=form), 400
    try:
        token = signing.sign_in(form.username.data, form.password.data, request.remote_addr or "", today())
    except signing.NotSignedIn as refused:
        form.blame("", term(f"refusal.{refused.refusal}"))
        return render_template("staff/sign_in.html", form=form), STATUS[refused.refusal]
    session.clear()
    session["token"] = token
    return redirect(local_address(form.next.data))


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Response:
    signing.sign_out(current_actor(), today())
    session.clear()
    flash(_("已退出登录。"))
    return redirect(url_for("staff.sign_in"))
