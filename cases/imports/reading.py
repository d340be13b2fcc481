"""Opens a table as offices export it and streams its rows.

`open_table(path, is_heading)` gives a `Table`: its heading row and an iterator of `SourceRow`.
Nothing is interpreted here: a cell is what the file holds (text, number, date, or a formula's text).
Memory does not grow with the number of rows (for XLSX: with the workbook's table of shared strings only).
"""
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cases.imports.csv_tables import open_csv
from cases.imports.tables import FileRefused, IsHeading, Table
from cases.imports.xlsx_tables import open_xlsx


@contextmanager
def open_table(path: Path, is_heading: IsHeading) -> Iterator[Table]:
    """A table of a CSV or XLSX file, told apart by content, not by name. Raises FileRefused."""
    with open(path, "rb") as stream:
        start = stream.read(8)
    if not start:
        raise FileRefused("EMPTY_FILE")
    for magic, opener in OPENERS:
        if start.startswith(magic):
            with opener(path, is_heading) as table:
                yield table
            return


@contextmanager
def _refuse_old_excel(path: Path, is_heading: IsHeading) -> Iterator[Table]:
    raise FileRefused("OLD_EXCEL_FORMAT")
    yield


OPENERS = (
    (b"PK\x03\x04", open_xlsx),
    (b"\xd0\xcf\x11\xe0", _refuse_old_excel),
    (b"", open_csv),
)
