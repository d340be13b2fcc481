"""The list of objections (SC-26): those open, oldest first, with days left; those closed, newest first. Read only."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import contains_eager

from cases.models import Case, Objection
from cases.periods import area_of
from cases.verification import open_tasks_of
from database import db
from rules import rules_for
from staff.actor import Actor, area_condition
from workflows.roles import READERS

PAGE = 50
STATUSES = ("open", "upheld", "dismissed")
KINDS = ("to_suspension", "to_data", "to_amount")
Key = tuple[date, int]


@dataclass(frozen=True)
class Row:
    """due_on: by when it is to be decided; days_left: below nothing when that has passed; None once closed;
    verified: whether its verification is done."""

    objection: Objection
    due_on: date
    days_left: int | None
    verified: bool


@dataclass(frozen=True)
class Page:
    """rows: at most PAGE; after: key of the next page, None at the end."""

    rows: list[Row]
    after: Key | None


def visible(actor: Actor) -> ColumnElement[bool]:
    """In the area of a reader, or taken by the reader."""
    return or_(area_condition(actor, Objection.office_path, READERS), Objection.received_by == actor.account_id)


def page(status: str, kind: str | None, actor: Actor, on: date, after: Key | None = None) -> Page:
    """One page of a status; `kind` None for all. Raises KeyError for an unknown status."""
    query = _ordered(status, after).where(visible(actor)).limit(PAGE + 1)
    found = list(db.session.scalars(query.where(Objection.kind == kind) if kind else query).unique())
    waiting = open_tasks_of([one.case_id for one in found[:PAGE]])
    rows = [_row(one, on, one.case_id not in waiting) for one in found[:PAGE]]
    return Page(rows, _key(found[PAGE - 1]) if len(found) > PAGE else None)


def counts(actor: Actor) -> dict[str, int]:
    """status -> how many."""
    query = select(Objection.status, func.count()).where(visible(actor)).group_by(Objection.status)
    return dict.fromkeys(STATUSES, 0) | dict(db.session.execute(query).all())


def _ordered(status: str, after: Key | None) -> Select[tuple[Objection]]:
    query = (select(Objection).join(Case, Objection.case_id == Case.id).where(Objection.status == status)
             .options(contains_eager(Objection.case).joinedload(Case.pensioner),
                      contains_eager(Objection.case).joinedload(Case.paying_office)))
    if status == "open":
        place = tuple_(Objection.lodged_on, Objection.id)
        return (query.where(place > after) if after else query).order_by(Objection.lodged_on, Objection.id)
    place = tuple_(Objection.closed_on, Objection.id)
    return (query.where(place < after) if after else query).order_by(Objection.closed_on.desc(), Objection.id.desc())


def _row(objection: Objection, on: date, verified: bool) -> Row:
    due_on = decided_by(objection)
    left = (due_on - on).days if objection.status == "open" else None
    return Row(objection, due_on, left, verified)


def decided_by(objection: Objection) -> date:
    """The last day to decide it, by the rules of the day it was lodged."""
    return objection.lodged_on + timedelta(_days(area_of(objection.case), objection.lodged_on))


def _days(area: str, on: date) -> int:
    return int(rules_for(area, on).value("objection_decision_days"))


def _key(objection: Objection) -> Key:
    return objection.closed_on or objection.lodged_on, objection.id
