"""What stands beside the log, by what it is evidence of, and how long each is kept. Years and citations are the rules'.

The years run from the end of the year (rules/national/offices.yaml): of the last entry of a case for what belongs to
it, so that a file goes as a whole; of the event itself for the rest.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from audit.events import TYPES
from audit.models import AuditEvent, AuditPersonal
from database import db
from database.many import among
from rules import rules_for

REGISTRATION, INSPECTION, VERIFICATION = "registration", "inspection", "verification"
KEYS = {REGISTRATION: "registration_retention_years", INSPECTION: "inspection_retention_years",
        VERIFICATION: "retention_years"}
CLASS_OF = {
    "CaseEntered": REGISTRATION, "IdentityChanged": REGISTRATION, "PayeeChanged": REGISTRATION,
    "ContactChanged": REGISTRATION,
    "InspectionEntered": INSPECTION, "FindingCorrected": INSPECTION, "ServiceSampled": INSPECTION,
}
KEPT = frozenset({"account", "grant", "sign_in"})  # families of the agency's own people: no rule ends their keeping
NOT_OF_THE_FILE = frozenset({"access"})  # looking at a file, or erasing from it, makes it no younger


@dataclass(frozen=True)
class Term:
    """One class at offices with the same rule: kept where the last entry is on or after `since`. paths: office paths,
    None for events of no office."""

    name: str
    since: date
    basis: str
    paths: tuple[str | None, ...]


def class_of(kind: str) -> str | None:
    """Of an event's type; None where nothing ends its keeping."""
    return None if TYPES[kind].FAMILY in KEPT else CLASS_OF.get(kind, VERIFICATION)


def kept_since(name: str, office_path: str | None, on: date) -> tuple[date, str]:
    """The first day whose entries are still kept on `on`, and the article that says how long."""
    entry = rules_for((office_path or "").rstrip("/").rsplit("/", 1)[-1], on).entry(KEYS[name])
    return date(on.year - int(entry.value), 1, 1), entry.basis


def terms(on: date) -> list[Term]:
    """Every class with the rules in force on that day for the offices that have events."""
    paths = db.session.scalars(select(AuditEvent.office_path).distinct())
    found = []
    for path in sorted(paths, key=str):
        found += [(name, *kept_since(name, path, on), path) for name in KEYS]
    found.sort(key=lambda one: (*map(str, one[:3]), str(one[3])))
    return [Term(*same, tuple(path for *_rest, path in group))
            for same, group in groupby(found, key=lambda one: one[:3])]


def due(term: Term) -> Select[tuple[int, str, str, str, bytes, int | None]]:
    """(event id, field, event uid, type, canonical bytes, case id) of each value that is kept no longer."""
    types = [name for name in TYPES if class_of(name) == term.name and TYPES[name].PERSONAL]
    return (select(AuditPersonal.event_id, AuditPersonal.field, AuditEvent.uid, AuditEvent.type, AuditEvent.canonical,
                   AuditEvent.case_id)
            .join(AuditEvent, AuditEvent.id == AuditPersonal.event_id)
            .where(AuditPersonal.erased_at.is_(None), AuditEvent.type.in_(types), AuditEvent.on < term.since,
                   _at(term), _file_is_closed(term))
            .order_by(AuditPersonal.event_id, AuditPersonal.field))


def counted(on: date) -> Iterator[tuple[Term, int]]:
    for term in terms(on):
        number = db.session.scalar(select(func.count()).select_from(due(term).order_by(None).subquery())) or 0
        if number:
            yield term, number


def _at(term: Term) -> ColumnElement[bool]:
    named = among(AuditEvent.office_path, [path for path in term.paths if path is not None], item=str)
    return or_(named, AuditEvent.office_path.is_(None)) if None in term.paths else named


def _file_is_closed(term: Term) -> ColumnElement[bool]:
    """No entry of the case's record since; an event of no case stands for itself."""
    later = aliased(AuditEvent)
    looks = [name for name in TYPES if TYPES[name].FAMILY in NOT_OF_THE_FILE]
    of_case = and_(later.case_id == AuditEvent.case_id, later.on >= term.since, later.type.not_in(looks))
    return or_(AuditEvent.case_id.is_(None), ~exists().where(of_case))
