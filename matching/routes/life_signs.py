"""The life signs of a person on the case's page, and objections to what a register says (SC 9c, GB 3.4)."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from cases import pages
from matching.definition import DOUBTS, ENDS, NOTHING, PROVES
from matching.results import disputes, life_signs, retracting
from matching.results.disputes import ABOUT, Disputed
from matching.routes.words import SURE, reason_word
from rules.feeds import catalogue
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from web.answers import answered
from web.filters import term
from web.forms import Form
from workflows.roles import CHAIN, MAKERS, READERS

life_sign_pages = Blueprint("life_signs", __name__)
ACTS = ("send", "answer")
# class of a sign -> icon and tone: what proves nothing here is not shown as if it did
WEIGHTS = {NOTHING: ("dot", "plain"), PROVES: ("check", "good"), DOUBTS: ("warning", "warn"), ENDS: ("warning", "bad")}


class DisputeForm(Form):
    source = SelectField(lazy_gettext("来源"), [InputRequired()])
    about = SelectField(lazy_gettext("异议事项"), [InputRequired()])
    grounds = TextAreaField(lazy_gettext("异议内容"), [InputRequired(), Length(max=500)])

    def offer(self) -> DisputeForm:
        self.source.choices = [(key, term(f"feed.{key}")) for key in catalogue().sources]
        self.about.choices = [(key, term(f"about.{key}")) for key in ABOUT]
        return self


@life_sign_pages.get("/cases/<public_id>/life-signs")
@access(*READERS)
def of_case(public_id: str) -> str:
    return _page(public_id, DisputeForm(formdata=None))


@life_sign_pages.post("/cases/<public_id>/life-signs")
@access(*MAKERS)
def dispute(public_id: str) -> Any:
    form, case = DisputeForm().offer(), pages.visible_case(public_id, current_actor())
    if not form.validate_on_submit():
        return _page(public_id, form), 400
    with answered(form):
        said = Disputed(form.source.data, form.about.data, form.grounds.data)
        disputes.file(case.id, said, actor=current_actor(), on=today())
        flash(_("已登记异议，请反馈数据来源部门。"), "good")
        return redirect(url_for(".of_case", public_id=public_id))
    return _page(public_id, form), 409


def _page(public_id: str, form: DisputeForm) -> str:
    actor = current_actor()
    case = pages.visible_case(public_id, actor)
    return render_template(
        "matching/life_signs.html", case=case, form=form.offer(), told=life_signs.of_case(case, today()), sure=SURE,
        weights=WEIGHTS,
        disputes=disputes.of_case(case.id), may_file=disputes.may_file(case, actor),
        may_put_back=actor.covers(case.office_path, retracting.RELEASERS), reason_word=reason_word,
        on=today())


@life_sign_pages.get("/disputes")
@access(*READERS)
def index() -> str:
    return _index(Form(), current_actor())


def _index(form: Form, actor: Actor) -> str:
    return render_template("matching/disputes.html", rows=disputes.waiting(actor), form=form,
                           losses=disputes.LOSSES, on=today())


@life_sign_pages.post("/disputes/<public_id>/<act>")
@access(*CHAIN)
def take(public_id: str, act: str) -> Any:
    actor, form = current_actor(), Form()
    row = disputes.visible(public_id, actor)
    if row is None or act not in ACTS:
        abort(404)
    with answered(form):
        _take(row.id, act, request.form, actor)
        return redirect(url_for(".index"))
    return _index(form, actor), 409


def _take(row_id: int, act: str, sent: Any, actor: Actor) -> None:
    if act == "send":
        disputes.send(row_id, sent.get("reference", ""), actor=actor, on=today())
        flash(_("已反馈数据来源部门。"), "good")
        return
    said = sent.get("answer", "")
    disputes.answer(row_id, said, sent.get("note", ""), actor=actor, on=today())
    flash(_("答复已登记。") if said == "kept" else _("答复已登记，并已告知本人。"), "good")


@life_sign_pages.post("/cases/<public_id>/life-signs/put-back")
@access(*CHAIN)
def put_back(public_id: str) -> Any:
    """What was retracted counts again."""
    actor, form = current_actor(), DisputeForm(formdata=None)
    case = pages.visible_case(public_id, actor)
    row = next((one for one in retracting.of_person(case.pensioner_id)
                if one.public_id == request.form.get("retraction") and one.reversed_on is None), None)
    if row is None:
        abort(404)
    with answered(form):
        retracting.put_back(row.id, request.form.get("grounds", ""), actor=actor, on=today())
        flash(_("已恢复采信，下次比对起计算。"), "good")
        return redirect(url_for(".of_case", public_id=public_id))
    return _page(public_id, form), 409
