"""A case on the ledger of the long suspended or the long stopped: what was done about it, what is left to do."""
from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from cases import pages
from cases.forms.ledgers import FollowUpForm
from cases.ledgers import follow_ups
from cases.models import Case
from cases.routes.ledgers import ledger_pages
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from web.answers import answered
from workflows.follow_up import DORMANT, LONG_SUSPENDED, kinds_for
from workflows.roles import OVERSIGHT


@ledger_pages.route("/ledgers/<ledger>/cases/<public_id>", methods=["GET", "POST"])
@access(*OVERSIGHT)
def follow_up(ledger: str, public_id: str) -> Any:
    if ledger not in (LONG_SUSPENDED, DORMANT):
        abort(404)
    actor, form = current_actor(), FollowUpForm()
    case = pages.visible_case(public_id, actor)
    form.offer(kinds_for(ledger, case.state_reason))
    if not form.validate_on_submit():
        return _page(case, ledger, form, actor), 400 if form.is_submitted() else 200
    case_id = case.id
    with answered(form):
        follow_ups.follow_up(case_id, ledger, form.said(), actor=actor, on=today())
        flash(_("已记入台账。"), "good")
        return redirect(url_for(".follow_up", ledger=ledger, public_id=public_id))
    return _page(pages.visible_case(public_id, actor), ledger, form, actor), 409


def _page(case: Case, ledger: str, form: FollowUpForm, actor: Actor) -> str:
    if not form.is_submitted():
        public_id = case.public_id
        pages.note_view(case, actor, today(), part=ledger)
        case = pages.visible_case(public_id, actor)
    writes = any(actor.holds(role, case.office_path) for role in follow_ups.MAY_FOLLOW_UP)
    return render_template("ledgers/follow_up.html", case=case, ledger=ledger, form=form, on=today(),
                           course=follow_ups.course_of(case, ledger),
                           open_here=writes and follow_ups.on_ledger(case, ledger, today()))
