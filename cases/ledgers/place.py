"""The place a ledger is read for: an office of the reader's area, and the places right below it."""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from werkzeug.exceptions import NotFound

from database import db
from staff.actor import AFTER_SLASH, Actor, in_area
from staff.models import Office
from workflows.roles import READERS
from workflows.transition import OFFICE_LEVELS

KEEPING = "county"  # the lowest level that keeps cases; below it a place is where people live


@dataclass(frozen=True)
class Place:
    """office: the one chosen; above: from the top of the reader's area down to it; below: its branches.
    kept: path of the office that keeps the cases of this place; residence: whether its rows are places of residence."""

    office: Office
    above: tuple[Office, ...]
    below: tuple[Office, ...]
    kept: str
    residence: bool

    @property
    def lives_below(self) -> bool:
        """Whether the place itself is one where people live, below the office that keeps their cases."""
        return self.kept != self.office.path


def place_of(code: str | None, actor: Actor, roles: tuple[str, ...] = READERS) -> Place:
    """Of the office with that code; the top of the area of these roles when none is given. Raises NotFound outside."""
    tops = actor.prefixes(roles)
    wanted = Office.code == code if code else Office.path == (tops[0] if tops else "")
    office = db.session.scalar(in_area(select(Office), actor, Office.path, roles).where(wanted))
    if office is None:
        raise NotFound
    lineage = _lineage(office)
    below = db.session.scalars(select(Office).where(Office.parent_id == office.id).order_by(Office.path))
    keeping = next((one.path for one in lineage if one.level == KEEPING), office.path)
    return Place(office, tuple(one for one in lineage if actor.covers(one.path, roles)), tuple(below), keeping,
                 OFFICE_LEVELS.index(office.level) <= OFFICE_LEVELS.index(KEEPING))


def _lineage(office: Office) -> list[Office]:
    """From the top down to the office."""
    codes = office.path.rstrip("/").split("/")
    return list(db.session.scalars(select(Office).where(Office.code.in_(codes)).order_by(Office.path)))


def within(column: object, path: str) -> ColumnElement[bool]:
    """The path column lies at the place or below it; a range, so that an index serves."""
    return (column >= path) & (column < path[:-1] + AFTER_SLASH)  # type: ignore[operator, return-value]


def elsewhere(column: object, path: str) -> ColumnElement[bool]:
    """None of the places below it: another place, the place itself, or none on record."""
    return or_(column.is_(None), column == path, ~within(column, path))  # type: ignore[attr-defined]
