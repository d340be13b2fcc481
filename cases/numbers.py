"""Numbers that run per office and year: cases, decisions, receipts."""
from __future__ import annotations

from sqlalchemy import select, text

from cases.models import NumberSeries
from database import db
from staff.models import Office

# Whoever else takes the first of a year waits here until the row is committed, and then goes on from it.
BEGUN = text("INSERT INTO number_series (office_code, year, kind, last) VALUES (:office_code, :year, :kind, 0)"
             " ON CONFLICT DO NOTHING")
PREFIX = {"case": "资", "decision": "决", "receipt": "异"}


def next_number(office: Office, year: int, kind: str) -> str:
    """The next number, e.g. 资510107-2026-000123; gap-free, taken under a row lock in the caller's transaction."""
    return numbers(office, year, kind, 1)[0]


def numbers(office: Office, year: int, kind: str, count: int) -> list[str]:
    """The next `count` numbers at once."""
    key = {"office_code": office.code, "year": year, "kind": kind}
    locked = (select(NumberSeries).filter_by(**key).with_for_update()
              .execution_options(populate_existing=True))
    series = db.session.scalar(locked)
    if series is None:
        db.session.execute(BEGUN, key)
        series = db.session.scalars(locked).one()
    first = series.last + 1
    series.last += count
    db.session.flush()
    return [f"{PREFIX[kind]}{office.code}-{year}-{number:06d}" for number in range(first, first + count)]
