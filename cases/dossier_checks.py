"""A dossier that somebody brings: is it ours, as it was issued, and of which day.

The log knows the SHA-256 of every dossier handed out. A file it does not know, but that bears a seal we believe or says
that it is one of our cases, was altered, or was never issued; anything else is not ours.
"""
from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pikepdf
from asn1crypto import x509
from sqlalchemy import select

from audit.dossier_proof import ProofHeldBack, own_policy
from audit.events import Recorded, parse
from audit.models import AuditEvent, AuditTx
from audit.verify import Finding, verify_dossier_bytes
from cases.dossier_content import FORMAT
from cases.models import DossierIssue
from cases.seals.checking import FoundSeal, Unreadable, seals_in
from database import db

OURS, ALTERED, NOT_OURS = "ours", "altered", "not_ours"
LARGEST = 20 * 1024 * 1024
DATA = "dossier.json"
LARGEST_DATA = 50 * 1024 * 1024


class FileRefused(ValueError):
    """`code`: FILE_EMPTY, FILE_TOO_LARGE, FILE_TYPE or FILE_BROKEN."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Verdict:
    """outcome: ours, altered or not_ours; `issued` is the event of a file the log knows, or of that it was made from;
    `sealed`: whether that one bore a seal; `proofs`: how many events it proves, None where it brings no proof;
    `damage`: what is wrong with them, as audit/verify.py names it."""

    outcome: str
    seals: tuple[FoundSeal, ...]
    issued: AuditEvent | None
    proofs: int | None = None
    damage: tuple[Finding, ...] = ()

    @property
    def issued_on(self) -> date | None:
        return self.issued.on if self.issued else None

    @property
    def sealed(self) -> bool:
        return self.issued is not None and read(self.issued).data["signed_digest"] is not None


def check(document: bytes, roots: Sequence[x509.Certificate]) -> Verdict:
    """Reads only. `roots`: the authorities whose seals are believed. Raises FileRefused."""
    if not document:
        raise FileRefused("FILE_EMPTY")
    if len(document) > LARGEST:
        raise FileRefused("FILE_TOO_LARGE")
    if not document.startswith(b"%PDF-"):
        raise FileRefused("FILE_TYPE")
    known = _issued(hashlib.sha256(document).hexdigest())
    try:
        seals = tuple(seals_in(document, roots))
    except Unreadable as error:
        if known is None:
            raise FileRefused("FILE_BROKEN") from error
        seals = ()
    proofs, damage = _proofs(document)
    if known is not None:
        return Verdict(OURS, seals, known, proofs, damage)
    first = next((found for seal in seals if (found := _issued(seal.covered))), None)
    ours = first is not None or any(seal.trusted for seal in seals) or _of_our_record(document)
    return Verdict(ALTERED if ours else NOT_OURS, seals, first, proofs if ours else None, damage if ours else ())


def _proofs(document: bytes) -> tuple[int | None, tuple[Finding, ...]]:
    """What the program of the inspectors says of the proofs inside, by the keys of this installation."""
    try:
        policy = own_policy()
    except ProofHeldBack:
        return None, ()
    report = verify_dossier_bytes(document, policy)
    if any(one.code == "no_proofs" for one in report.findings):
        return None, ()
    return report.events, tuple(one for one in report.findings if not one.code.startswith("seal_"))


def read(issued: AuditEvent) -> Recorded:
    return parse(bytes(issued.canonical))


def _issued(sha256: str) -> AuditEvent | None:
    """The first event that issued these very bytes, which it must say itself: the row beside it only finds it."""
    query = select(AuditEvent).join(DossierIssue, DossierIssue.event_id == AuditEvent.id)
    for event in db.session.scalars(query.where(DossierIssue.sha256 == sha256).order_by(AuditEvent.id)):
        told = read(event).data if event.type == "DossierIssued" else {}
        if sha256 == (told.get("signed_digest") or told.get("digest")):
            return event
    return None


def _of_our_record(document: bytes) -> bool:
    """Whether its data name a transaction of this log: something of ours, however it came to look like this."""
    uid = (_data(document).get("as_of") or {}).get("tx")
    return isinstance(uid, str) and db.session.scalar(select(AuditTx.id).where(AuditTx.uid == uid)) is not None


def _data(document: bytes) -> dict[str, Any]:
    try:
        with pikepdf.open(io.BytesIO(document)) as pdf:
            kept = pdf.attachments[DATA].get_file() if DATA in pdf.attachments else None
            raw = kept.read_bytes() if kept is not None and (kept.size or 0) <= LARGEST_DATA else b"{}"
        found = json.loads(raw)
    except (pikepdf.PdfError, ValueError, KeyError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.get("format") == FORMAT else {}
