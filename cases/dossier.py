"""The dossier: one PDF of a case, a function of (case, transaction, masked or full, language, template version, marks).

The same record gives the same bytes, but for seal and time stamp; the log keeps the SHA-256 of each that is issued,
before and after sealing.
"""
from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import select

from audit.dossier_proof import CaseProof, ProofHeldBack, prove
from audit.events import DossierIssued, Unmasked
from audit.log import record
from cases.dossier_content import content, made_at
from cases.dossier_entries import LEFT_OUT, NotInRecord, printed_words
from cases.dossier_marks import Anchor, Marks, code_svg, code_text
from cases.letters import font_folder
from cases.models import Case, DossierIssue
from cases.moves import lock_case
from cases.notice_kinds import kinds
from cases.pages import may_issue
from cases.pdf import Attached, render
from cases.seals.certificates import Seal, seal_of
from cases.seals.signing import sealed
from cases.wording import print_environment
from database import db, transaction
from database.types import now
from staff.access import AccessDenied, lock_actor

TEMPLATE_VERSION = "2"
STYLES = ("print-document.css", "print-dossier.css")
AGAIN = 3
UNMASKED = ("id_number", "payee_account")


def dossier(case: Case | str, *, as_of_tx: str | None = None, masked: bool = True, lang: str = "zh") -> bytes:
    """PDF/A-3a and PDF/UA-1 with the data attached as JSON. `case`: a case or its number; `lang`: zh, en.

    Raises NotInRecord, RareCharacter.
    """
    return printed(content(_found(case), as_of_tx=as_of_tx, masked=masked), lang)


def issue(case: Case | str, *, actor: Any, on: date, as_of_tx: str | None = None, masked: bool = True,
          lang: str = "zh") -> bytes:
    """As `dossier`, sealed by the office where it has a seal; the log says that it was issued, with its hashes.

    Opens its own transaction. Raises AccessDenied when rights have gone while it was made (P4), SealUnusable.
    """
    found = _found(case)
    case_id = found.id
    seal = seal_of(found.office_path, current_app.config, at=now())
    data, proof = _proven(found, as_of_tx, masked)
    document = printed(data, lang, _marks(seal, proof), proof)
    db.session.rollback()
    signed = sealed(document, seal, stamped_by=current_app.config.get("SEAL_TSA") or "") if seal else None
    with transaction():
        issued, actor = lock_case(case_id), lock_actor(actor)
        if not actor.is_system and not may_issue(actor, issued.office_path, masked=masked):
            raise AccessDenied("NO_GRANT")
        for field in () if masked else UNMASKED:
            subject = issued.public_id if field == "payee_account" else issued.pensioner.public_id
            record(Unmasked(subject=subject, field=field, purpose="dossier"), case=issued, actor=actor, on=on)
        _kept(issued, DossierIssued(
            digest=_sha256(document), signed_digest=_sha256(signed) if signed else None, as_of=data["as_of"]["tx"],
            masked=masked, language=lang, template_version=TEMPLATE_VERSION), actor, on)
    return signed or document


def _proven(case: Case, as_of_tx: str | None, masked: bool) -> tuple[dict[str, Any], CaseProof | None]:
    """What the dossier says, and the log's proof of just that; without one when the log cannot be proven now (R5)."""
    for _ in range(AGAIN):
        data = content(case, as_of_tx=as_of_tx, masked=masked)
        last = data["as_of"]["seq"]
        try:
            proof = prove(case.id, case.public_id, until=last if as_of_tx else None, withheld=LEFT_OUT,
                          printed=printed_words(data))
        except ProofHeldBack:
            return data, None
        if proof.last == last:
            return data, proof
    return data, None  # events came faster than they were read


def _marks(seal: Seal | None, proof: CaseProof | None) -> Marks:
    anchor = Anchor(proof.origin, proof.size, proof.root) if proof else None
    return Marks(seal.holder, seal.trial, anchor) if seal else Marks(anchor=anchor)


def _kept(case: Case, happened: DossierIssued, actor: Any, on: date) -> None:
    """The event, and the row by which the file is found again when somebody brings it."""
    row = record(happened, case=case, actor=actor, on=on, command="dossier")
    db.session.add(DossierIssue(event=row, sha256=happened.signed_digest or happened.digest))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def dossier_html(data: dict[str, Any], lang: str = "zh", marks: Marks = Marks()) -> str:  # noqa: B008, frozen
    words = print_environment(lang)
    return words.get_template("dossier/dossier.html").render(
        d=data, version=TEMPLATE_VERSION, titles=lambda kind: kinds()[kind].title if kind in kinds() else kind,
        marks=marks, code=lambda title: code_svg(code_text(data["case"]["case_no"], data_json(data), marks), title))


def data_json(data: dict[str, Any]) -> bytes:
    """The machine-readable part: UTF-8 JSON, keys sorted."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def printed(data: dict[str, Any], lang: str, marks: Marks = Marks(),  # noqa: B008, frozen
            proof: CaseProof | None = None) -> bytes:
    raw = data_json(data)
    attached = [Attached("dossier.json", raw, "dossier data", "Data")]
    if proof is not None:
        attached.append(Attached("proof.json", proof.proof_json(_sha256(raw), marks.holder), "log proof", "Supplement"))
        attached += [Attached(name, made, "log proof", "Supplement") for name, made in sorted(proof.files.items())]
    identifier = (f"dossier {TEMPLATE_VERSION} {data['case']['case_no']} {data['as_of']['tx']} {data['masked']} {lang} "
                  f"{marks.identity}")
    return render(dossier_html(data, lang, marks), fonts=font_folder(), styles=STYLES, identifier=identifier.encode(),
                  attachments=attached, made_on=made_at(data).replace(tzinfo=None))


def _found(case: Case | str) -> Case:
    found = db.session.scalar(select(Case).where(Case.case_no == case)) if isinstance(case, str) else case
    if found is None:
        raise NotInRecord(case)
    return found
