"""Numbers that run per office and year: cases, decisions, receipts."""
from __future__ import annotations

from sqlalchemy import select

from cases.models import NumberSeries
from database import db
from staff.models import Office

PREFIX = {"case": "资", "decision": "决", "receipt": "异"}


def next_number(office: Office, year: int, kind: str) -> str:
    """The next number, e.g. 资510107-2026-000123; gap-free, taken under a row lock in the caller's transaction."""
    return numbers(office, year, kind, 1)[0]


def numbers(office: Office, year: int, kind: str, count: int) -> list[str]:
    """The next `count` numbers at once."""
    key = {"office_code": office.code, "year": year, "kind": kind}
    series = db.session.scalar(select(NumberSeries).filter_by(**key).with_for_update()
                               .execution_options(populate_existing=True))
    if series is None:
        series = NumberSeries(**key, last=0)
        db.session.add(series)
    first = series.last + 1
    series.last += count
    db.session.flush()
    return [f"{PREFIX[kind]}{office.code}-{year}-{number:06d}" for number in range(first, first + count)]
