"""Pages on which a month's comparison is tried or begun, and how far it is: they work without scripts."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import func, select
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Regexp
from wtforms.widgets import TextInput

from database import db
from database.jobs import Job, Progress
from matching.results import starting
from matching.results.models import MatchingRun
from matching.results.running import Wanted
from matching.results.starting import KINDS, STARTERS, STEPS, TRIAL
from matching.routes.words import differences_tried
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from staff.models import Office
from staff.offices import offices_of
from web.answers import answered, refusal_named
from web.filters import month as month_word
from web.forms import Form
from workflows.deadlines import month_of

LEVELS = ("ministry", "province", "city", "county")  # smaller places are compared with the county they belong to

matching_starts = Blueprint("matching_starts", __name__)


class StartForm(Form):
    month = StringField(lazy_gettext("月份"), [InputRequired(), Regexp(
        r"\d{4}-(0[1-9]|1[0-2])$", message=lazy_gettext("请写成 2026-03 的样子。"))], widget=TextInput("month"))
    office = SelectField(lazy_gettext("地区"), [InputRequired()])


@matching_starts.get("/matching/start")
@access(*STARTERS)
def form() -> str:
    return _form(_start_form())


@matching_starts.post("/matching/start")
@access(*STARTERS)
def begin() -> Any:
    form, actor, kind = _start_form(), current_actor(), request.form.get("kind", "")
    if kind not in KINDS:
        abort(400)
    if not form.validate_on_submit():
        return _form(form), 409
    area = db.session.scalars(select(Office.path).where(Office.code == form.office.data)).one()
    with answered(form):
        job = starting.begin(kind, Wanted(form.month.data, area, today()), actor)
        return redirect(url_for(".job", public_id=job.public_id))
    if job := starting.under_way(area, actor) if "RUN_UNDER_WAY" in _codes(form) else None:
        return redirect(url_for(".job", public_id=job.public_id))  # clicked twice, or begun by somebody else
    return _form(form), 409


@matching_starts.get("/matching/starts/<public_id>")
@access(*STARTERS)
def job(public_id: str) -> Any:
    found = _visible(public_id)
    if found.status == "finished" and "run" in found.counts:
        return redirect(url_for("matching.run", public_id=found.counts["run"]))
    return _job(found, Form())


@matching_starts.get("/matching/starts/<public_id>/progress")
@access(*STARTERS)
def progress(public_id: str) -> Any:
    found = _visible(public_id)
    run = _progress(found)
    if run.state != "running":
        return Response(headers={"HX-Refresh": "true"})
    return render_template("matching/start_progress.html", job=found, run=run)


@matching_starts.post("/matching/starts/<public_id>/go-on")
@access(*STARTERS)
def go_on(public_id: str) -> Any:
    found, form = _visible(public_id), Form()
    with answered(form):
        starting.go_on(found, current_actor(), today())
        return redirect(url_for(".job", public_id=public_id))
    return _job(_visible(public_id), form), 409


def begun(actor: Actor) -> list[tuple[Job, Progress, str]]:
    """The latest ones of the actor's area, how far each is and the name of its office; none for who may begin none."""
    found = starting.latest(actor)
    names = dict(db.session.execute(select(Office.path, Office.name).where(
        Office.path.in_({one.office_path for one in found}))).all())
    return [(one, _progress(one), names[one.office_path]) for one in found]


def _start_form() -> StartForm:
    actor = current_actor()
    form = StartForm(month=month_of(today()))
    form.office.choices = [(office.code, f"{office.code} {office.name}") for office in offices_of(actor)
                           if office.level in LEVELS and actor.covers(office.path, STARTERS)]
    if not form.is_submitted():
        form.office.data = _usual(actor) or form.office.data
    return form


def _usual(actor: Actor) -> str | None:
    """Code of the area last compared, of those the actor may have compared."""
    query = select(Office.code, Office.path).join(MatchingRun, MatchingRun.area_path == Office.path)
    newest = query.group_by(Office.code, Office.path).order_by(func.max(MatchingRun.id).desc())
    return next((code for code, path in db.session.execute(newest) if actor.covers(path, STARTERS)), None)


def _form(form: StartForm) -> str:
    return render_template("matching/start.html", form=form, trial=TRIAL, kinds=KINDS)


def _visible(public_id: str) -> Job:
    return starting.visible(public_id, current_actor()) or abort(404)


def _job(found: Job, form: Form) -> str:
    tried = differences_tried(found) if found.status == "finished" and found.kind == TRIAL else {}
    office = db.session.scalar(select(Office).where(Office.path == found.office_path))
    why = refusal_named(found.counts.get("why", ""), found.counts.get("detail", {}))
    return render_template("matching/started.html", job=found, run=_progress(found), why=why, office=office,
                           form=form, trial=found.kind == TRIAL, halts=found.counts.get("halts", {}), **tried)


def _progress(found: Job) -> Progress:
    title = _("试算 %(month)s") if found.kind == TRIAL else _("比对 %(month)s")
    run = starting.progress(found, title % {"month": month_word(found.counts["month"])})
    if run.state == "running" and (step := found.counts.get("step")):
        steps = STEPS[found.kind]
        words = _("第 %(n)s 步，共 %(of)s 步：%(what)s", n=steps.index(step) + 1, of=len(steps), what=_step(step))
        return Progress(run.title, run.done, run.total, run.state, words)
    return run


def _step(step: str) -> str:
    return {"signs": _("按最新登记核对各批数据"), "population": _("取出参加比对的人员"), "lists": _("归入三张名单"),
            "proposal": _("记下变动，抽取抽查名单"), "difference": _("与现有名单比较"),
            "links": _("比对没有身份号码的数据")}[step]


def _codes(form: Form) -> set[str]:
    return {one.code for one in form.refused}
