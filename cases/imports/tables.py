"""The shape of a table as offices export it: headings, and rows of cells as the file holds them. Pure."""
from collections.abc import Callable, Iterator
from dataclasses import dataclass

HEADING_SEARCH_ROWS = 10
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


def source_row(number: int, headings: list[str], cells: list, line: str = "") -> SourceRow | None:
    """A row below the headings; None for an empty one."""
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
