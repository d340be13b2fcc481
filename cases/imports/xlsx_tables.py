"""Workbooks: the one sheet with headings, streamed; what would unpack beyond measure is refused unread."""
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cases.imports.tables import HEADING_SEARCH_ROWS, FileRefused, IsHeading, SourceRow, Table, source_row

LARGEST_UNPACKED = 1 << 30
UNSUSPECTED, LARGEST_RATIO = 50 << 20, 150  # bytes; sheets of real lists shrink to a tenth or a fiftieth
BROKEN = (KeyError, ValueError, SyntaxError, EOFError, zlib.error, zipfile.BadZipFile)  # SyntaxError: XML cut off


@contextmanager
def open_xlsx(path: Path, is_heading: IsHeading) -> Iterator[Table]:
    from openpyxl import load_workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904
    _refuse_bombs(path)
    try:
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except BROKEN as broken:
        raise FileRefused("BROKEN_WORKBOOK") from broken
    try:
        if book.epoch == CALENDAR_MAC_1904:
            raise FileRefused("WORKBOOK_COUNTS_FROM_1904")
        yield _only_table(book, is_heading)
    finally:
        book.close()


def _whole(cells: Iterator) -> Iterator:
    """The same; a workbook that turns out to be cut off is refused by name."""
    try:
        yield from cells
    except BROKEN as broken:
        raise FileRefused("BROKEN_WORKBOOK") from broken


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            packed = sum(member.compress_size for member in archive.infolist())
    except zipfile.BadZipFile as broken:
        raise FileRefused("BROKEN_WORKBOOK") from broken
    if unpacked > LARGEST_UNPACKED or (unpacked > UNSUSPECTED and unpacked > packed * LARGEST_RATIO):
        raise FileRefused("WORKBOOK_TOO_LARGE")


def _only_table(book, is_heading: IsHeading) -> Table:
    """The one sheet with headings; rows of a second one must not be lost in silence."""
    expected = {sheet.title: sheet.max_row or 0 for sheet in book.worksheets}
    found = [(sheet, place) for sheet in book.worksheets if (place := _sheet_headings(sheet, is_heading))]
    if not found:
        raise FileRefused("NO_HEADINGS_FOUND")
    if len(found) > 1:
        raise FileRefused("SEVERAL_SHEETS", sheets="、".join(sheet.title for sheet, _ in found))
    sheet, (at, headings) = found[0]
    return Table(headings, _sheet_rows(sheet, at, headings), sheet=sheet.title, expected=expected[sheet.title])


def _sheet_headings(sheet, is_heading: IsHeading) -> tuple[int, list[str]] | None:
    sheet.reset_dimensions()
    for number, cells in enumerate(_whole(sheet.iter_rows(max_row=HEADING_SEARCH_ROWS, values_only=True)), start=1):
        headings = ["" if cell is None else str(cell).strip() for cell in cells]
        if is_heading(headings):
            return number, headings
    return None


def _sheet_rows(sheet, heading_at: int, headings: list[str]) -> Iterator[SourceRow]:
    rows = _whole(sheet.iter_rows(min_row=heading_at + 1, values_only=True))
    for number, cells in enumerate(rows, start=heading_at + 1):
        if row := source_row(number, headings, list(cells)):
            yield row
