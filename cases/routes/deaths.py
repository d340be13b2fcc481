"""A report of death, taken on the page of a case."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response

from cases import death_reports, pages
from cases.case_view import kinds_offered
from cases.decisions import Proposal, opening_refusals
from cases.forms.deaths import DeathReportForm, by_weight
from cases.models import Case, DeathMark, Decision
from cases.periods import rules_of_case
from staff.access import access, current_actor
from staff.clock import today
from web.answers import answered
from workflows.roles import MAKERS
from workflows.transition import Refusal

blueprint = Blueprint("deaths", __name__)
# weight of the source -> what becomes of the report, in words
FOLLOWS = {
    "alone": lazy_gettext("登记后立即加注死亡标记，系统提出停发，并书面告知家属。"),
    "two_signatures": lazy_gettext("登记后发起“登记死亡标记”，由两人签署后生效。"),
    "not_sufficient": lazy_gettext("登记后开出核实任务，不加注死亡标记，另须取得正式凭证。"),
}


@blueprint.route("/cases/<public_id>/deaths/new", methods=["GET", "POST"])
@access(*MAKERS)
def report(public_id: str) -> Any:
    actor, form = current_actor(), DeathReportForm()
    case = pages.visible_case(public_id, actor)
    if "mark_death" not in kinds_offered(case, today()):
        abort(404)
    form.offer(rules_of_case(case, today()))
    refusals = opening_refusals(case, Proposal("mark_death"), actor)
    if refusals or not form.validate_on_submit():
        return _page(case, form, refusals), 409 if refusals else 400 if form.is_submitted() else 200
    with answered(form):
        return _told(case, death_reports.report(case.id, form.reported(), actor=actor, on=today()))
    return _page(case, form), 409


def _page(case: Case, form: DeathReportForm, refusals: tuple[Refusal, ...] = ()) -> str:
    return render_template("cases/death_report.html", form=form, case=case, refusals=refusals, follows=FOLLOWS,
                           weights=by_weight(rules_of_case(case, today())))


def _told(case: Case, outcome: death_reports.Outcome) -> Response:
    """Where it goes on: the marked case, the decision, or the task."""
    if isinstance(outcome, DeathMark):
        flash(_("已加注死亡标记，停发已由系统提出。"), "good")
        return redirect(url_for("cases.case", public_id=case.public_id))
    if isinstance(outcome, Decision):
        flash(_("已发起登记死亡标记，须由两人签署。"), "good")
        return redirect(url_for("decisions.decision", public_id=outcome.public_id))
    flash(_("材料已存入案卷。这项信息须先核实，任务已开出。"), "good")
    return redirect(url_for("verifications.task", public_id=outcome.public_id))
