"""Finding cases: by name, ID number or case number, state, scheme, reason, office, due date. Within the area (A1)."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from cases.models import Case, NameCharacter, Pensioner
from cases.names import name_parts
from database import db
from database.types import blind_index
from staff.actor import AFTER_SLASH, Actor, in_area
from staff.id_numbers import valid_id_number
from staff.models import NaturalPerson, Office

PAGE = 50
PAID = ("pending", "verified", "resumed")
READERS = ("grassroots_officer", "caseworker", "reviewer", "approver", "inspector")


@dataclass(frozen=True)
class Wanted:
    """What is looked for; None or empty asks for nothing. office: path of an office, its branches included;
    person: public id of a pensioner, as found by ID number;
    paid: anything asks for the states in which the benefit is paid."""

    text: str = ""
    state: str | None = None
    scheme: str | None = None
    reason: str | None = None
    due_before: date | None = None
    due_from: date | None = None
    office: str | None = None
    person: str | None = None
    paid: str | None = None


@dataclass(frozen=True)
class Found:
    """rows: at most PAGE, by case number; after: last case number, None at the end."""

    rows: list[Case]
    after: str | None


def cases_of(wanted: Wanted, actor: Actor, after: str | None = None) -> Found:
    """One page, in the order of case numbers."""
    query = (_limited(select(Case).join(Pensioner, Case.pensioner_id == Pensioner.id), wanted, actor)
             .options(contains_eager(Case.pensioner)).order_by(Case.case_no).limit(PAGE + 1))
    rows = list(db.session.scalars(query.where(Case.case_no > after) if after else query))
    return Found(rows[:PAGE], rows[PAGE - 1].case_no if len(rows) > PAGE else None)


def person_with(id_number: str, actor: Actor) -> str | None:
    """Public id of the pensioner with that ID number and a case in the area; outside it nobody has one (A1).

    Raises StaffRefused BAD_ID_NUMBER.
    """
    query = (select(Pensioner.public_id).join(Case, Case.pensioner_id == Pensioner.id)
             .join(NaturalPerson, Pensioner.natural_person_id == NaturalPerson.id)
             .where(NaturalPerson.id_number_index == blind_index(valid_id_number(id_number))).limit(1))
    return db.session.scalar(in_area(query, actor, Case.office_path, READERS))


def _limited(query: Select[Any], wanted: Wanted, actor: Actor) -> Select[Any]:
    query = in_area(query, actor, Case.office_path, READERS)
    equal = {Case.state: wanted.state, Case.scheme: wanted.scheme, Case.state_reason: wanted.reason,
             Pensioner.public_id: wanted.person}
    query = query.where(*(column == value for column, value in equal.items() if value))
    if wanted.paid:
        query = query.where(Case.state.in_(PAID))
    if wanted.due_before:
        query = query.where(Case.due_on < wanted.due_before)
    if wanted.due_from:
        query = query.where(Case.due_on >= wanted.due_from)
    if wanted.office:
        query = query.where(Case.office_path >= wanted.office, Case.office_path < wanted.office[:-1] + AFTER_SLASH)
    return _by_text(query, wanted.text)


def _by_text(query: Select[Any], text: str) -> Select[Any]:
    """With a digit it begins a case number; else it is a name, whose only character or every pair is in the index."""
    kept = "".join(text.split())
    if any(one.isdigit() for one in kept):
        return query.where(Case.case_no.startswith(kept.upper(), autoescape=True))
    parts = name_parts(kept)
    for part in sorted(one for one in parts if len(one) == max(map(len, parts))):
        query = query.where(Case.pensioner_id.in_(
            select(NameCharacter.pensioner_id).where(NameCharacter.part == part)))
    return query


def offices_below(actor: Actor) -> list[Office]:
    """Offices of the area to choose from, down to the counties: the responsible ones."""
    levels = ("ministry", "province", "city", "county")
    query = in_area(select(Office), actor, Office.path, READERS).where(Office.level.in_(levels))
    return list(db.session.scalars(query.order_by(Office.path)))
