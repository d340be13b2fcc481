"""The working days in force: the years that came with the program, and over them those released here. Read only."""
from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from cases.models import CalendarYear
from database import db
from rules.days_off import HOLIDAY, Arrangement, shipped
from workflows.working_days import Calendar


def arrangements() -> dict[int, Arrangement]:
    """Year -> how it is arranged: by its latest release, else as it came with the program."""
    query = (select(CalendarYear).where(CalendarYear.status == "released").options(selectinload(CalendarYear.days))
             .order_by(CalendarYear.settled_on, CalendarYear.id))
    released = {row.year: arrangement_of(row) for row in db.session.scalars(query)}
    return dict(sorted((dict(shipped()) | released).items()))


def arrangement_of(row: CalendarYear) -> Arrangement:
    days = {one.day: (one.kind, one.name) for one in row.days}
    return Arrangement(row.year, row.document, row.document_no, row.issued_on, days, read=True)


def working_calendar() -> Calendar:
    """A later year speaks last of the December before it."""
    found = arrangements()
    days = {day: kind != HOLIDAY for one in found.values() for day, (kind, _name) in one.days.items()}
    return Calendar(days, frozenset(found))
