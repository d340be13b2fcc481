"""Suspensions that people release: batches of a month, runs that were halted, and what was noted as not passed."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from cases import gathered_losses, not_passed, pages, suspension_batches, sweep_releases
from cases.forms.suspensions import NotPassedForm, ReasonForm
from cases.models import SuspensionBatch
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from web.answers import answered
from workflows.roles import CHAIN, MAKERS, READERS

suspension_pages = Blueprint("suspensions", __name__)
NEEDS_REASON = ("take_out", "return")


@suspension_pages.get("/suspensions")
@access(*READERS)
def index() -> str:
    return _index(ReasonForm(), current_actor())


def _index(form: ReasonForm, actor: Actor) -> str:
    halts = [(halt, {act: sweep_releases.refusals(halt, act, actor) for act in sweep_releases.ACTS})
             for halt in sweep_releases.halts(actor)]
    return render_template("suspensions/index.html", halts=halts, batches=suspension_batches.page(actor), on=today(),
                           offices=pages.office_names([halt.office_path for halt, _why in halts]), form=form)


@suspension_pages.post("/suspensions/halts/<public_id>/<act>")
@access(*CHAIN)
def halt(public_id: str, act: str) -> Any:
    actor, form = current_actor(), ReasonForm()
    row = next((one for one in sweep_releases.halts(actor) if one.public_id == public_id), None)
    if row is None or act not in sweep_releases.ACTS:
        abort(404)
    with answered(form):
        if act == "propose":
            sweep_releases.propose(row.id, actor=actor, on=today())
            flash(_("已提出，请另一人核放。"), "good")
        else:
            done = sweep_releases.release(row.id, actor=actor, on=today())
            flash(_("已核放，暂停 %(n)s 人。", n=len(done)), "good")
        return redirect(url_for(".index"))
    return _index(form, actor), 409


@suspension_pages.get("/suspensions/<public_id>")
@access(*READERS)
def batch(public_id: str) -> str:
    return _page(_visible(public_id), ReasonForm(), current_actor())


@suspension_pages.post("/suspensions/<public_id>/<act>")
@access(*CHAIN)
def take(public_id: str, act: str) -> Any:
    actor, form, row = current_actor(), ReasonForm(), _visible(public_id)
    if act not in suspension_batches.ACTS:
        abort(404)
    if act in NEEDS_REASON and not form.validate_on_submit():
        return _page(row, form, actor), 400
    with answered(form):
        flash(_act(row, act, form, actor), "good")
        return redirect(url_for(".batch", public_id=public_id))
    return _page(_visible(public_id), form, actor), 409


def _act(batch: SuspensionBatch, act: str, form: ReasonForm, actor: Actor) -> str:
    """Does it; returns what to tell."""
    if act == "take_out":
        row = next((one for one in batch.rows if str(one.id) == request.form.get("row")), None) or abort(404)
        suspension_batches.take_out(row.id, form.reason.data, actor=actor, on=today())
        return _("已移出批次。")
    if act == "propose":
        suspension_batches.propose(batch.id, actor=actor, on=today())
        return _("已提出，请另一人核放。")
    if act == "return":
        suspension_batches.send_back(batch.id, form.reason.data, actor=actor, on=today())
        return _("已退回。")
    return _release(batch, actor)


def _release(batch: SuspensionBatch, actor: Actor) -> str:
    """The batch, and then the signature under each confirmed loss that was chosen (QD 25)."""
    batch_id = batch.id
    done = suspension_batches.release(batch_id, actor=actor, on=today())
    signed, refused = gathered_losses.recheck(batch_id, request.form.getlist("decision"), actor=actor, on=today())
    if refused:
        flash(_("有 %(n)s 件丧失资格的决定未能复核，原因见各行。", n=len(refused)), "warn")
    return _("已核放，暂停 %(n)s 人。", n=len(done) + signed)


def _visible(public_id: str) -> SuspensionBatch:
    return suspension_batches.visible(public_id, current_actor()) or abort(404)


def _page(batch: SuspensionBatch, form: ReasonForm, actor: Actor) -> str:
    acts = {act: suspension_batches.refusals(batch, act, actor, today()) for act in suspension_batches.ACTS}
    return render_template("suspensions/batch.html", batch=batch, rows=suspension_batches.rows(batch, today()),
                           losses=gathered_losses.losses(batch, actor, today()),
                           acts=acts, form=form, on=today(), offices=pages.office_names([batch.office_path]))


@suspension_pages.route("/cases/<public_id>/not-passed", methods=["GET", "POST"])
@access(*MAKERS)
def note(public_id: str) -> Any:
    """The reason why active service could not certify the person (QD 24)."""
    actor, form = current_actor(), NotPassedForm()
    case = pages.case_to_serve(public_id, actor)
    form.offer()
    if not form.is_submitted():
        form.refused = not_passed.refusals(case, actor, today())
    if not form.validate_on_submit():
        return _note_page(case, form), 400 if form.is_submitted() else 200
    with answered(form):
        not_passed.note(case.id, reason=form.reason.data, means=form.means.data, said=form.note.data, actor=actor,
                        on=today())
        flash(_("已备注原因，记为认证不通过。"), "good")
        return redirect(url_for(".note", public_id=public_id))
    return _note_page(pages.case_to_serve(public_id, actor), form), 409


def _note_page(case: Any, form: NotPassedForm) -> str:
    return render_template("suspensions/not_passed.html", case=case, form=form, on=today(),
                           noted=not_passed.of_period(case), begins_on=not_passed.begins_on(case, today()))
