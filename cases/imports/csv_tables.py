"""Text files of one row a line: encoding and delimiter found out, stray quotes kept to their line."""
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cases.imports.tables import HEADING_SEARCH_ROWS, FileRefused, IsHeading, SourceRow, Table, source_row

LONGEST_RECORD_LINES = 6
LONGEST_CELL = 1 << 24  # characters; longer than any, so that a long cell is called too long and not a stray quote
DELIMITERS = (",", "\t", ";", "，")
ENCODINGS = ("utf-8", "gb18030")

csv.field_size_limit(LONGEST_CELL)


@contextmanager
def open_csv(path: Path, is_heading: IsHeading) -> Iterator[Table]:
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
        return length, source_row(number, headings, cells, waiting[0])
    else:
        if not final and len(waiting) < LONGEST_RECORD_LINES:
            return 0, None
    return 1, SourceRow(number, [], "STRAY_QUOTE", waiting[0])
