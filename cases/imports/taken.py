"""The rows of one chunk of a release: taken as plain values, and their outcome written back in one statement."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, bindparam, select, update

from cases.models import ImportBatch, ImportRow
from database import db


@dataclass(slots=True)
class Row:
    """`record`: JSON of the clean record. Status, errors and case are what the loading makes of it."""

    row_number: int
    record: str
    person_index: str
    status: str = "good"
    errors: list[dict[str, Any]] = field(default_factory=list)
    case_id: int | None = None


def good_rows(batch: ImportBatch, most: int) -> list[Row]:
    """The next rows to load, in the order of the file; never what was read of it in full (`raw`)."""
    found = db.session.execute(
        select(ImportRow.row_number, ImportRow.record, ImportRow.person_index)
        .where(ImportRow.batch_id == batch.id, ImportRow.status == "good")
        .order_by(ImportRow.row_number).limit(most))
    return [Row(*values) for values in found]


def write_outcomes(batch: ImportBatch, rows: Iterable[Row]) -> None:
    """Status, reasons and case of every row."""
    table = ImportRow.__table__
    step = update(table).where(table.c.batch_id == batch.id, table.c.row_number == bindparam("number")).values(
        status=bindparam("outcome"), errors=bindparam("why", type_=JSON), case_id=bindparam("of_case"))
    db.session.execute(step, [{"number": row.row_number, "outcome": row.status, "why": row.errors,
                               "of_case": row.case_id} for row in rows])


def quarantine(row: Row, field: str, code: str, shown: str = "") -> None:
    """A good row that the register refuses; its reason stands with it."""
    row.status, row.errors = "quarantined", [*row.errors, {"field": field, "code": code, "shown": shown}]
