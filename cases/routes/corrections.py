"""Corrections to be sent to the systems that were wrong: gathered, sent as a file, received (SC 27, QD 27)."""
from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from cases import corrections
from cases.forms.corrections import ReceiptForm
from cases.forms.suspensions import ReasonForm
from cases.models import Correction
from cases.routes.answers import answered
from cases.spreadsheets import FORMS
from rules.vocabulary import CORRECTION_SYSTEMS
from staff.access import access, current_actor
from staff.clock import today
from web.filters import term
from web.forms import Form
from workflows.roles import CHAIN, READERS

correction_pages = Blueprint("corrections", __name__)


@correction_pages.get("/corrections")
@access(*READERS)
def index() -> str:
    return _page(ReasonForm())


def _page(form: Form) -> str:
    actor, on = current_actor(), today()
    waiting = {system: corrections.to_send(system, actor) for system in corrections.systems(actor)}
    sent = corrections.sendings(actor)
    concerned = {*waiting, *(one.system for one in sent)}
    return render_template("corrections/index.html", waiting=waiting, sendings=sent, on=on, system_word=_system_word,
                           sent_again={one.again_of_id for one in sent},
                           why={system: corrections.refusals(system, actor, on) for system in concerned}, form=form)


@correction_pages.post("/corrections/<system>/send")
@access(*CHAIN)
def send(system: str) -> Any:
    """The file; a sending that nobody answered is sent again where `again` names it."""
    actor, chosen, on, form = current_actor(), request.form.get("format", ""), today(), ReasonForm()
    if not corrections.known(system) or chosen not in FORMS:
        abort(404)
    again = request.form.get("again")
    earlier = (corrections.sending_of(again, actor) or abort(404)).id if again else None
    with answered(form):
        made = corrections.send(system, chosen, _headings(), _line, again_of=earlier, actor=actor, on=on)
        return send_file(made, FORMS[chosen][1], as_attachment=True, max_age=0,
                         download_name=f"corrections-{system}-{on}.{chosen}")
    return _page(form), 409


@correction_pages.post("/corrections/sendings/<public_id>/receive")
@access(*CHAIN)
def receive(public_id: str) -> Any:
    form, sending = ReceiptForm(), corrections.sending_of(public_id, current_actor()) or abort(404)
    if not form.validate_on_submit():
        return _page(form), 400
    with answered(form):
        corrections.receive(sending.id, form.receipt_no.data, actor=current_actor(), on=today())
        flash(_("已登记回执。"), "good")
        return redirect(url_for(".index"))
    return _page(form), 409


@correction_pages.post("/corrections/<public_id>/set-aside")
@access(*CHAIN)
def set_aside(public_id: str) -> Any:
    form, row = ReasonForm(), corrections.correction_of(public_id, current_actor()) or abort(404)
    if not form.validate_on_submit():
        return _page(form), 400
    with answered(form):
        corrections.set_aside(row.id, form.reason.data, actor=current_actor(), on=today())
        flash(_("已注明不属该系统造成，不报送。"), "good")
        return redirect(url_for(".index"))
    return _page(form), 409


def _system_word(system: str) -> str:
    return term(f"correction_system.{system}" if system in CORRECTION_SYSTEMS else f"feed.{system}")


def _headings() -> list[str]:
    return [term("term.case_no"), _("姓名"), _("公民身份号码"), term("term.scheme"), term("term.benefit_kind"),
            _("原停发或暂停原因"), _("恢复日期"), term("term.decision_no"), _("应撤销的死亡日期"),
            _("有误数据的日期")]


def _line(row: Correction, died_on: date | None) -> list[Any]:
    """The whole ID number: the other system knows the person by nothing else."""
    case = row.case
    return [case.case_no, case.pensioner.name, case.pensioner.id_number, term(f"scheme.{case.scheme}"),
            term(f"benefit.{case.benefit_kind}"), term(f"reason.{row.reason}"), row.arose_on,
            row.decision and row.decision.decision_no, died_on, row.wrong_on]
