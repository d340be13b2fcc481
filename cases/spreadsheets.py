"""Lists as files: CSV that every spreadsheet reads as Chinese, and XLSX. No cell is taken for a formula."""
from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO

from openpyxl import Workbook

from audit.exports.tables import safe_cell

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets read Chinese as noise
Row = Sequence[Any]


def write_csv(headings: Row, rows: Iterable[Row], stream: BinaryIO) -> int:
    """Lines below the heading. Dates are written as YYYY-MM-DD."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    text.write(BYTE_ORDER_MARK)
    writer, count = csv.writer(text), 0
    writer.writerow(headings)
    for count, row in enumerate(rows, 1):  # noqa: B007  (the count is the answer)
        writer.writerow([safe_cell(cell) for cell in row])
    text.detach()
    return count


def write_xlsx(headings: Row, rows: Iterable[Row], stream: BinaryIO) -> int:
    """Lines below the heading, written as they come. Dates are dates."""
    book = Workbook(write_only=True)
    sheet, count = book.create_sheet(), 0
    sheet.freeze_panes = "A2"
    sheet.append(list(headings))
    for count, row in enumerate(rows, 1):  # noqa: B007
        sheet.append([safe_cell(cell) for cell in row])
    book.save(stream)
    return count


# form -> (writer, media type)
FORMS: dict[str, tuple[Callable[[Row, Iterable[Row], BinaryIO], int], str]] = {
    "csv": (write_csv, "text/csv"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
