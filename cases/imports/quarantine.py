"""The quarantine file: which row, which field, why. Values masked, safe to open in a spreadsheet."""
import csv
from collections.abc import Iterator
from typing import TextIO

from sqlalchemy import select

from cases.imports.errors import words
from cases.imports.headings import mapping_of
from cases.imports.kinds import KINDS
from cases.models import ImportBatch, ImportRow
from database import db

TITLES = {"zh": ("行号", "字段", "内容", "原因"), "en": ("row", "field", "value", "reason")}
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets read Chinese as noise


def quarantined(batch: ImportBatch, language: str = "zh") -> Iterator[tuple[int, str, str, str]]:
    """(row number, heading of the field, value as written and masked, reason in words), one per error."""
    fields = mapping_of(KINDS[batch.kind].layout).fields
    query = (select(ImportRow.row_number, ImportRow.errors)
             .where(ImportRow.batch_id == batch.id, ImportRow.status == "quarantined")
             .order_by(ImportRow.row_number).execution_options(yield_per=500))
    for number, errors in db.session.execute(query):
        for error in errors:
            spec = fields.get(error["field"])
            yield number, spec.headings[0] if spec else "", error["shown"], words(error["code"], language)


def write_quarantine(batch: ImportBatch, stream: TextIO, language: str = "zh") -> int:
    """CSV; number of lines below the heading."""
    stream.write(BYTE_ORDER_MARK)
    writer = csv.writer(stream)
    writer.writerow(TITLES["en" if language.startswith("en") else "zh"])
    count = 0
    for line in quarantined(batch, language):
        writer.writerow([harmless(cell) for cell in line])
        count += 1
    return count


def harmless(cell: object) -> object:
    """Text that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(STARTS_FORMULA) else cell
