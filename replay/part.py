"""One table as the log tells it: which events write it, and how its rows are read to be compared."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from audit.events import Recorded

Row = dict[str, Any]
Rows = dict[Any, Row]
Applies = Callable[[Rows, Recorded], None]


@dataclass(frozen=True)
class Part:
    """name: of the table, as differences call it; appliers: type of event -> what it does to the rows; query: the rows
    as they stand, columns named, `key` (or `key_1`, `key_2` ...) the public ids they are known by; pensioner: the
    column that places a row in a slice, None where the table is none of a case and compared whole."""

    name: str
    appliers: Mapping[str, Applies]
    query: Callable[[], Select[Any]]
    pensioner: Any = None

    def stored(self, rows: Iterable[Mapping[str, Any]]) -> Rows:
        """Rows of the query by their keys, days and times in ISO 8601."""
        found: Rows = {}
        for row in rows:
            keys = tuple(as_told(row[name]) for name in row if name.startswith("key"))
            values = {name: as_told(value) for name, value in row.items() if not name.startswith("key")}
            found[keys if len(keys) > 1 else keys[0]] = values
        return found


def as_told(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def told(happened: Recorded, *names: str) -> Row:
    """Of the event's data, what it says of these columns."""
    return {name: happened.data[name] for name in names if name in happened.data}
