"""Promised limits of open decisions in a reader's area: overdue, near their end, paused, told upward. Read only."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import contains_eager, joinedload

from cases.limit_view import Standing, latest_soon, standing_of
from cases.models import Case, Decision, ServiceLimit
from cases.models.decision import OPEN_STAGES
from cases.working_calendar import working_calendar
from database import db
from staff.actor import Actor, area_condition
from workflows.roles import READERS

PAGE = 50
COUNTED = 100
TABS = ("overdue", "soon", "paused", "escalated", "provisional")
NEVER = date(9999, 12, 31)  # a paused limit sorts last
Key = tuple[date, int]


@dataclass(frozen=True)
class Row:
    decision: Decision
    standing: Standing


@dataclass(frozen=True)
class Page:
    """rows: at most PAGE; after: key of the next page, None at the end."""

    rows: list[Row]
    after: Key | None


def page(tab: str, actor: Actor, on: date, after: Key | None = None) -> Page:
    """One page of a tab, the most urgent first. Raises KeyError for an unknown tab."""
    place = tuple_(func.coalesce(ServiceLimit.due_on, NEVER), Decision.id)
    query = (_of(tab, actor, on).order_by(*place.clauses).limit(PAGE + 1)
             .options(contains_eager(Decision.limit).selectinload(ServiceLimit.pauses),
                      contains_eager(Decision.limit).joinedload(ServiceLimit.escalated_to),
                      joinedload(Decision.case).joinedload(Case.pensioner), joinedload(Decision.office)))
    found = list(db.session.scalars(query.where(place > after) if after else query).unique())
    rows = [Row(one, standing_of(one, on)) for one in found[:PAGE]]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(rows, (last.limit.due_on or NEVER, last.id) if last else None)


def counts(actor: Actor, on: date) -> dict[str, int]:
    """tab -> how many, counted up to COUNTED."""
    return {tab: db.session.scalar(select(func.count()).select_from(
        _of(tab, actor, on).with_only_columns(Decision.id).limit(COUNTED).subquery())) for tab in TABS}


def _of(tab: str, actor: Actor, on: date) -> Select[tuple[Decision]]:
    here = Decision.office_path if tab != "escalated" else ServiceLimit.escalated_path
    return (select(Decision).join(ServiceLimit, ServiceLimit.decision_id == Decision.id)
            .where(Decision.stage.in_(OPEN_STAGES), area_condition(actor, here, READERS), _condition(tab, on)))


def _condition(tab: str, on: date) -> ColumnElement[bool]:
    return {
        "overdue": ServiceLimit.due_on < on,
        "soon": ServiceLimit.due_on.between(on, latest_soon(working_calendar(), "", on)),
        "paused": ServiceLimit.due_on.is_(None),
        "escalated": ServiceLimit.escalated_on.is_not(None),
        "provisional": ServiceLimit.provisional.is_(True),
    }[tab]
