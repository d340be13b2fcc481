"""The page of a case, and its values shown whole."""
from __future__ import annotations

from typing import Any

from flask import abort, make_response, render_template

from cases import case_view, pages
from cases.forms.work import UnmaskForm
from cases.routes import case_pages
from staff.access import access, current_actor
from staff.clock import today
from workflows.roles import READERS


@case_pages.get("/cases/<public_id>")
@access(*READERS)
def case(public_id: str) -> str:
    actor, on = current_actor(), today()
    pages.note_view(pages.visible_case(public_id, actor), actor, on)
    row = pages.visible_case(public_id, actor)
    shown = {name for name in pages.UNMASKABLE if pages.may_unmask(actor, name, row.office_path)}
    return render_template("cases/case.html", v=case_view.view(row, actor, on), case=row, on=on, may_unmask=shown,
                           unmask_form=UnmaskForm(formdata=None))


@case_pages.post("/cases/<public_id>/unmask")
@access(*READERS)
def unmask(public_id: str) -> Any:
    actor, form = current_actor(), UnmaskForm()
    row = pages.visible_case(public_id, actor)
    if not pages.may_unmask(actor, form.field.data, row.office_path):
        abort(403)
    if not form.validate_on_submit():
        return render_template("cases/unmask.html", form=form, case=row), 400
    value = pages.unmask(row, form.field.data, form.purpose.data, actor=actor, on=today())
    answer = make_response(render_template("cases/unmasked.html", value=value, form=form, case=row))
    answer.headers["Cache-Control"] = "no-store"
    return answer
