"""One person served at home: why, what was agreed and what was done, and the form to record it."""
from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from cases import pages
from cases.forms.ledgers import HomeServiceForm
from cases.ledgers.follow_ups import on_ledger
from cases.ledgers.home_service import course_of, serve
from cases.models import Case
from cases.routes.ledgers import ledger_pages
from staff.access import access, current_actor
from staff.clock import today
from web.answers import answered
from workflows.deadlines import age_on
from workflows.follow_up import HOME_SERVICE, kinds_for
from workflows.roles import MAKERS


@ledger_pages.route("/home-service/<public_id>", methods=["GET", "POST"])
@access(*MAKERS)
def home_service(public_id: str) -> Any:
    actor, form = current_actor(), HomeServiceForm()
    case = pages.case_to_serve(public_id, actor)
    case_id, listed = case.id, on_ledger(case, HOME_SERVICE, today())
    form.offer(tuple(kind for kind in kinds_for(HOME_SERVICE, None) if listed or kind.name == "home_service_needed"))
    if not form.validate_on_submit():
        return _page(case, form, listed), 400 if form.is_submitted() else 200
    with answered(form):
        serve(case_id, form.said(), actor=actor, on=today())
        flash(_("已记入台账。"), "good")
        return redirect(url_for(".home_service", public_id=public_id))
    return _page(pages.case_to_serve(public_id, actor), form, listed), 409


def _page(case: Case, form: HomeServiceForm, listed: bool) -> str:
    if not form.is_submitted():
        public_id, actor = case.public_id, current_actor()
        pages.note_view(case, actor, today(), part=HOME_SERVICE)
        case = pages.case_to_serve(public_id, actor)
    return render_template("ledgers/home_service.html", case=case, person=case.pensioner, form=form, on=today(),
                           rows=course_of(case), listed=listed, age=age_on(case.pensioner.birth_on, today()))
