"""A dossier is dropped here by anybody, and is told to be ours, altered, or not ours. No personal data are shown."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request
from werkzeug.exceptions import TooManyRequests

from cases.dossier_checks import LARGEST, FileRefused, Verdict, check, read
from cases.forms.dossier_checks import WORDS, CheckForm
from cases.models import Case
from cases.seals.certificates import trusted_roots
from database import db
from staff.access import current_actor, public
from staff.counted import may_go_on
from staff.limits import ADDRESS_CHECKS, limits
from web.signed_in import signed_in_person
from workflows.roles import READERS

blueprint = Blueprint("dossier_checks", __name__)
AROUND = 1024 * 1024  # of the form around the file


@blueprint.url_value_preprocessor
def _no_larger(_endpoint: str | None, _values: object) -> None:
    """Before anybody reads the form: more than this is answered 413, and not read to its end."""
    request.max_content_length = LARGEST + AROUND


@blueprint.route("/dossiers/check", methods=["GET", "POST"])
@public
def check_page() -> Any:
    form, verdict = CheckForm(), None
    if form.is_submitted() and not may_go_on("dossier_check", request.remote_addr or "", ADDRESS_CHECKS):
        raise TooManyRequests(retry_after=limits().lockout_minutes * 60)
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
