"""Evidence: added to a case, taken out to be looked at."""
from __future__ import annotations

import io
import mimetypes
from typing import Any

from flask import abort, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _

from cases import pages
from cases.evidence import add_evidence
from cases.forms.evidence import EvidenceForm, kind_choices
from cases.routes import evidence_pages
from staff.access import access, current_actor
from staff.clock import today
from web.answers import answered
from workflows.roles import MAKERS, READERS


@evidence_pages.get("/evidence/<public_id>")
@access(*READERS)
def download(public_id: str) -> Any:
    item = pages.visible_evidence(public_id, current_actor())
    content = pages.content_of(item)
    if content is None:
        abort(404)
    name = f"{item.public_id}{mimetypes.guess_extension(item.media_type) or ''}"
    answer = send_file(io.BytesIO(content), mimetype=item.media_type, as_attachment=True, download_name=name, max_age=0)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@evidence_pages.route("/cases/<public_id>/evidence", methods=["GET", "POST"])
@access(*MAKERS)
def add(public_id: str) -> Any:
    case, form = pages.visible_case(public_id, current_actor()), EvidenceForm()
    form.kind.choices = kind_choices()
    if not form.validate_on_submit():
        return render_template("cases/evidence.html", form=form, case=case), 400 if form.is_submitted() else 200
    with answered(form):
        add_evidence(case.id, form.received(), actor=current_actor(), on=today())
        flash(_("材料已存入案卷。"), "good")
        return redirect(url_for("cases.case", public_id=public_id, _anchor="evidence"))
    return render_template("cases/evidence.html", form=form, case=case), 409
