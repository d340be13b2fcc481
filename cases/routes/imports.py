"""Pages of the import: bring a file, look at it, release it, download what was refused."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.validators import InputRequired

from cases.downloads import take
from cases.imports import uploads, views, waiting
from cases.imports.batches import PROPOSERS, status_counts, withdraw
from cases.imports.errors import words
from cases.imports.quarantine import quarantined, titles
from cases.imports.releasing import release_refusals
from cases.imports.tables import FileRefused
from cases.models import ImportBatch
from database import db
from staff.access import access, current_actor
from staff.clock import today
from staff.models import Office
from staff.offices import offices_of
from web.forms import Form
from web.language import current_language
from workflows.roles import CHAIN

KIND_WORDS = {"pensioners": lazy_gettext("待遇领取人员名册"), "pay_run": lazy_gettext("发放文件"),
              "payment_returns": lazy_gettext("回盘文件"), "recoveries": lazy_gettext("追回文件"),
              "nearing_age": lazy_gettext("到龄人员名单")}
RUN_WORDS = {"staging": lazy_gettext("正在读取文件"), "releasing": lazy_gettext("正在导入")}
TILES = {"proposed": ("good", "duplicate", "quarantined"), "withdrawn": ("good", "duplicate", "quarantined"),
         "released": ("loaded", "unchanged", "duplicate", "quarantined")}

imports = Blueprint("imports", __name__, url_prefix="/imports")


class UploadForm(Form):
    kind = SelectField(lazy_gettext("文件种类"), [InputRequired()])
    office = SelectField(lazy_gettext("导入到哪个机构"), [InputRequired()])
    file = FileField(lazy_gettext("文件"), [FileRequired(lazy_gettext("请选择文件。"))])


@imports.get("")
@access(*CHAIN)
def index() -> str:
    return _index(_form())


@imports.post("")
@access(*PROPOSERS)
def bring() -> Any:
    form = _form()
    if not form.validate_on_submit():
        return _index(form), 409
    office = db.session.scalars(db.select(Office).filter_by(code=form.office.data)).one()
    try:
        batch = uploads.bring(form.file.data.stream, form.file.data.filename or "-", office, current_actor(), today(),
                              form.kind.data)
    except FileRefused as refused:
        form.blame("file", words(refused.code, current_language(), **refused.details))
        return _index(form), 409
    return redirect(url_for("imports.batch", public_id=batch.public_id))


@imports.get("/<public_id>")
@access(*CHAIN)
def batch(public_id: str) -> str:
    found, actor = _batch(public_id), current_actor()
    return render_template(
        "imports/batch.html", batch=found, kind=KIND_WORDS[found.kind], counts=status_counts(found),
        tiles=TILES.get(found.status, ()), office=db.session.get_one(Office, found.office_id),
        run=views.progress_of(found, RUN_WORDS.get(found.status, "")), preview=views.preview(found),
        quarantined=views.first_quarantined(found, current_language()), refusals=release_refusals(found, actor),
        differing=waiting.page(waiting.Wanted(batch_id=found.id), actor, CHAIN, today(), size=views.SHOWN),
        differing_counts=waiting.counts(waiting.Wanted(batch_id=found.id), actor, CHAIN),
        may_withdraw=found.proposed_by_person == actor.natural_person_id and found.status in ("staging", "proposed"))


@imports.get("/<public_id>/progress")
@access(*CHAIN)
def progress(public_id: str) -> Any:
    found = _batch(public_id)
    run = views.progress_of(found, RUN_WORDS.get(found.status, ""))
    if run is None:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("imports/progress.html", batch=found, run=run)


@imports.post("/<public_id>/release")
@access(*CHAIN)
def release(public_id: str) -> Any:
    uploads.begin(_batch(public_id), current_actor(), today())
    return redirect(url_for("imports.batch", public_id=public_id))


@imports.post("/<public_id>/go-on")
@access(*CHAIN)
def go_on(public_id: str) -> Any:
    found = _batch(public_id)
    if found.status == "releasing":
        uploads.begin(found, current_actor(), today())
    elif found.status == "staging" and not uploads.go_on(found, current_actor()):
        flash(_("原文件已不在，请重新上传同一文件，将从中断处继续。"), "bad")
    return redirect(url_for("imports.batch", public_id=public_id))


@imports.post("/<public_id>/withdraw")
@access(*PROPOSERS)
def take_back(public_id: str) -> Any:
    withdraw(_batch(public_id), current_actor(), today())
    flash(_("已撤回。"), "good")
    return redirect(url_for("imports.batch", public_id=public_id))


@imports.post("/<public_id>/quarantine")
@access(*CHAIN)
def quarantine(public_id: str) -> Any:
    found, language = _batch(public_id), current_language()
    made = take("import_quarantine", "csv", titles(language), quarantined(found, language), {"batch": public_id},
                actor=current_actor(), on=today(), scope=found.office_path)
    return send_file(made, "text/csv", as_attachment=True, download_name=f"quarantine-{public_id}.csv", max_age=0)


def _batch(public_id: str) -> ImportBatch:
    found = views.batch_of(current_actor(), CHAIN, public_id)
    if found is None:
        abort(404)
    return found


def _form() -> UploadForm:
    form = UploadForm()
    form.kind.choices = [(kind, str(label)) for kind, label in KIND_WORDS.items()]
    actor = current_actor()
    form.office.choices = [(office.code, f"{office.code} {office.name}") for office in offices_of(actor)
                           if actor.covers(office.path, PROPOSERS)]
    return form


def _index(form: UploadForm) -> str:
    before = request.args.get("before", type=int)
    rows = views.batches_of(current_actor(), CHAIN, before)
    offices = {office.id: office.name for office in offices_of(current_actor())}
    more = rows[views.PAGE - 1].id if len(rows) > views.PAGE else None
    differing = waiting.counts(waiting.Wanted(), current_actor(), CHAIN)["open"]
    return render_template("imports/index.html", form=form, rows=rows[:views.PAGE], offices=offices, more=more,
                           kinds=KIND_WORDS, waiting_count=differing,
                           may_propose=bool(current_actor().roles & set(PROPOSERS)))
