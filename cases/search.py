"""Finding cases: by name, ID number or case number, state, scheme, reason, office, due date. Within the area (A1)."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, select
from sqlalchemy.orm import contains_eager, joinedload

from cases.models import Case, NameCharacter, Pensioner
from cases.names import name_parts
from database import db
from database.types import blind_index
from staff.actor import AFTER_SLASH, Actor, in_area
from staff.id_numbers import valid_id_number
from staff.models import NaturalPerson, Office
from workflows.deadlines import first_day, next_month

PAGE = 50
PAID = ("pending", "verified", "resumed")
READERS = ("grassroots_officer", "caseworker", "reviewer", "approver", "inspector")


@dataclass(frozen=True)
class Wanted:
    """What is looked for; None or empty asks for nothing. office: path of an office, its branches included;
    person: public id of a pensioner, as found by ID number;
    paid: anything asks for the states in which the benefit is paid;
    started_by, started_after: bounds of the period's first day, for those who are still asked to certify."""

    text: str = ""
    state: str | None = None
    scheme: str | None = None
    reason: str | None = None
    due_before: date | None = None
    due_from: date | None = None
    office: str | None = None
    person: str | None = None
    paid: str | None = None
    benefit: str | None = None
    due_month: str | None = None
    started_by: date | None = None
    started_after: date | None = None


@dataclass(frozen=True)
class Found:
    """rows: at most PAGE, by case number; after: last case number, None at the end."""

    rows: list[Case]
    after: str | None


def cases_of(wanted: Wanted, actor: Actor, after: str | None = None) -> Found:
    """One page, in the order of case numbers."""
    query = (limited(select(Case).join(Pensioner, Case.pensioner_id == Pensioner.id), wanted, actor)
             .options(contains_eager(Case.pensioner), joinedload(Case.paying_office))
             .order_by(Case.case_no).limit(PAGE + 1))
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


def limited(query: Select[Any], wanted: Wanted, actor: Actor) -> Select[Any]:
    """`query` over cases and pensioners, narrowed to what is wanted and to the area."""
    query = in_area(query, actor, Case.office_path, READERS)
    equal = {Case.state: wanted.state, Case.scheme: wanted.scheme, Case.state_reason: wanted.reason,
             Case.benefit_kind: wanted.benefit, Pensioner.public_id: wanted.person}
    query = query.where(*(column == value for column, value in equal.items() if value))
    if wanted.paid:
        query = query.where(Case.state.in_(PAID))
    if wanted.office:
        query = query.where(Case.office_path >= wanted.office, Case.office_path < wanted.office[:-1] + AFTER_SLASH)
    return _by_text(_by_dates(query, wanted), wanted.text)


def still_asked() -> ColumnElement[bool]:
    """Those who are asked to certify: not the terminated, nor those stopped because they died."""
    dead = and_(Case.state == "stopped", Case.state_reason == "death", Case.state_reason.is_not(None))
    return and_(Case.state != "terminated", not_(dead))


def _by_dates(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.due_before:
        query = query.where(Case.due_on < wanted.due_before)
    if wanted.due_from:
        query = query.where(Case.due_on >= wanted.due_from)
    if wanted.due_month:
        query = query.where(Case.due_on >= first_day(wanted.due_month),
                            Case.due_on < first_day(next_month(wanted.due_month)))
    if wanted.started_by:
        query = query.where(still_asked(), Case.period_start <= wanted.started_by)
    return query.where(Case.period_start > wanted.started_after) if wanted.started_after else query


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
