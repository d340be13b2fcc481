"""Which column of a file is which field of its source. Pure."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cases.imports.headings import bare
from cases.imports.tables import FileRefused
from rules.feeds import Source

ALWAYS = ("id_number", "name")


@dataclass(frozen=True)
class Columns:
    """at: field -> place in a row; read: the headings taken; unread: those of columns that nobody reads."""

    at: dict[str, int]
    unread: tuple[str, ...]


def is_heading_row(source: Source, cells: Iterable[str]) -> bool:
    """It names the number and the name, as every source does."""
    known = {_fields(source).get(bare(str(cell)), ("",))[0] for cell in cells}
    return known.issuperset(ALWAYS)


def columns_of(source: Source, headings: list[str]) -> Columns:
    """Where two columns could be one field, the more telling heading is taken (a death before its cremation).

    Raises FileRefused: a needed column is missing, or stands twice under one heading.
    """
    found: dict[str, tuple[int, int]] = {}  # field -> rank of its heading, place
    for place, heading in enumerate(headings):
        field, rank = _fields(source).get(bare(heading), ("", 0))
        if not field:
            continue
        if field in found and found[field][0] == rank:
            raise FileRefused("COLUMN_TWICE", columns=heading)
        if field not in found or rank < found[field][0]:
            found[field] = (rank, place)
    missing = [column.headings[0] for column in source.columns if column.name in needed(source)
               and column.name not in found]
    if missing:
        raise FileRefused("COLUMNS_MISSING", columns="、".join(missing))
    taken = {place for _rank, place in found.values()}
    return Columns({field: place for field, (_rank, place) in found.items()},
                   tuple(heading for place, heading in enumerate(headings) if heading and place not in taken))


def needed(source: Source) -> frozenset[str]:
    """Fields without which no row of the source says anything."""
    day = {"day"} if any(meaning.day_needed for meaning in source.meanings) else set()
    return frozenset({*ALWAYS, *day, *([source.decided_by] if source.decided_by else [])})


@lru_cache(maxsize=100)
def _fields(source: Source) -> dict[str, tuple[str, int]]:
    return {bare(heading): (column.name, rank)
            for column in source.columns for rank, heading in enumerate(column.headings)}
