"""One table as the log tells it: which events write it, and how its rows are read to be compared."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select

from audit.events import SYSTEM, TYPES, Recorded
from audit.events.base import field_types

Row = dict[str, Any]
Rows = dict[Any, Row]
Applies = Callable[[Rows, Recorded], None]
UNTOLD = object()  # an entry older than the field: it says nothing of the column, and nothing is compared


@dataclass(frozen=True)
class Part:
    """name: of the table, as differences call it; appliers: type of event -> what it does to the rows; query: the rows
    as they stand, columns named, `key` (or `key_1`, `key_2` ...) the public ids they are known by; pensioner: the
    column that places a row in a slice, None where the table is compared whole; as_in_log: column -> what makes of its
    value what an event says of it (a digest)."""

    name: str
    appliers: Mapping[str, Applies]
    query: Callable[[], Select[Any]]
    pensioner: Any = None
    as_in_log: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    def stored(self, rows: Iterable[Mapping[str, Any]]) -> Rows:
        """Rows of the query by their keys, days and times in ISO 8601."""
        found: Rows = {}
        for row in rows:
            keys = tuple(as_told(row[name]) for name in row if name.startswith("key"))
            values = {name: as_told(self.as_in_log.get(name, _as_it_is)(value))
                      for name, value in row.items() if not name.startswith("key")}
            found[keys if len(keys) > 1 else keys[0]] = values
        return found


def _as_it_is(value: Any) -> Any:
    return value


def as_told(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def told(happened: Recorded, *names: str) -> Row:
    """Of the event's data, what it says of these columns."""
    return {name: happened.data[name] for name in names if name in happened.data}


def said(name: str) -> Callable[[Recorded], Any]:
    """What an event says in the field; UNTOLD by an entry from before there was one. Raises KeyError."""
    def read(happened: Recorded) -> Any:
        if name in happened.data or name not in field_types(TYPES[happened.type]):
            return happened.data[name]
        return UNTOLD
    return read


def on(happened: Recorded) -> str:
    return happened.meta.on.isoformat()


def by(happened: Recorded) -> str | None:
    """Public id of the account; none where the system acted."""
    return None if happened.meta.actor == SYSTEM else happened.meta.actor


def area(happened: Recorded) -> str | None:
    return happened.meta.office


def case(happened: Recorded) -> str | None:
    return happened.meta.case


Key = str | tuple[str | Callable[[Recorded], Any], ...]


def key_of(key: Key, happened: Recorded) -> Any:
    """Of the fields named, or of what surrounds the event."""
    if isinstance(key, str):
        return happened.data[key]
    return tuple(one(happened) if callable(one) else happened.data[one] for one in key)


def writes(key: Key, *names: str, first: bool = False, **columns: Any) -> Applies:
    """names: columns called as the event's fields; columns: column -> how it is read off the event, or its value.
    first: the row is begun by it, and stays as it is where it has been begun."""
    reads = {name: said(name) for name in names} | columns

    def apply(rows: Rows, happened: Recorded) -> None:
        at = key_of(key, happened)
        if first and at in rows:
            return
        rows.setdefault(at, {}).update(
            (name, read(happened) if callable(read) else read) for name, read in reads.items())
    return apply
