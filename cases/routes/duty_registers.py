"""Registers beside the duties: training of staff, indicators of service and their samples, inspections."""
from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from cases.duties import indicators, inspecting
from cases.forms.duties import CorrectionForm, InspectionForm, SampleForm, TrainingForm
from cases.ledgers.place import place_of, within
from cases.models import DutyRecord, Inspection, ServiceSample
from cases.routes.duties import _own_code, duty_pages
from database import db
from staff import training
from staff.access import access, current_actor
from staff.actor import Actor, in_area
from staff.clock import today
from staff.models import Office
from staff.refusals import StaffRefused
from web.answers import answered
from web.charts import Chart, line, short_months
from web.filters import term
from web.forms import Form
from workflows.deadlines import month_of, months_through, next_month
from workflows.duties import YEAR
from workflows.roles import CHAIN, OVERSIGHT, READERS

WHO_SEES_TRAINING = tuple(dict.fromkeys((*READERS, *training.RECORDS)))


@duty_pages.route("/duties/training", methods=["GET", "POST"])
@access(*WHO_SEES_TRAINING)
def trained() -> Any:
    actor, on = current_actor(), today()
    place = place_of(request.args.get("office") or _own_code(actor, WHO_SEES_TRAINING), actor, WHO_SEES_TRAINING)
    year = request.args.get("year", on.year, type=int)
    if not on.year - YEAR <= year <= on.year:
        abort(404)
    rows = training.hours_of(place.office.path, year, on)
    form = TrainingForm()
    form.offer([one.account for one in rows if one.account.natural_person_id != actor.natural_person_id])
    status = 200
    if request.method == "POST":
        if not actor.covers(place.office.path, training.RECORDS):
            abort(403)
        status = 400
        if form.validate_on_submit():
            try:
                training.record_training(form.course(), actor=actor, on=on)
            except StaffRefused as refused:
                form.blame("", term(f"refusal.{refused.refusal}"))
                status = 409
            else:
                flash(_("培训已记录。"), "good")
                return redirect(url_for(".trained", office=place.office.code, year=year))
    return render_template("duties/training.html", place=place, year=year, rows=rows, form=form, on=on,
                           may_record=actor.covers(place.office.path, training.RECORDS)), status


@duty_pages.get("/duties/indicators")
@access(*READERS)
def rates() -> str:
    actor, on = current_actor(), today()
    place = place_of(request.args.get("office") or _own_code(actor), actor)
    months = months_through(next_month(month_of(on), 1 - YEAR), month_of(on))
    found = indicators.by_month(place.office.path, months)
    samples = db.session.scalars(
        select(ServiceSample).where(within(ServiceSample.office_path, place.office.path),
                                    ServiceSample.month >= months[0])
        .options(joinedload(ServiceSample.office), joinedload(ServiceSample.account))
        .order_by(ServiceSample.month.desc(), ServiceSample.id.desc()).limit(inspecting.PAGE)).all()
    return render_template("duties/indicators.html", place=place, months=months, found=found, samples=samples,
                           branches=indicators.by_branch(place.office.path, place.below, months),
                           drawn=_drawn(months, found), may_enter=actor.covers(place.office.path, CHAIN))


@duty_pages.route("/duties/indicators/sample", methods=["GET", "POST"])
@access(*CHAIN)
def sample() -> Any:
    actor, form = current_actor(), SampleForm()
    form.offer(_offices(actor, CHAIN))
    if form.validate_on_submit():
        with answered(form):
            row = indicators.enter_sample(form.sampled(), actor=actor, on=today())
            flash(_("抽查已记录。"), "good")
            return redirect(url_for(".rates", office=row.office.code))
        return render_template("duties/sample.html", form=form), 409
    return render_template("duties/sample.html", form=form), 400 if form.is_submitted() else 200


@duty_pages.get("/duties/inspections")
@access(*READERS)
def inspections() -> str:
    actor, on, tab = current_actor(), today(), request.args.get("tab", "open")
    if tab not in inspecting.TABS:
        abort(404)
    rows, more = inspecting.page(tab, actor, on, request.args.get("after", type=int))
    return render_template(
        "duties/inspections.html", rows=rows, tab=tab, counts=inspecting.counts(actor, on), on=on,
        may_enter=bool(actor.roles & set(OVERSIGHT)),
        following=url_for(".inspections", tab=tab, after=rows[-1].id) if more else None,
        first=url_for(".inspections", tab=tab) if request.args.get("after") else None)


@duty_pages.route("/duties/inspections/new", methods=["GET", "POST"])
@access(*OVERSIGHT)
def new_inspection() -> Any:
    actor, form = current_actor(), InspectionForm()
    form.offer(_offices(actor, OVERSIGHT), _bound(actor))
    if form.validate_on_submit():
        with answered(form):
            row = inspecting.enter(form.inspected(), actor=actor, on=today())
            flash(_("检查已登记。"), "good")
            return redirect(url_for(".inspection", public_id=row.public_id))
        return render_template("duties/new_inspection.html", form=form), 409
    if request.method == "GET":
        form.office.data = request.args.get("office") or form.office.data
        form.volumes.data = request.args.get("volumes") or form.volumes.data
        form.kind.data = "archive_check" if request.args.get("volumes") else form.kind.data
    return render_template("duties/new_inspection.html", form=form), 400 if form.is_submitted() else 200


@duty_pages.route("/duties/inspections/<public_id>", methods=["GET", "POST"])
@access(*READERS)
def inspection(public_id: str) -> Any:
    actor, form = current_actor(), CorrectionForm()
    row = _visible(public_id)
    if not form.validate_on_submit():
        return _inspection(row, form, actor), 400 if form.is_submitted() else 200
    number = row.id
    with answered(form):
        inspecting.correct(number, form.words.data, actor=actor, on=today())
        flash(_("整改情况已记录，待另一人核实。"), "good")
        return redirect(url_for(".inspection", public_id=public_id))
    return _inspection(_visible(public_id), form, actor), 409


@duty_pages.post("/duties/inspections/<public_id>/close")
@access(*OVERSIGHT)
def close_inspection(public_id: str) -> Any:
    actor, form = current_actor(), CorrectionForm(formdata=None)
    number = _visible(public_id).id
    with answered(form):
        inspecting.close(number, actor=actor, on=today())
        flash(_("已核实，检查办结。"), "good")
        return redirect(url_for(".inspection", public_id=public_id))
    return _inspection(_visible(public_id), form, actor), 409


def _inspection(row: Inspection, form: Form, actor: Actor) -> str:
    return render_template("duties/inspection.html", row=row, form=form, on=today(),
                           corrects=inspecting.refusal_to_correct(row, actor) is None,
                           refused=inspecting.refusal_to_close(row, actor))


def _offices(actor: Actor, roles: tuple[str, ...]) -> list[Office]:
    return list(db.session.scalars(in_area(select(Office), actor, Office.path, roles).order_by(Office.path)))


def _bound(actor: Actor) -> list[DutyRecord]:
    query = select(DutyRecord).where(DutyRecord.kind == "archive_binding", DutyRecord.status != "returned")
    return list(db.session.scalars(in_area(query, actor, DutyRecord.office_path, OVERSIGHT)
                                   .options(joinedload(DutyRecord.office))
                                   .order_by(DutyRecord.last_month.desc(), DutyRecord.id.desc())
                                   .limit(inspecting.PAGE)))


def _drawn(months: list[str], found: dict[str, dict[str, indicators.Rate]]) -> Chart:
    series = {term(f"indicator.{name}"): [_percent(one) for one in of.values()] for name, of in found.items()}
    return line("indicators", _("服务指标（%）"), short_months(months), series, head=_("月份"))


def _percent(rate: indicators.Rate) -> int | None:
    return None if rate.per_mille is None else round(rate.per_mille / 10)


def _visible(public_id: str) -> Inspection:
    query = select(Inspection).where(Inspection.public_id == public_id)
    row = db.session.scalar(in_area(query, current_actor(), Inspection.office_path, READERS))
    if row is None:
        raise NotFound
    return row
