"""Rows of a file put beside the register: read, judged, kept as received. Nothing of it is a case yet."""
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

from sqlalchemy import exists, func, insert, or_, select

from cases.imports.errors import RowError
from cases.imports.headings import Mapping
from cases.imports.places import PlaceRefused, Places
from cases.imports.rows import Record, as_dict, benefit_key, content_digest, parse_row
from cases.imports.tables import SourceRow
from cases.models import Case, ImportBatch, ImportRow, Pensioner
from database import db
from database.types import blind_index
from staff.models import NaturalPerson, Office

DATES = ("birth_on", "granted_on", "status_since", "last_certified_on")


def sha256_of(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def chunks(rows: Iterator, size: int) -> Iterator[list]:
    while chunk := list(islice(rows, size)):
        yield chunk


def last_staged(batch: ImportBatch) -> int:
    """Row number up to which an interrupted run had come."""
    return db.session.scalar(select(func.max(ImportRow.row_number)).where(ImportRow.batch_id == batch.id)) or 0


def stage_pensioner(batch: ImportBatch, row: SourceRow, mapping: Mapping, places: Places, on: date) -> dict:
    """Values of the import_row of one pensioner's row."""
    outcome = parse_row(row, mapping, on, lambda id_number: _registered(id_number, batch))
    if isinstance(outcome, Record):
        outcome = _placed(outcome, places)
    if isinstance(outcome, list):
        return refused(batch, row, outcome)
    return good(batch, row, record_json(outcome), outcome.id_number, benefit_key(outcome), outcome.name,
                content_digest(outcome))


def _registered(id_number: str, batch: ImportBatch) -> bool:
    """Whether this person has a case that the area of the batch keeps or pays."""
    pays = select(Office.id).where(Office.path.startswith(batch.office_path))
    return bool(db.session.scalar(select(exists().where(
        NaturalPerson.id_number_index == blind_index(id_number), Pensioner.natural_person_id == NaturalPerson.id,
        Case.pensioner_id == Pensioner.id,
        or_(Case.office_path.startswith(batch.office_path), Case.paying_office_id.in_(pays))))))


def good(batch: ImportBatch, row: SourceRow, record: str, person: str, key: str, name: str, content: str) -> dict:
    """An accepted row. The indexes are keyed hashes: rows can be compared, not read."""
    return _row(batch, row) | {
        "record": record, "status": "good", "errors": [], "person_index": blind_index(person),
        "benefit_index": blind_index(key), "name_index": blind_index(name), "content_index": blind_index(content)}


def refused(batch: ImportBatch, row: SourceRow, errors: list[RowError]) -> dict:
    """A quarantined row with every reason."""
    return _row(batch, row) | {
        "record": None, "status": "quarantined", "errors": [_stored(error) for error in errors],
        "person_index": None, "benefit_index": None, "name_index": None, "content_index": None}


def insert_rows(rows: list[dict]) -> None:
    if rows:
        db.session.execute(insert(ImportRow), rows)


def _row(batch: ImportBatch, row: SourceRow) -> dict:
    raw = row.raw or row.line
    return {"batch_id": batch.id, "row_number": row.number,
            "raw": json.dumps(raw, default=str, ensure_ascii=False)}


def _stored(error: RowError) -> dict:
    return {"field": error.field, "code": error.code, "shown": error.shown}


def _placed(record: Record, places: Places) -> Record | list[RowError]:
    """The record with places as office codes; a place nobody knows is an error of its field."""
    found, errors = {}, []
    for field, finder in places.finders.items():
        written = getattr(record, field)
        try:
            found[field] = finder(written)
        except PlaceRefused as unknown:
            errors.append(RowError(record.row_number, field, unknown.code, (written or "")[:40]))
    if errors:
        return errors
    if record.residence_office and not found["residence_office"]:
        # a residence outside the tree of offices is still an address
        found["address"] = " ".join(filter(None, (record.residence_office, record.address)))
    return replace(record, **found)


def record_json(record: Record) -> str:
    return json.dumps(as_dict(record), default=str, ensure_ascii=False)


def record_of(text: str) -> Record:
    """The record that `record_json` wrote."""
    values = json.loads(text)
    dates = {name: date.fromisoformat(values[name]) for name in DATES if values[name]}
    lists = {"rates": tuple((month, fen) for month, fen in values["rates"]), "phones": tuple(values["phones"])}
    return Record(**(values | dates | lists))
