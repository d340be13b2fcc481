"""Evidence: bytes kept as received, with their digest in the log."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from audit import events
from audit.log import record
from cases.models import Case, Evidence, EvidenceContent
from cases.moves import lock_case
from cases.refused import attempt, refuse
from database import db
from rules.vocabulary import EVIDENCE_KINDS
from staff.access import lock_actor
from staff.actor import Actor
from workflows.glossary import term

MEDIA_TYPES = ("image/jpeg", "image/png", "application/pdf", "video/mp4", "text/plain", "application/json")
LANGUAGES = ("zh", "en")
LARGEST = 20 * 1024 * 1024


@dataclass(frozen=True)
class Received:
    """A paper, photo or video as it came. `title`: what a person called it, empty where its kind says it all.

    `happened_on`: the day it speaks of.
    """

    kind: str
    title: str
    media_type: str
    content: bytes
    happened_on: date


def title_of_its_own(kind: str, title: str) -> str:
    """The title where it says more than the kind, in whatever language that was once written down; else empty."""
    known = {term(key, language) for key in (f"evidence.{kind}", "term.evidence") for language in LANGUAGES}
    return "" if title in known else title


def add_evidence(case_id: int, received: Received, *, actor: Actor, on: date) -> Evidence:
    """Keep it in the case's file. Raises TransitionRefused."""
    with attempt("add_evidence", actor, on, case_id=case_id):
        return keep(lock_case(case_id), received, actor=lock_actor(actor), on=on)


def keep(case: Case, received: Received, *, actor: Actor, on: date) -> Evidence:
    """The same, inside the caller's transaction."""
    _check(received, on)
    row = Evidence(
        case_id=case.id, kind=received.kind, title=received.title, media_type=received.media_type,
        size=len(received.content), sha256=hashlib.sha256(received.content).hexdigest(),
        happened_on=received.happened_on, produced_by=actor.account_id, received_on=on)
    db.session.add(row)
    db.session.flush()
    db.session.add(EvidenceContent(evidence_id=row.id, content=received.content))
    record(events.EvidenceAdded(
        evidence=row.public_id, kind=row.kind, media_type=row.media_type, size=row.size, sha256=row.sha256,
        happened_on=row.happened_on, received_on=on, producer=actor.natural_person_id), case=case, actor=actor, on=on)
    return row


def _check(received: Received, on: date) -> None:
    if received.kind not in EVIDENCE_KINDS:
        raise refuse("EVIDENCE_KIND_UNKNOWN", kind=received.kind)
    if received.media_type not in MEDIA_TYPES:
        raise refuse("MEDIA_TYPE_NOT_ACCEPTED", media_type=received.media_type)
    if not 0 < len(received.content) <= LARGEST:
        raise refuse("FILE_SIZE", size=len(received.content))
    if received.happened_on > on:
        raise refuse("DATE_IN_FUTURE", date=received.happened_on.isoformat())
