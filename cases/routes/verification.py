"""Verification tasks: one's own list, and the record of what was found."""
from __future__ import annotations

from typing import Any

from flask import abort, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from cases import claims, not_passed, pages, verification
from cases.claim_ends import end_of, is_over
from cases.forms.work import PutBackForm, UnmaskForm, VerificationForm
from cases.limit_view import working_days_left
from cases.models import VerificationTask
from cases.routes import verification_pages
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from web.answers import answered
from workflows.roles import BUSINESS, MAKERS
from workflows.transition import TransitionRefused

ACTS = {"claim": claims.claim_task, "release": claims.release_task}


@verification_pages.get("/verifications")
@access(*BUSINESS)
def index() -> str:
    actor = current_actor()
    return render_template("verifications/tasks.html", tasks=pages.open_tasks(actor), on=today(),
                           actor=actor, claim_ends=lambda row: end_of(row, today()))


@verification_pages.route("/verifications/<public_id>", methods=["GET", "POST"])
@access(*BUSINESS)
def task(public_id: str) -> Any:
    actor, form = current_actor(), VerificationForm()
    row = pages.visible_task(public_id, actor)
    form.offer()
    if row.status != "open" or not form.validate_on_submit():
        return _page(row, form, actor), 400 if form.is_submitted() and form.errors else 200
    with answered(form):
        verification.finish(row.id, outcome=form.outcome.data, means=form.means.data, note=form.note.data,
                            evidence=form.evidence(), actor=actor, on=today())
        flash(_("核实结果已记录。"), "good")
        return redirect(url_for("verifications.task", public_id=public_id))
    return _page(row, form, actor), 409


@verification_pages.post("/verifications/<public_id>/<any(claim, release):act>")
@access(*MAKERS)
def take_or_put_back(public_id: str, act: str) -> Any:
    actor, form = current_actor(), VerificationForm(formdata=None)
    row = pages.visible_task(public_id, actor)
    form.offer()
    with answered(form):
        ACTS[act](row.id, actor=actor, on=today())
        return redirect(url_for("verifications.task", public_id=public_id))
    form.happened_on.data = today()
    return _page(pages.visible_task(public_id, actor), form, actor), 409


@verification_pages.post("/verifications/<public_id>/put_back")
@access(*MAKERS)
def put_back(public_id: str) -> Any:
    """In the place of whoever claimed it and is away."""
    actor, form, why = current_actor(), VerificationForm(formdata=None), PutBackForm()
    row = pages.visible_task(public_id, actor)
    form.offer()
    form.happened_on.data = today()
    if not why.validate_on_submit():
        return _page(row, form, actor, why), 400
    with answered(form):
        claims.release_task(row.id, note=why.why.data, actor=actor, on=today())
        flash(_("已放回，其他人可以领取。"), "good")
        return redirect(url_for("verifications.task", public_id=public_id))
    return _page(pages.visible_task(public_id, actor), form, actor, why), 409


@verification_pages.post("/verifications/<public_id>/unmask")
@access(*MAKERS)
def unmask(public_id: str) -> Any:
    """The phone of the person to be verified, for the officer who has to reach them."""
    actor, form = current_actor(), UnmaskForm()
    row = pages.visible_task(public_id, actor)
    if form.field.data != "phone" or not _may_reach(row, actor):
        abort(403)
    if not form.validate_on_submit():
        abort(400)
    value = pages.unmask(row.case, "phone", form.purpose.data, actor=actor, on=today(), paths=_paths(row))
    answer = make_response(render_template("verifications/phone.html", value=value, task=row))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _may_reach(row: VerificationTask, actor: Actor) -> bool:
    return any(pages.may_unmask(actor, "phone", path) for path in _paths(row))


def _paths(row: VerificationTask) -> tuple[str | None, ...]:
    return row.grassroots_path, row.office_path


def _claiming(row: VerificationTask, actor: Actor) -> str | None:
    """What the reader can do about who has the task; None where it is done, another's, or not theirs to do."""
    try:
        verification.may_verify(row, actor)
    except TransitionRefused:
        return None
    if is_over(row, today()):
        return "claim"
    others = "put_back" if claims.may_put_back(row, actor, claims.PUT_TASKS_BACK) else None
    return {actor.account_id: "release", None: "claim"}.get(row.claimed_by, others)


def _page(row: VerificationTask, form: VerificationForm, actor: Actor, why: PutBackForm | None = None) -> str:
    if not form.is_submitted():
        pages.note_view(row.case, actor, today(), part="verification")
        row = pages.visible_task(row.public_id, actor)
        form.happened_on.data = today()
    return render_template("verifications/task.html", task=row, case=row.case, form=form, on=today(),
                           may_note=not not_passed.refusals(row.case, actor, today()),
                           may_reach=_may_reach(row, actor), left=working_days_left(row.due_on, today()),
                           claiming=_claiming(row, actor), claim_ends=end_of(row, today()), actor=actor,
                           why=why or PutBackForm(formdata=None))
