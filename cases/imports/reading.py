"""Opens a table as offices export it and streams its rows.

`open_table(path, known)` gives a `Table`: its heading row and an iterator of `SourceRow`.
Nothing is interpreted here: a cell is what the file holds (text, number, date, or a formula's text).
Memory does not grow with the number of rows (for XLSX: with the workbook's table of shared strings only).
"""
import csv
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HEADING_SEARCH_ROWS = 10
LONGEST_RECORD_LINES = 6
LARGEST_UNPACKED = 1 << 30
UNSUSPECTED, LARGEST_RATIO = 50 << 20, 150  # bytes; sheets of real lists shrink to a tenth or a fiftieth
LONGEST_CELL = 1 << 24  # characters; longer than any, so that a long cell is called too long and not a stray quote
BROKEN = (KeyError, ValueError, SyntaxError, EOFError, zlib.error, zipfile.BadZipFile)  # SyntaxError: XML cut off
DELIMITERS = (",", "\t", ";", "，")
ENCODINGS = ("utf-8", "gb18030")

csv.field_size_limit(LONGEST_CELL)
IsHeading = Callable[[list[str]], bool]


class FileRefused(Exception):
    """The file as a whole cannot be read; `code` is a key of errors.yaml."""

    def __init__(self, code: str, **details: str):
        super().__init__(code, details)
        self.code, self.details = code, details


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row below the headings. `number` counts as a spreadsheet does, the first row of the file being 1.

    `problem` is a key of errors.yaml where the row cannot be split into cells; `raw` is then empty.
    """
    number: int
    raw: list[tuple[str, object]]
    problem: str | None = None
    line: str = ""


@dataclass(slots=True)
class Table:
    headings: list[str]
    rows: Iterator[SourceRow]
    encoding: str = ""
    sheet: str = ""
    expected: int = 0  # rows, for progress only; 0 where nobody knows


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


# --- CSV -------------------------------------------------------------------------------------------------------

@contextmanager
def _open_csv(path: Path, is_heading: IsHeading) -> Iterator[Table]:
    encoding = detect_encoding(path)
    with open(path, encoding=encoding, errors="replace", newline="\n") as stream:
        numbered = enumerate(_lines(stream), start=1)
        headings, delimiter = _csv_headings(numbered, is_heading)
        yield Table(headings, _csv_rows(numbered, headings, delimiter), encoding=encoding,
                    expected=_line_count(path))


def detect_encoding(path: Path) -> str:
    """The encoding in which fewest lines are broken, UTF-8 on a tie: one bad line does not turn a file into noise."""
    with open(path, "rb") as stream:
        mark = stream.read(3)
        if mark.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if mark == b"\xef\xbb\xbf":
            return "utf-8-sig"
        stream.seek(0)
        broken = dict.fromkeys(ENCODINGS, 0)
        for line in stream:
            for encoding in ENCODINGS:
                broken[encoding] += not _decodes(line, encoding)
    return min(ENCODINGS, key=lambda encoding: (broken[encoding], ENCODINGS.index(encoding)))


def _line_count(path: Path) -> int:
    with open(path, "rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _lines(stream) -> Iterator[str]:
    for line in stream:
        yield line.rstrip("\r\n")


def _csv_headings(numbered, is_heading: IsHeading) -> tuple[list[str], str]:
    for number, line in numbered:
        for delimiter in DELIMITERS:
            cells = _split(line, delimiter) or []
            if is_heading(cells):
                return [cell.strip() for cell in cells], delimiter
        if number >= HEADING_SEARCH_ROWS:
            break
    raise FileRefused("NO_HEADINGS_FOUND")


def _split(text: str, delimiter: str) -> list[str] | None:
    """Cells of one record, or None where its quotes do not close."""
    try:
        records = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else []


def _csv_rows(numbered, headings: list[str], delimiter: str) -> Iterator[SourceRow]:
    """A quoted cell may run over some lines; a quote that does not close costs its own line, no other."""
    waiting: list[str] = []
    number = 1 if not headings else 0
    for line_number, line in numbered:
        number = number or line_number
        waiting.append(line)
        while waiting:
            used, row = _next_record(waiting, number, headings, delimiter, final=False)
            if not used:
                break
            del waiting[:used]
            number += 1
            if row:
                yield row
    while waiting:
        used, row = _next_record(waiting, number, headings, delimiter, final=True)
        del waiting[:used]
        number += 1
        if row:
            yield row


def _next_record(waiting, number, headings, delimiter, final) -> tuple[int, SourceRow | None]:
    """(lines used, row). No lines used: more are needed. No row: an empty line."""
    for length in range(1, len(waiting) + 1):
        cells = _split("\n".join(waiting[:length]), delimiter)
        if cells is None:
            continue
        if length > 1 and len(cells) != len(headings):
            break
        return length, _source_row(number, headings, cells, waiting[0])
    else:
        if not final and len(waiting) < LONGEST_RECORD_LINES:
            return 0, None
    return 1, SourceRow(number, [], "STRAY_QUOTE", waiting[0])


def _source_row(number: int, headings: list[str], cells: list, line: str = "") -> SourceRow | None:
    if not any(_holds(cell) for cell in cells):
        return None
    surplus = cells[len(headings):]
    if any(_holds(cell) for cell in surplus):
        return SourceRow(number, [], "TOO_MANY_CELLS", line)
    if any(isinstance(cell, str) and "\ufffd" in cell for cell in cells):
        return SourceRow(number, [], "UNREADABLE_CHARACTERS", line)
    padded = list(cells[:len(headings)]) + [""] * (len(headings) - len(cells))
    return SourceRow(number, list(zip(headings, padded, strict=True)))


def _holds(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


# --- XLSX ------------------------------------------------------------------------------------------------------

@contextmanager
def _open_xlsx(path: Path, is_heading: IsHeading) -> Iterator[Table]:
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
        if row := _source_row(number, headings, list(cells)):
            yield row


OPENERS = (
    (b"PK\x03\x04", _open_xlsx),
    (b"\xd0\xcf\x11\xe0", _refuse_old_excel),
    (b"", _open_csv),
)
