"""Pressings: those to answer, those sent, those answered; a new one; the answer to one."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from cases import pressing
from cases.forms.ledgers import AnswerForm, PressForm
from cases.ledgers.place import place_of
from cases.models import Pressing
from cases.routes.ledger_words import names_of_ledgers
from database import db
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from staff.models import Office
from web.answers import answered
from web.paging import key_after
from workflows.roles import CHAIN, READERS

pressing_pages = Blueprint("pressings", __name__)


@pressing_pages.get("/ledgers/pressings")
@access(*READERS)
def index() -> str:
    actor, tab = current_actor(), request.args.get("tab", "received")
    if tab not in pressing.STATUSES:
        abort(404)
    rows, more = pressing.page(tab, actor, key_after())
    last = rows[-1] if more else None
    return render_template(
        "pressings/index.html", tab=tab, rows=rows, counts=pressing.tab_counts(actor), on=today(),
        may_press=pressing.may_press(actor), names=names_of_ledgers(actor),
        following=url_for(".index", tab=tab, after=f"{last.answer_by}_{last.id}") if last else None,
        first=url_for(".index", tab=tab) if request.args.get("after") else None)


@pressing_pages.route("/ledgers/pressings/new", methods=["GET", "POST"])
@access(*CHAIN)
def new() -> Any:
    actor, form = current_actor(), PressForm()
    if not pressing.may_press(actor):
        raise Forbidden
    below = _below(actor)
    form.offer(below)
    if form.validate_on_submit():
        with answered(form):
            demand = pressing.Demand(form.office.data, form.list.data, form.words.data, form.answer_by.data)
            row = pressing.press(demand, actor=actor, on=today())
            flash(_("督办已发出。"), "good")
            return redirect(url_for(".pressing_page", public_id=row.public_id))
        return _form(form, actor, below), 409
    if request.method == "GET" and request.args.get("office") in {one.code for one in below}:
        form.office.data = request.args["office"]
    return _form(form, actor, below), 400 if form.is_submitted() else 200


@pressing_pages.route("/ledgers/pressings/<public_id>", methods=["GET", "POST"])
@access(*READERS)
def pressing_page(public_id: str) -> Any:
    actor, form = current_actor(), AnswerForm()
    row = _visible(public_id, actor)
    if not form.validate_on_submit():
        return _page(row, form, actor), 400 if form.is_submitted() else 200
    number = row.id
    with answered(form):
        pressing.answer(number, form.words.data, actor=actor, on=today())
        flash(_("办理情况已回复。"), "good")
        return redirect(url_for(".pressing_page", public_id=public_id))
    return _page(_visible(public_id, actor), form, actor), 409


def _below(actor: Actor) -> list[Office]:
    """Branches of the reader's own office that it may press."""
    own = db.session.get_one(Office, actor.office_id)
    return [one for one in place_of(own.code, actor).below if one.level == pressing.PRESSES[own.level]]


def _form(form: PressForm, actor: Actor, below: list[Office]) -> str:
    own = db.session.get_one(Office, actor.office_id)
    return render_template("pressings/new.html", form=form, offices=below, own=own, on=today(),
                           counts=pressing.counts(own, below, today()))


def _page(row: Pressing, form: AnswerForm, actor: Actor) -> str:
    return render_template("pressings/pressing.html", row=row, form=form, on=today(),
                           names_presser=actor.covers(row.from_path, READERS),
                           may_answer=row.status == "open" and pressing.may_answer(row, actor))


def _visible(public_id: str, actor: Actor) -> Pressing:
    row = db.session.scalar(select(Pressing).where(Pressing.public_id == public_id, pressing.visible(actor)))
    if row is None:
        raise NotFound
    return row
