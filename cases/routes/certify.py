"""Certification at a window: whoever stands here, wherever paid (SC 5, 11). Found by the whole ID number only."""
from __future__ import annotations

import json
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from cases import pages
from cases.certifications import certify_in_person
from cases.evidence import Received
from cases.forms.fields import received
from cases.forms.work import LookUpForm, WindowForm
from cases.limit_view import limit_view
from cases.models import Case
from cases.routes import certify_pages as blueprint
from cases.window import look_up as look_up_person
from database import db
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from web.answers import answered
from workflows.roles import MAKERS

VALID_SECONDS = 30 * 60


@blueprint.route("/certify", methods=["GET", "POST"])
@access(*MAKERS)
def look_up() -> Any:
    form, actor = LookUpForm(), current_actor()
    if not form.validate_on_submit():
        return render_template("certify/look_up.html", form=form), 400 if form.is_submitted() else 200
    with answered(form):
        found = look_up_person(form.id_number.data, actor=actor, on=today())
    if form.refused:
        return render_template("certify/look_up.html", form=form), 429
    if not found:
        form.id_number.errors = [_("没有查到享受待遇的登记。请核对号码。")]
        return render_template("certify/look_up.html", form=form), 404
    sealed = [(case, url_for("certify.window", token=_seal(case, actor))) for case in found]
    return redirect(sealed[0][1]) if len(sealed) == 1 else render_template("certify/choose.html", sealed=sealed)


@blueprint.route("/certify/<token>", methods=["GET", "POST"])
@access(*MAKERS)
def window(token: str) -> Any:
    actor, form = current_actor(), WindowForm()
    case = _unseal(token, actor)
    form.offer()
    if not form.validate_on_submit():
        return _page(case, form, actor), 400 if form.is_submitted() else 200
    photo = received(form.photo, "photo_or_video", "", form.happened_on.data)
    with answered(form):
        made = certify_in_person(case.id, _record(form, actor), photo, actor=actor, on=today())
        flash(_("认证已提交，待复核后生效。"), "good")
        return redirect(url_for("certify.receipt", public_id=made.public_id))
    return _page(case, form, actor), 409


@blueprint.get("/certify/receipts/<public_id>")
@access(*MAKERS)
def receipt(public_id: str) -> str:
    decision, certification = pages.submitted_by(public_id, current_actor())
    return render_template("certify/receipt.html", decision=decision, certification=certification,
                           shown=limit_view(decision, today()))


def _page(case: Case, form: WindowForm, actor: Actor) -> str:
    public_id = case.public_id
    if not form.is_submitted():
        pages.note_view(case, actor, today(), part="window")
        form.happened_on.data = today()
    case = db.session.scalars(select(Case).where(Case.public_id == public_id)).one()
    return render_template("certify/window.html", form=form, case=case, person=case.pensioner)


def _record(form: WindowForm, actor: Actor) -> Received:
    """What the window did, as a paper of its own. No personal value stands in it."""
    told = {"visit": form.visit.data, "on": form.happened_on.data.isoformat(), "document_seen": True,
            "note": form.note.data or "", "account": actor.account_public_id}
    content = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    return Received(form.visit.data, "", "application/json", content,
                    form.happened_on.data)


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="certify")


def _seal(case: Case, actor: Actor) -> str:
    """Stands for the case in the address, for this account and half an hour."""
    return _sealer().dumps([case.public_id, actor.account_public_id])


def _unseal(token: str, actor: Actor) -> Case:
    try:
        public_id, account = _sealer().loads(token, max_age=VALID_SECONDS)
    except BadData:
        abort(404)
    if account != actor.account_public_id:
        abort(404)
    return db.session.scalars(select(Case).where(Case.public_id == public_id)).one()
