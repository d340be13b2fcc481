"""Duties of an office: what is due, overdue and done; one period of a duty to be done; the record of one done."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from cases.duties import archives, indicators, inspecting, posting, reconciliation, recording, sheet, standing
from cases.duties.standing import Standing, Turn
from cases.forms.duties import DutyForm, PostingForm, ReconciliationForm, ReturnForm
from cases.ledgers.place import Place, place_of
from cases.models import DutyRecord
from cases.pdf import RareCharacter
from database import db
from staff.access import access, current_actor
from staff.actor import Actor, in_area
from staff.clock import today
from web.answers import answered
from web.forms import Form
from web.language import current_language
from workflows.duties import AHEAD, DONE, DUTIES, WAITING
from workflows.roles import READERS

duty_pages = Blueprint("duties", __name__)


@dataclass(frozen=True)
class Asked:
    """One period of a duty of a place, as its address names it."""

    key: str
    place: Place
    standing: Standing
    turn: Turn

    @property
    def duty(self) -> str:
        return self.standing.kind.name

    @property
    def to_do(self) -> bool:
        return not self.standing.kind.met and self.turn.state not in (DONE, WAITING, AHEAD)


@duty_pages.get("/duties")
@access(*READERS)
def index() -> str:
    actor, on = current_actor(), today()
    place = place_of(request.args.get("office") or _own_code(actor), actor)
    below = standing.overdue_below(place, on) if place.below else {}
    return render_template("duties/index.html", place=place, rows=standing.standings(place, on), on=on, below=below,
                           late=inspecting.overdue_of(place.office.path, on), waiting=_waiting(actor))


@duty_pages.route("/duties/turns/<key>", methods=["GET", "POST"])
@access(*READERS)
def turn(key: str) -> Any:
    actor, asked = current_actor(), _asked(key)
    if asked.turn.record is not None:
        return redirect(url_for(".record_page", public_id=asked.turn.record.public_id))
    form = _form(asked)
    if request.method == "POST" and asked.duty == "reconciliation" and form.read.data:
        number = form.take_in(_lines(asked))
        flash(ngettext("读入 %(num)s 项。", "读入 %(num)s 项。", number), "good" if number else "error")
        return _page(asked, form, actor)
    if not form.validate_on_submit():
        return _page(asked, form, actor), 400 if form.is_submitted() else 200
    return _do(asked, form, actor)


@duty_pages.get("/duties/turns/<key>/posting.pdf")
@access(*READERS)
def posting_sheet(key: str) -> Any:
    asked = _asked(key)
    if asked.duty != "results_posting":
        abort(404)
    try:
        content = sheet.posting_pdf(asked.place.office, asked.place.kept, asked.turn.period, today(),
                                    current_language())
    except RareCharacter as rare:
        flash(_("没有字体能印出 %(characters)s。", characters=str(rare)), "error")
        return redirect(url_for(".turn", key=key))
    answer = Response(content, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{asked.key}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@duty_pages.get("/duties/records/<public_id>")
@access(*READERS)
def record_page(public_id: str) -> str:
    return _record(_visible(public_id), ReturnForm(formdata=None))


@duty_pages.get("/duties/records/<public_id>/paper")
@access(*READERS)
def paper(public_id: str) -> Response:
    row = _visible(public_id)
    if row.paper is None:
        abort(404)
    answer = Response(row.paper, mimetype=row.paper_type)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{row.kind}-{row.last_month}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@duty_pages.post("/duties/records/<public_id>/confirm")
@access(*recording.CONFIRMS)
def confirm(public_id: str) -> Any:
    form = ReturnForm(formdata=None)
    number = _visible(public_id).id
    with answered(form):
        recording.confirm(number, actor=current_actor(), on=today())
        flash(_("已确认。"), "good")
        return redirect(url_for(".record_page", public_id=public_id))
    return _record(_visible(public_id), form), 409


@duty_pages.post("/duties/records/<public_id>/return")
@access(*recording.CONFIRMS)
def send_back(public_id: str) -> Any:
    form, row = ReturnForm(), _visible(public_id)
    if not form.validate_on_submit():
        return _record(row, form), 400
    number = row.id
    with answered(form):
        recording.send_back(number, form.reason.data, actor=current_actor(), on=today())
        flash(_("已退回，需重新办理。"), "good")
        return redirect(url_for(".record_page", public_id=public_id))
    return _record(_visible(public_id), form), 409


def _do(asked: Asked, form: Any, actor: Actor) -> Any:
    done = form.done(asked.turn.period.first)
    if asked.duty == "reconciliation":
        done.given.update(form.given_of(_lines(asked)))
    with answered(form):
        row = recording.do(asked.place.office.code, asked.duty, done, actor=actor, on=today())
        flash(_("已记录，待另一人确认。") if asked.standing.kind.second else _("已记录。"), "good")
        return redirect(url_for(".record_page", public_id=row.public_id))
    return _page(_asked(asked.key), form, actor), 409


def _form(asked: Asked) -> Any:
    if asked.duty == "reconciliation":
        return ReconciliationForm.of(_lines(asked))
    return PostingForm() if asked.duty == "results_posting" else DutyForm()


def _lines(asked: Asked) -> list[reconciliation.Line]:
    return reconciliation.ours(asked.place.office, asked.turn.period)


def _page(asked: Asked, form: Form, actor: Actor) -> str:
    office, period = asked.place.office, asked.turn.period
    shown: dict[str, Any] = {}
    if asked.duty == "archive_binding":
        shown = {"volumes": archives.volumes(office, period), "papers": archives.papers(office, period,
                                                                                       asked.place.kept)}
    elif asked.duty == "reconciliation":
        shown = {"lines": _lines(asked)}
    elif asked.duty == "results_posting":
        shown = {"people": posting.people_of(office, asked.place.kept, period, today())}
    elif asked.duty == "service_evaluation":
        shown = {"rates": indicators.by_month(office.path, period.months)}
    return render_template("duties/turn.html", asked=asked, form=form, on=today(), **shown,
                           may_do=asked.to_do and recording.may_do(office.path, actor))


def _record(row: DutyRecord, form: Form) -> str:
    actor = current_actor()
    return render_template(
        "duties/record.html", row=row, kind=DUTIES[row.kind], form=form,
        entry=(standing.interval_at(DUTIES[row.kind], row.office_path, row.done_on) or (None, None))[1],
        refused=recording.refusal_to_settle(row, actor), settles=bool(actor.roles & set(recording.CONFIRMS)),
        lines=reconciliation.lines_of(row.figures) if row.kind == "reconciliation" else [],
        compared=archives.compared(row) if row.kind == "archive_binding" else [],
        checks=inspecting.of_volumes(row) if row.kind == "archive_binding" else [])


def _asked(key: str) -> Asked:
    """Of an address; NotFound for an office out of the reader's area and for what does not arise there."""
    code, _dot, rest = key.partition(".")
    duty, _dot, month = rest.partition(".")
    place = place_of(code or None, current_actor())
    found = next((one for one in standing.standings(place, today()) if one.kind.name == duty), None)
    one = standing.turn_of(found, month) if found else None
    if found is None or one is None:
        raise NotFound
    return Asked(key, place, found, one)


def _own_code(actor: Actor, roles: tuple[str, ...] = READERS) -> str | None:
    """The reader's own office, where it lies in what may be read."""
    return actor.office_path.rstrip("/").rsplit("/", 1)[-1] if actor.covers(actor.office_path, roles) else None


def _waiting(actor: Actor) -> list[DutyRecord]:
    """Those that this reader may confirm now."""
    if not actor.roles & set(recording.CONFIRMS):
        return []
    query = select(DutyRecord).where(DutyRecord.status == "recorded", DutyRecord.kind.in_(
        [one.name for one in DUTIES.values() if one.second]), DutyRecord.done_by_person != actor.natural_person_id)
    return list(db.session.scalars(in_area(query, actor, DutyRecord.office_path, recording.CONFIRMS)
                                   .order_by(DutyRecord.due_on, DutyRecord.id)))


def _visible(public_id: str) -> DutyRecord:
    query = select(DutyRecord).where(DutyRecord.public_id == public_id)
    row = db.session.scalar(in_area(query, current_actor(), DutyRecord.office_path, READERS))
    if row is None:
        raise NotFound
    return row
