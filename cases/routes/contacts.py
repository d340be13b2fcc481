"""How people are reached: whom nobody reaches, and a number or address written down."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, StringField
from wtforms.validators import Length, Optional, Regexp

from cases import contacts as commands
from cases import pages
from staff.access import access, current_actor
from staff.clock import today
from web.forms import Form
from workflows.roles import BUSINESS

contacts = Blueprint("contacts", __name__)


PHONES = Regexp(r"\+?[0-9\- ]{7,20}(、\+?[0-9\- ]{7,20}){0,4}$",
                message=lazy_gettext("电话只写数字，几个号码之间用顿号隔开。"))


class ContactForm(Form):
    phone = StringField(lazy_gettext("新的电话"), [Optional(), PHONES],
                        description=lazy_gettext("不变的可不填。几个号码之间用顿号隔开。"),
                        render_kw={"autocomplete": "off"})
    address = StringField(lazy_gettext("新的居住地址"), [Optional(), Length(max=200)],
                          render_kw={"autocomplete": "off"})
    phone_failed = BooleanField(lazy_gettext("登记的电话无人接听或已停机"))


@contacts.get("/contacts")
@access(*BUSINESS)
def index() -> str:
    after = request.args.get("after", type=int)
    rows = commands.unreachable(current_actor(), after)
    shown = rows[:commands.PAGE]
    following = url_for(".index", after=shown[-1].id) if len(rows) > commands.PAGE else None
    return render_template("contacts/index.html", rows=shown, following=following,
                           first=url_for(".index") if after else None)


@contacts.route("/cases/<public_id>/contact", methods=["GET", "POST"])
@access(*BUSINESS)
def change(public_id: str) -> Any:
    actor, form = current_actor(), ContactForm()
    case = pages.visible_case(public_id, actor)
    refusals = commands.contact_refusals(case, actor)
    if refusals or not form.validate_on_submit():
        if not form.is_submitted():
            form.phone_failed.data = case.pensioner.phone_failed_on is not None
        return (render_template("contacts/change.html", form=form, case=case, refusals=refusals),
                (409 if refusals else 400) if form.is_submitted() else 200)
    commands.change_contact(case.id, phone=form.phone.data, address=form.address.data,
                            phone_failed=form.phone_failed.data, actor=actor, on=today())
    flash(_("联系方式已更新。"), "good")
    return redirect(url_for("cases.case", public_id=public_id))
