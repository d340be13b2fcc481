"""The tree of offices: GB/T 2260 codes and below, each with its path from the top."""
from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from typing import TextIO

from sqlalchemy import Select, select

from audit.events import OfficeCreated
from audit.log import record
from database import db, transaction
from staff.access import Actor, in_area
from staff.models import Office
from staff.refusals import StaffRefused
from staff.roles import LEVELS

COLUMNS = ("code", "name", "level", "parent")


def create_office(code: str, name: str, level: str, parent: str | None, *, actor: Actor, on: date,
                  phone: str | None = None, address: str | None = None) -> Office:
    """A new office below the one with code `parent` (None: the top), inside the caller's transaction.

    Raises StaffRefused: UNKNOWN_LEVEL, UNKNOWN_OFFICE (the parent), OFFICE_EXISTS, LEVEL_NOT_BELOW_PARENT.
    """
    if level not in LEVELS:
        raise StaffRefused("UNKNOWN_LEVEL", level=level)
    if _by_code(code):
        raise StaffRefused("OFFICE_EXISTS", code=code)
    above = _by_code(parent) if parent else None
    if parent and above is None:
        raise StaffRefused("UNKNOWN_OFFICE", code=parent)
    if above and LEVELS.index(level) <= LEVELS.index(above.level):
        raise StaffRefused("LEVEL_NOT_BELOW_PARENT", code=code)
    office = Office(code=code, name=name, level=level, parent_id=above.id if above else None,
                    path=f"{above.path if above else ''}{code}/", phone=phone, address=address)
    db.session.add(office)
    db.session.flush()
    record(OfficeCreated(code=code, name=name, level=level, path=office.path, parent=parent), actor=actor, on=on,
           office_path=office.path)
    return office


def load_offices(file: TextIO, *, actor: Actor, on: date) -> tuple[int, int]:
    """Create the offices of a CSV (code,name,level,parent[,phone,address]), parents first; all or none.

    Returns (created, already there and left as they are). Raises StaffRefused.
    """
    created = unchanged = 0
    with transaction():
        for row in _rows(file):
            if _by_code(row["code"]):
                unchanged += 1
                continue
            create_office(row["code"], row["name"], row["level"], row["parent"] or None, actor=actor, on=on,
                          phone=row.get("phone") or None, address=row.get("address") or None)
            created += 1
    return created, unchanged


def offices_of(actor: Actor) -> list[Office]:
    """Offices in the actor's area, in the order of the tree."""
    return list(db.session.scalars(in_area(_tree(), actor, Office.path)))


def office_by_code(code: str) -> Office:
    """Raises StaffRefused UNKNOWN_OFFICE."""
    office = _by_code(code)
    if office is None:
        raise StaffRefused("UNKNOWN_OFFICE", code=code)
    return office


def _tree() -> Select[tuple[Office]]:
    return select(Office).order_by(Office.path)


def _by_code(code: str | None) -> Office | None:
    return db.session.scalar(select(Office).where(Office.code == code))


def _rows(file: TextIO) -> Iterable[dict[str, str]]:
    reader = csv.DictReader(file)
    missing = set(COLUMNS) - set(reader.fieldnames or ())
    if missing:
        raise StaffRefused("COLUMN_MISSING", column=", ".join(sorted(missing)))
    for row in reader:
        yield {key: (value or "").strip() for key, value in row.items() if key}


def reaches_everything(actor: Actor, roles: Iterable[str]) -> bool:
    """Whether posts of `roles` cover every top of the tree, and so all that is on record."""
    tops = db.session.scalars(select(Office.path).where(Office.parent_id.is_(None))).all()
    areas = actor.prefixes(roles)
    return bool(tops) and all(path.startswith(areas) for path in tops)
