"""Pages of feeds: how fresh each source is, bring a file, look at a load, download what was refused, withdraw."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from cases.downloads import take
from cases.imports.batches import grant_refusals
from cases.imports.errors import words
from cases.imports.quarantine import titles
from cases.imports.tables import FileRefused
from database import db
from matching.feeds import uploads, views
from matching.feeds.freshness import STATES, freshness
from matching.feeds.loading import LOADERS
from matching.feeds.models import FeedLoad
from matching.feeds.quarantine import quarantined, reasons
from matching.feeds.withdrawing import WITHDRAWERS, withdraw
from rules.feeds import catalogue
from staff.access import access, current_actor
from staff.clock import today
from staff.models import Office
from staff.offices import offices_of
from web.charts import Chart, short_months, stacked
from web.forms import Form
from web.language import current_language
from workflows.glossary import term
from workflows.roles import OVERSIGHT

SHOWN = 50  # rows of a quarantine on its page
LONGEST_REASON = 500

feeds = Blueprint("feeds", __name__, url_prefix="/feeds")


class UploadForm(Form):
    source = SelectField(lazy_gettext("来源"), [InputRequired()])
    office = SelectField(lazy_gettext("为哪个机构的人员载入"), [InputRequired()])
    file = FileField(lazy_gettext("文件"), [FileRequired(lazy_gettext("请选择文件。"))])


class WithdrawForm(Form):
    reason = TextAreaField(lazy_gettext("撤回原因"), [InputRequired(), Length(max=LONGEST_REASON)])


@feeds.get("")
@access(*OVERSIGHT)
def index() -> str:
    return _index(_form())


@feeds.post("")
@access(*LOADERS)
def bring() -> Any:
    form = _form()
    if not form.validate_on_submit():
        return _index(form), 409
    office = db.session.scalars(db.select(Office).filter_by(code=form.office.data)).one()
    try:
        brought = uploads.bring(form.file.data.stream, form.file.data.filename or "-", form.source.data, office,
                                current_actor(), today())
    except FileRefused as refused:
        form.blame("file", words(refused.code, current_language(), **refused.details))
        return _index(form), 409
    return redirect(url_for("feeds.load", public_id=brought.public_id))


@feeds.get("/<public_id>")
@access(*OVERSIGHT)
def load(public_id: str) -> str:
    return _load(_found(public_id), WithdrawForm())


@feeds.get("/<public_id>/progress")
@access(*OVERSIGHT)
def progress(public_id: str) -> Any:
    found = _found(public_id)
    run = views.progress_of(found, _("正在载入"))
    if run is None:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("feeds/progress.html", load=found, run=run)


@feeds.post("/<public_id>/go-on")
@access(*LOADERS)
def go_on(public_id: str) -> Any:
    found = _found(public_id)
    if found.status == "staging":
        uploads.go_on(found, current_actor())
    return redirect(url_for("feeds.load", public_id=public_id))


@feeds.post("/<public_id>/withdraw")
@access(*WITHDRAWERS)
def take_back(public_id: str) -> Any:
    form, found = WithdrawForm(), _found(public_id)
    if not form.validate_on_submit():
        return _load(found, form), 409
    withdraw(found.id, current_actor(), today(), form.reason.data)
    flash(_("已撤回。这批数据不再作数，其依据的名单将在下次比对时改正。"), "good")
    return redirect(url_for("feeds.load", public_id=public_id))


@feeds.post("/<public_id>/quarantine")
@access(*OVERSIGHT)
def quarantine(public_id: str) -> Any:
    found, code, language = _found(public_id), request.form.get("code") or None, current_language()
    made = take("feed_quarantine", "csv", titles(language), quarantined(found, language, code),
                {"load": public_id, **({"code": code} if code else {})},
                actor=current_actor(), on=today(), scope=found.area_path)
    return send_file(made, "text/csv", as_attachment=True, download_name=f"quarantine-{public_id}.csv", max_age=0)


def _found(public_id: str) -> FeedLoad:
    found = views.load_of(current_actor(), OVERSIGHT, public_id)
    if found is None:
        abort(404)
    return found


def _form() -> UploadForm:
    form, language, actor = UploadForm(), current_language(), current_actor()
    sources = [one for one in catalogue().sources.values() if not one.computed]
    form.source.choices = {
        term(f"department.{department}", language): [
            (one.key, term(f"feed.{one.key}", language)) for one in sources if one.department == department]
        for department in dict.fromkeys(one.department for one in sources)}
    form.office.choices = [(office.code, f"{office.code} {office.name}") for office in offices_of(actor)
                           if actor.covers(office.path, LOADERS)]
    return form


def _index(form: UploadForm) -> str:
    actor, source = current_actor(), request.args.get("source")
    source = source if source in catalogue().sources else None
    rows = views.loads_of(actor, OVERSIGHT, source, request.args.get("before"))
    fresh = freshness(actor, today(), OVERSIGHT)
    more = rows[views.PAGE - 1].public_id if len(rows) > views.PAGE else None
    return render_template(
        "feeds/index.html", form=form, rows=rows[:views.PAGE], more=more, source=source, drawn=_chart(source),
        came=[one for one in fresh if one.state != "never"], never=[one for one in fresh if one.state == "never"],
        counts={state: sum(one.state == state for one in fresh) for state in STATES},
        offices={office.path: office.name for office in offices_of(actor)},
        may_load=bool(actor.roles & set(LOADERS)))


def _chart(source: str | None) -> Chart:
    found = views.volumes(current_actor(), OVERSIGHT, today(), source)
    fates = {term(f"status.{fate}", current_language()): found[fate] for fate in views.FATES}
    return stacked("volumes", _("近十二个月载入的行数"), short_months(found["months"]), fates, head=_("月份"))


def _load(found: FeedLoad, form: WithdrawForm) -> str:
    language, code = current_language(), request.args.get("code")
    why = reasons(found, language)
    code = code if code in {one for one, _words, _rows in why} else None
    may = not grant_refusals(current_actor(), WITHDRAWERS, found.area_path) and found.status != "withdrawn"
    return render_template(
        "feeds/load.html", load=found, source=catalogue().sources[found.source], form=form, reasons=why, code=code,
        run=views.progress_of(found, _("正在载入")), may_withdraw=may,
        refused=list(quarantined(found, language, code, most=SHOWN)),
        may_go_on=not grant_refusals(current_actor(), LOADERS, found.area_path),
        office=db.session.scalar(db.select(Office).filter_by(path=found.area_path)))
