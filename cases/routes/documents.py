"""Pages of the outbox and its letters, and the dossier of a case."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from cases import pages
from cases.delivery import RELEASABLE
from cases.delivery import release as release_notice
from cases.dossier import issue
from cases.letters import letter, letter_part, letter_pdf
from cases.models import Case, Notice
from cases.notice_kinds import kinds
from cases.pdf import RareCharacter
from cases.seals.certificates import SealUnusable
from database import db
from staff.access import access, current_actor
from staff.actor import in_area
from staff.clock import today
from web.filters import term
from web.language import current_language
from workflows.roles import CHAIN, OVERSIGHT, READERS

STATUSES = ("held", "failed", "queued", "sending", "accepted")
PAGE = 50

notices = Blueprint("notices", __name__)
dossiers = Blueprint("dossiers", __name__)


@notices.get("/notices")
@access(*OVERSIGHT)
def index() -> str:
    actor, status = current_actor(), request.args.get("status", "held")
    before = request.args.get("before", type=int)
    query = select(Notice).join(Case, Notice.case_id == Case.id).where(Notice.status == status)
    query = query.options(contains_eager(Notice.case).joinedload(Case.pensioner))
    query = in_area(query, actor, Case.office_path, READERS).order_by(Notice.id.desc()).limit(PAGE + 1)
    rows = db.session.scalars(query.where(Notice.id < before) if before else query).all()
    return render_template("notices/index.html", rows=rows[:PAGE], more=len(rows) > PAGE, status=status,
                           statuses=STATUSES, titles={name: row.title for name, row in kinds().items()})


@notices.get("/notices/<public_id>")
@access(*OVERSIGHT)
def notice(public_id: str) -> str:
    row, actor = _visible(public_id), current_actor()
    pages.note_view(row.case, actor, today(), "notice")
    row = _visible(public_id)
    releasable = row.status in RELEASABLE and actor.covers(row.case.office_path, CHAIN)
    return render_template("notices/notice.html", notice=row, part=letter_part(row, current_language()),
                           title=letter(row, current_language()).title, releasable=releasable)


@notices.get("/notices/<public_id>/letter.pdf")
@access(*OVERSIGHT)
def pdf(public_id: str) -> Any:
    row = _visible(public_id)
    pages.note_view(row.case, current_actor(), today(), "letter")
    row = _visible(public_id)
    try:
        return _document(letter_pdf(row, current_language()), f"{row.case.case_no}-{row.kind}.pdf")
    except RareCharacter as rare:
        flash(_("没有字体能印出 %(characters)s，不能出具 PDF；请改用手写送达。", characters=str(rare)), "error")
        return redirect(url_for("notices.notice", public_id=public_id))


@notices.post("/notices/<public_id>/release")
@access(*CHAIN)
def release(public_id: str) -> Any:
    actor = current_actor()
    if not actor.covers(_visible(public_id).case.office_path, CHAIN):
        abort(404)
    try:
        release_notice(public_id, actor, today())
    except LookupError:
        abort(404)
    flash(_("已放行，下次发送时送出。"), "success")
    return redirect(url_for("notices.notice", public_id=public_id))


@dossiers.get("/cases/<public_id>/dossier")
@access(*READERS)
def offer(public_id: str) -> str:
    case = pages.visible_case(public_id, current_actor())
    return render_template("dossier/offer.html", case=case, may_unmask=_may_unmask(case))


@dossiers.post("/cases/<public_id>/dossier")
@access(*READERS)
def create(public_id: str) -> Any:
    actor, case = current_actor(), pages.visible_case(public_id, current_actor())
    masked, lang = request.form.get("full") != "yes", request.form.get("lang", current_language())
    if lang not in ("zh", "en"):
        abort(400)
    if not masked and not _may_unmask(case):
        abort(403)
    name = f"{case.case_no}.pdf"
    try:
        return _document(issue(case, actor=actor, on=today(), masked=masked, lang=lang), name)
    except RareCharacter as rare:
        flash(_("没有字体能印出 %(characters)s，不能出具 PDF；请改用手写送达。", characters=str(rare)), "error")
    except SealUnusable as unusable:
        flash(term(f"refusal.{unusable.refusal}"), "error")
    return redirect(url_for("dossiers.offer", public_id=public_id))


def _may_unmask(case: Case) -> bool:
    return pages.may_issue(current_actor(), case.office_path, masked=False)


def _visible(public_id: str) -> Notice:
    """A notice of a case in the reader's area; what lies outside answers like what does not exist (A1)."""
    query = select(Notice).join(Case, Notice.case_id == Case.id).where(Notice.public_id == public_id)
    row = db.session.scalar(in_area(query, current_actor(), Case.office_path, READERS))
    if row is None:
        abort(404)
    return row


def _document(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
