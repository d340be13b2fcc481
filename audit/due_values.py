"""What is kept no longer, for people who appraise it: how much, of which offices and kinds, and value by value.

No value is read: a list of what is due names events and fields.
"""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_

from audit.models import AuditEvent, AuditPersonal
from audit.retention import Term, counted, due, terms
from database import db

PAGE = 50
NEXT = chr(ord("/") + 1)  # paths end with "/": what lies below one is a range that an index serves
Key = tuple[int, str]


@dataclass(frozen=True)
class Due:
    """Values of one class of retention at one office (path, None for none) of one type of event."""

    name: str
    office_path: str | None
    type: str
    values: int


@dataclass(frozen=True)
class Class:
    """One class as the rules of some offices have it: kept so many years, since `since`; `values`: due now."""

    name: str
    years: int
    since: date
    basis: str
    values: int


@dataclass(frozen=True)
class Page:
    """Rows of (event id, field, event uid, type, case id, day, office path), oldest first; `next`: key of the last
    where more follow."""

    rows: list[Row[Any]]
    next: Key | None


def classes(on: date) -> list[Class]:
    """Every class, those with nothing due too, in the order of their names and years."""
    numbers = Counter[tuple[str, date, str]]({_key(term): number for term, number in counted(on)})
    return [Class(term.name, on.year - term.since.year, term.since, term.basis, numbers[_key(term)])
            for term in sorted(terms(on), key=_key)]


def _key(term: Term) -> tuple[str, date, str]:
    return term.name, term.since, term.basis


def grouped(on: date) -> list[Due]:
    """By class, office and type, in that order."""
    found = []
    for term in terms(on):
        rows = _with_place(term).order_by(None).subquery()
        query = select(rows.c.office_path, rows.c.type, func.count()).group_by(rows.c.office_path, rows.c.type)
        found += [Due(term.name, path, kind, number) for path, kind, number in db.session.execute(query)]
    return sorted(found, key=lambda one: (one.name, one.office_path or "", one.type))


def page(on: date, *, office: str | None = None, kind: str | None = None, after: Key | None = None) -> Page:
    """office: a path, of it and all below; kind: a type of event. By key over all classes; no offset."""
    rows: list[Row[Any]] = []
    for term in terms(on):
        query = _with_place(term).limit(PAGE + 1)
        if office is not None:
            query = query.where(AuditEvent.office_path >= office, AuditEvent.office_path < office[:-1] + NEXT)
        if kind is not None:
            query = query.where(AuditEvent.type == kind)
        if after is not None:
            query = query.where(tuple_(AuditPersonal.event_id, AuditPersonal.field) > after)
        rows += db.session.execute(query).all()
    rows.sort(key=lambda row: (row.event_id, row.field))
    return Page(rows[:PAGE], (rows[PAGE - 1].event_id, rows[PAGE - 1].field) if len(rows) > PAGE else None)


def _with_place(term: Term) -> Select[Any]:
    return due(term).with_only_columns(AuditPersonal.event_id, AuditPersonal.field, AuditEvent.uid, AuditEvent.type,
                                       AuditEvent.case_id, AuditEvent.on, AuditEvent.office_path)
