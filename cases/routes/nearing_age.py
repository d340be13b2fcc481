"""Insured persons who near the age of benefit: by month, one person, the list as a file (JS-6.4, JS-7.3)."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from cases import downloads
from cases.forms.fields import CHOOSE, REQUIRED
from cases.models import NearingAge
from cases.nearing_age import register
from cases.routes.answers import answered
from cases.routes.ledger_words import names_of_ledgers
from cases.spreadsheets import FORMS
from database import db
from staff.access import access, current_actor
from staff.clock import today
from web.filters import mask_id, term
from web.forms import Form
from workflows.deadlines import month_of
from workflows.roles import READERS

nearing_age_pages = Blueprint("nearing_age", __name__)


class NearingAgeForm(Form):
    act = RadioField(lazy_gettext("做了什么"), [CHOOSE])
    note = TextAreaField(lazy_gettext("情况说明"), [REQUIRED, Length(max=1000)], render_kw={"rows": 3})

    def offer(self) -> None:
        self.act.choices = [(act, term(f"nearing.{act}")) for act in register.ACTS]


@nearing_age_pages.get("/nearing-age")
@access(*READERS)
def index() -> str:
    actor, on = current_actor(), today()
    month, stage = request.args.get("month") or month_of(on), request.args.get("stage") or None
    rows, after = register.page(actor, month, stage, request.args.get("after"))
    given = {"month": month, "stage": stage}
    return render_template(
        "nearing_age/index.html", months=register.months(actor, on), month=month, stage=stage, rows=rows,
        stages=list(register.STAGES), stage_of=register.stage_of, names=names_of_ledgers(actor), on=on,
        following=url_for(".index", **given, after=after) if after else None,
        first=url_for(".index", **given) if request.args.get("after") else None)


@nearing_age_pages.route("/nearing-age/<public_id>", methods=["GET", "POST"])
@access(*READERS)
def person(public_id: str) -> Any:
    actor, form = current_actor(), NearingAgeForm()
    entry, key = register.visible(public_id, actor), None
    form.offer()
    key = entry.id
    if not form.validate_on_submit():
        return _page(entry, form), 400 if form.is_submitted() else 200
    with answered(form):
        register.note(key, form.act.data, form.note.data, actor=actor, on=today())
        flash(_("已记入台账。"), "good")
        return redirect(url_for(".person", public_id=public_id))
    return _page(register.visible(public_id, actor), form), 409


@nearing_age_pages.post("/nearing-age/download")
@access(*READERS)
def download() -> Any:
    """The month as a file. A POST, since the download is an event."""
    actor, form, month = current_actor(), request.form.get("format", ""), request.form.get("month", "")
    if form not in FORMS:
        abort(400)
    query = register.of_month(actor, month, request.form.get("stage") or None)
    made = downloads.take("nearing_age", form, _headings(), map(_line, db.session.scalars(query)),
                          {"month": month, "format": form}, actor=actor, on=today())
    return send_file(made, FORMS[form][1], as_attachment=True, download_name=f"nearing-age-{month}.{form}", max_age=0)


def _headings() -> list[str]:
    return [_("姓名"), _("公民身份号码"), term("term.scheme"), term("term.office"), _("到龄日期"), _("缴费月数"),
            _("进度"), _("告知日期"), _("初审日期"), _("申请日期")]


def _line(entry: NearingAge) -> list[Any]:
    return [entry.name, mask_id(entry.id_number), term(f"scheme.{entry.scheme}"), entry.office.name, entry.reaches_on,
            entry.months_paid, term(f"nearing.{register.stage_of(entry)}"), entry.told_on, entry.reviewed_on,
            entry.applied_on]


def _page(entry: NearingAge, form: NearingAgeForm) -> str:
    return render_template("nearing_age/person.html", entry=entry, form=form, on=today(),
                           stage=register.stage_of(entry), open_here=register.may_note(entry, current_actor()))
