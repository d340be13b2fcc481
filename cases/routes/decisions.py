"""Decisions: opened, edited, submitted, signed, returned, rejected, withdrawn, claimed and put back."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from cases import case_view, claims, decision_view, decisions, pages, review
from cases.claim_ends import end_of, is_over
from cases.decisions import Proposal, opening_refusals, unpack
from cases.forms import kinds
from cases.forms.evidence import WithEvidence
from cases.forms.work import NeededOpinionForm, OpinionForm
from cases.limit_pauses import pause_refusals
from cases.models import Case, Decision, Evidence
from cases.models.decision import OPEN_STAGES
from cases.periods import rules_of_case
from cases.routes import decision_pages as blueprint
from cases.withdrawals import withdraw
from cases.worklists import TABS
from database import db
from rules import rules_by_version
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from web.answers import answered
from web.filters import term
from workflows.roles import BUSINESS, MAKERS, READERS

Command = Callable[..., Decision]


def _signing(action: str) -> Command:
    return lambda key, opinion, **who: review.sign(key, action, opinion=opinion, **who)


# word of the address -> (command, whether an opinion must be given)
ACTIONS: dict[str, tuple[Command, bool]] = {
    "submit": (lambda key, opinion, **who: decisions.submit(key, **who), False),
    "initial_review": (_signing("initial_review"), False),
    "recheck": (_signing("recheck"), False),
    "approve": (_signing("approve"), False),
    "return": (lambda key, opinion, **who: review.return_(key, opinion=opinion, **who), True),
    "reject": (lambda key, opinion, **who: review.reject(key, opinion=opinion, **who), True),
    "withdraw": (lambda key, opinion, **who: withdraw(key, opinion=opinion, **who), False),
    "claim": (lambda key, opinion, **who: claims.claim(key, **who), False),
    "release": (lambda key, opinion, **who: claims.release(key, **who), False),
    "put_back": (lambda key, opinion, **who: claims.release(key, note=opinion, **who), True),
}


@blueprint.get("/decisions/<public_id>")
@access(*READERS)
def decision(public_id: str) -> str:
    actor = current_actor()
    row = pages.visible_decision(public_id, actor)
    pages.note_view(row.case, actor, today(), part="decision")
    return _page(pages.visible_decision(public_id, actor), actor, NeededOpinionForm(formdata=None))


@blueprint.post("/decisions/<public_id>/<action>")
@access(*BUSINESS)
def act(public_id: str, action: str) -> Any:
    actor = current_actor()
    row = pages.visible_decision(public_id, actor)
    command, needed = ACTIONS.get(action) or abort(404)
    form = NeededOpinionForm() if needed else OpinionForm()
    if not form.validate_on_submit():
        return _page(row, actor, form, action), 400
    command(row.id, form.opinion.data or None, actor=actor, on=today())
    flash(_("已办理：%(action)s。", action=_word(action)), "good")
    return redirect(_whence() or url_for("decisions.decision", public_id=public_id))


@blueprint.route("/cases/<public_id>/decisions/new/<kind>", methods=["GET", "POST"])
@access(*MAKERS)
def new(public_id: str, kind: str) -> Any:
    actor = current_actor()
    case = pages.visible_case(public_id, actor)
    if kind not in case_view.kinds_offered(case, today()):
        abort(404)
    setting = kinds.Setting(kind, case, rules_of_case(case, today()))
    form = _offered(kinds.proposal_form(setting), setting)
    refusals = opening_refusals(case, Proposal(kind), actor)
    if refusals or not form.validate_on_submit():
        return _form_page(setting, form, refusals=refusals), _status(form, refusals)
    proposal = kinds.proposal_of(setting, form, tuple(_chosen(setting.case, form)))
    with answered(form):
        made = decisions.open_decision(case.id, proposal, actor=actor, on=today())
        flash(_("草稿已建立，核对后提交。"), "good")
        return redirect(url_for("decisions.decision", public_id=made.public_id))
    return _form_page(setting, form), 409


@blueprint.route("/decisions/<public_id>/edit", methods=["GET", "POST"])
@access(*MAKERS)
def edit(public_id: str) -> Any:
    actor = current_actor()
    row = pages.visible_decision(public_id, actor)
    if row.kind not in kinds.FIELDS:
        abort(404)
    setting = kinds.Setting(row.kind, row.case, rules_by_version(row.rules_version))
    form = _offered(kinds.proposal_form(setting, data=_values(row)), setting)
    refusals = decision_view.refusals(row, "edit", actor, today())
    if refusals or not form.validate_on_submit():
        return _form_page(setting, form, refusals=refusals, decision=row), _status(form, refusals)
    with answered(form):
        _save(row, setting, form, actor)
        flash(_("已保存，须重新提交。"), "good")
        return redirect(url_for("decisions.decision", public_id=public_id))
    return _form_page(setting, form, decision=row), 409


def _page(row: Decision, actor: Actor, form: OpinionForm, action: str | None = None) -> str:
    may_pause = row.stage in OPEN_STAGES and actor.roles & set(BUSINESS)
    return render_template("decisions/decision.html", v=decision_view.view(row, actor, today()), decision=row,
                           case=row.case, actor=actor, form=form, tried=action, on=today(),
                           may_put_back=claims.may_put_back(row, actor, claims.PUT_DECISIONS_BACK),
                           claim_ends=end_of(row, today()), free=is_over(row, today()),
                           pause_refused=pause_refusals(row, actor, today()) if may_pause else None)


def _whence() -> str | None:
    """The list the button stood in; None for the page of the decision itself."""
    tab = request.form.get("tab")
    return url_for("work.my_work", tab=tab) if tab in TABS else None


def _word(action: str) -> str:
    return term(f"action.{'return_' if action == 'return' else action}")


def _status(form: WithEvidence, refusals: tuple[Any, ...]) -> int:
    return 409 if refusals else 400 if form.is_submitted() else 200


def _form_page(setting: kinds.Setting, form: WithEvidence, **more: Any) -> str:
    return render_template("decisions/form.html", form=form, kind=setting.kind, case=setting.case,
                           names=kinds.FIELDS[setting.kind], groups=kinds.groups(setting), **more)


def _offered(form: WithEvidence, setting: kinds.Setting) -> WithEvidence:
    wanted = dict.fromkeys(kind for found in kinds.groups(setting).values() for group in found for kind in group)
    form.offer(_on_file(setting.case), tuple(wanted))
    return form


def _on_file(case: Case) -> list[Evidence]:
    return list(db.session.scalars(select(Evidence).where(Evidence.case_id == case.id).order_by(Evidence.id.desc())))


def _chosen(case: Case, form: WithEvidence) -> list[int]:
    chosen = set(form.evidence.data or ())
    return [item.id for item in _on_file(case) if item.public_id in chosen]


def _save(row: Decision, setting: kinds.Setting, form: WithEvidence, actor: Actor) -> None:
    """What was ticked is bound, what was unticked unbound, what was emptied cleared."""
    chosen, bound = _chosen(setting.case, form), [one.evidence_id for one in row.evidence]
    made = kinds.proposal_of(setting, form, tuple(one for one in chosen if one not in bound), edited=True)
    decisions.edit(row.id, reason=made.reason, fields=made.fields, personal=made.personal, evidence=made.evidence,
                   unbound=tuple(one for one in bound if one not in chosen), brought=made.brought, actor=actor,
                   on=today())


def _values(row: Decision) -> dict[str, Any]:
    """What the decision proposes, as the form's values."""
    fields = dict(row.fields)
    for name in ("died_on", "released_on"):
        fields[name] = date.fromisoformat(fields[name]) if fields.get(name) else None
    personal = unpack(row)
    if personal.get("new_birth_on"):
        personal["new_birth_on"] = date.fromisoformat(personal["new_birth_on"])
    return {**fields, **personal, "grounds": fields.get("reasons"), "reason": row.reason,
            "family_not_found": fields.get("material_reason") == "death_family_not_found",
            "evidence": [bound.evidence.public_id for bound in row.evidence]}
