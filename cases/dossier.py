"""The dossier: one PDF of a case, a function of (case, transaction, masked or full, language, template version).

The same record gives the same bytes; the log keeps their SHA-256 when one is issued.
"""
from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from sqlalchemy import select

from audit.events import DossierIssued, Unmasked
from audit.log import record
from cases.dossier_content import content, made_at
from cases.dossier_entries import NotInRecord
from cases.letters import font_folder
from cases.models import Case
from cases.moves import lock_case
from cases.notice_kinds import kinds
from cases.pages import may_issue
from cases.pdf import Attached, render
from cases.wording import print_environment
from database import db, transaction
from staff.access import AccessDenied, lock_actor

TEMPLATE_VERSION = "1"
STYLES = ("print-document.css", "print-dossier.css")
UNMASKED = ("id_number", "payee_account")


def dossier(case: Case | str, *, as_of_tx: str | None = None, masked: bool = True, lang: str = "zh") -> bytes:
    """PDF/A-3a and PDF/UA-1 with the data attached as JSON. `case`: a case or its number; `lang`: zh, en.

    Raises NotInRecord, RareCharacter.
    """
    return printed(content(_found(case), as_of_tx=as_of_tx, masked=masked), lang)


def issue(case: Case | str, *, actor: Any, on: date, as_of_tx: str | None = None, masked: bool = True,
          lang: str = "zh") -> bytes:
    """As `dossier`, and the log says that it was issued, with its hash. Opens its own transaction.

    Raises AccessDenied when rights have gone while it was made (P4).
    """
    found = _found(case)
    case_id, data = found.id, content(found, as_of_tx=as_of_tx, masked=masked)
    document = printed(data, lang)
    db.session.rollback()
    with transaction():
        issued, actor = lock_case(case_id), lock_actor(actor)
        if not actor.is_system and not may_issue(actor, issued.office_path, masked=masked):
            raise AccessDenied("NO_GRANT")
        for field in () if masked else UNMASKED:
            subject = issued.public_id if field == "payee_account" else issued.pensioner.public_id
            record(Unmasked(subject=subject, field=field, purpose="dossier"), case=issued, actor=actor, on=on)
        record(DossierIssued(digest=hashlib.sha256(document).hexdigest(), as_of=data["as_of"]["tx"], masked=masked,
                             language=lang, template_version=TEMPLATE_VERSION),
               case=issued, actor=actor, on=on, command="dossier")
    return document


def dossier_html(data: dict[str, Any], lang: str = "zh") -> str:
    return print_environment(lang).get_template("dossier/dossier.html").render(
        d=data, version=TEMPLATE_VERSION, titles=lambda kind: kinds()[kind].title if kind in kinds() else kind)


def data_json(data: dict[str, Any]) -> bytes:
    """The machine-readable part: UTF-8 JSON, keys sorted."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def printed(data: dict[str, Any], lang: str) -> bytes:
    attached = Attached("dossier.json", data_json(data), "dossier data", "Data")
    identifier = f"dossier {TEMPLATE_VERSION} {data['case']['case_no']} {data['as_of']['tx']} {data['masked']} {lang}"
    return render(dossier_html(data, lang), fonts=font_folder(), styles=STYLES, identifier=identifier.encode(),
                  attachments=(attached,), made_on=made_at(data).replace(tzinfo=None))


def _found(case: Case | str) -> Case:
    found = db.session.scalar(select(Case).where(Case.case_no == case)) if isinstance(case, str) else case
    if found is None:
        raise NotInRecord(case)
    return found
