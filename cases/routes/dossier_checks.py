"""A dossier is dropped here by anybody, and is told to be ours, altered, or not ours. No personal data are shown."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template

from cases.dossier_checks import LARGEST, FileRefused, Verdict, check, read
from cases.forms.dossier_checks import WORDS, CheckForm
from cases.models import Case
from cases.seals.certificates import trusted_roots
from database import db
from staff.access import current_actor, public
from web.signed_in import signed_in_person
from workflows.roles import READERS

blueprint = Blueprint("dossier_checks", __name__)


@blueprint.route("/dossiers/check", methods=["GET", "POST"])
@public
def check_page() -> Any:
    form, verdict = CheckForm(), None
    if form.validate_on_submit():
        try:
            verdict = check(form.file.data.read(LARGEST + 1), trusted_roots(current_app.config))
        except FileRefused as refused:
            form.blame("file", str(WORDS[refused.code]))
    page = render_template("dossier/check.html", form=form, verdict=verdict, case=_case(verdict) if verdict else None)
    return page, 400 if form.errors else 200


def _case(verdict: Verdict) -> Case | None:
    """The case, for a reader in whose area it lies; everybody else is told the same as the public."""
    if verdict.issued is None or signed_in_person() is None:
        return None
    case = db.session.query(Case).filter_by(public_id=read(verdict.issued).meta.case).one_or_none()
    return case if case is not None and current_actor().covers(case.office_path, READERS) else None
