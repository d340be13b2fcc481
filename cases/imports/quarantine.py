"""The quarantine file: which row, which field, why. Values masked, safe to open in a spreadsheet."""
from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import select

from cases.imports.errors import words
from cases.imports.headings import mapping_of
from cases.imports.kinds import KINDS
from cases.models import ImportBatch, ImportRow
from cases.spreadsheets import write_csv
from database import db

TITLES = {"zh": ("行号", "字段", "内容", "原因"), "en": ("row", "field", "value", "reason")}
Line = tuple[int, str, str, str]


def quarantined(batch: ImportBatch, language: str = "zh") -> Iterator[Line]:
    """(row number, heading of the field, value as written and masked, reason in words), one per error."""
    fields = mapping_of(KINDS[batch.kind].layout).fields
    query = (select(ImportRow.row_number, ImportRow.errors)
             .where(ImportRow.batch_id == batch.id, ImportRow.status == "quarantined")
             .order_by(ImportRow.row_number).execution_options(yield_per=500))
    for number, errors in db.session.execute(query):
        for error in errors:
            spec = fields.get(error["field"])
            yield number, spec.headings[0] if spec else "", error["shown"], words(error["code"], language)


def write_quarantine(batch: ImportBatch, stream: BinaryIO, language: str = "zh") -> int:
    """CSV; number of lines below the heading."""
    return write_csv(titles(language), quarantined(batch, language), stream)


def titles(language: str) -> tuple[str, ...]:
    return TITLES["en" if language.startswith("en") else "zh"]
