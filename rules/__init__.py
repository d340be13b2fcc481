"""What the law says, as dated and cited values. Pure: no Flask, no SQLAlchemy, no clock.

`rules_for("510107", on)` gives the values in force in that area on that day; a narrower area
overrides a wider one.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Hashable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import product
from types import MappingProxyType

from rules import published
from rules.loader import Entry, Layer, RulesRefused, layers
from rules.schema import KEYS, key_and_row
from rules.vocabulary import SCHEMES

__all__ = [
    "Entry",
    "Rules",
    "RulesNotInForce",
    "RulesRefused",
    "all_entries",
    "change_days",
    "law_of",
    "named_places",
    "current_versions",
    "rules_by_version",
    "rules_for",
]


class RulesNotInForce(LookupError):
    """No value is in force in that area on that day; nothing may be decided by guessing."""


@dataclass(frozen=True, eq=False)
class Rules:
    """The values in force in one area on one day. Keys are those of `rules.schema.KEYS`."""

    entries: Mapping[str, Entry]

    def entry(self, path: str) -> Entry:
        """Value with its basis, since, checked_on and house flag; a table's row as "signatures.resume"."""
        if path in self.entries:
            return self.entries[path]
        name, row = key_and_row(path)
        if name not in KEYS or (row is None) != (KEYS[name].rows is None):
            raise KeyError(path)
        if row is not None and row not in KEYS[name].rows:
            raise KeyError(path)
        raise RulesNotInForce(path)

    def value(self, path: str) -> object:
        """The value; of a table without a row, a dict of row -> value. A copy: nobody can alter the rules."""
        if path in KEYS and KEYS[path].rows:
            return {row: deepcopy(entry.value) for row, entry in self._rows(path).items()}
        return deepcopy(self.entry(path).value)

    def cited(self, table: str) -> dict[str, dict]:
        """Rows of a table of records, each with its `basis`: the shape that calculations take."""
        return {
            row: {**deepcopy(entry.value), "basis": entry.basis} for row, entry in self._rows(table).items()
        }

    def chosen(self, table: str) -> tuple[str, ...]:
        """Rows of a table of flags that are on, in the order of the schema."""
        return tuple(row for row, entry in self._rows(table).items() if entry.value is True)

    def altered(self, values: Mapping[str, object], basis: str) -> "Rules":
        """Other rules with these values (path -> value) in place of what stands there; nothing is written.

        Raises ValueError for a value the schema does not allow, KeyError for a path it does not know.
        """
        for path, value in values.items():
            name, row = key_and_row(path)
            if faults := KEYS[name].kind_of(row).faults(value):
                raise ValueError(f"{path}: {'; '.join(faults)}")
        pattern = next(iter(self.entries.values()))
        changed = {
            path: replace(self.entries.get(path, pattern), path=path, value=deepcopy(value), basis=basis)
            for path, value in values.items()
        }
        return Rules(MappingProxyType({**self.entries, **changed}))

    def _rows(self, table: str) -> dict[str, Entry]:
        if table not in KEYS or not KEYS[table].rows:
            raise KeyError(table)
        found = {
            row: self.entries[f"{table}.{row}"]
            for row in KEYS[table].rows
            if f"{table}.{row}" in self.entries
        }
        if not found:
            raise RulesNotInForce(table)
        return found

    @cached_property
    def version(self) -> str:
        """Sixteen hex digits of SHA-256 over the values in force and their citations."""
        return hashlib.sha256(self.canonical).hexdigest()[:16]

    @cached_property
    def canonical(self) -> bytes:
        """The bytes that `version` is the hash of: JSON by path. A new `checked_on` changes nothing."""
        rows = [[path, entry.value, entry.basis, entry.since] for path, entry in sorted(self.entries.items())]
        return json.dumps(rows, separators=(",", ":"), sort_keys=True, default=str).encode()


def rules_for(area: str, on: date, scheme: str | None = None) -> Rules:
    """Values in force on `on` in the area of an office code such as "510107", for a scheme of insurance.

    Without a scheme, only what holds for all schemes: enough for an office's own limits, not for a case.

    Raises RulesNotInForce before the first `since` of the narrowest place that has rules for the area.
    """
    matching = _layers_of(area, scheme)
    days = _first_days(matching)
    reached = bisect_right(days, on)
    if not reached or not any(entry.in_force(on) for entry in matching[-1].entries):
        raise RulesNotInForce(f"{area} on {on}")
    return _in_force(matching, days[reached - 1])


def change_days(area: str, scheme: str | None = None) -> tuple[date, ...]:
    """Days on which a value of the area begins or has ended, earliest first: between two of them nothing changes."""
    return _first_days(_layers_of(area, scheme))


def law_of(area: str, scheme: str | None = None) -> Hashable:
    """Areas and schemes with the same answer have the same rules on every day."""
    return _layers_of(area, scheme)


def _layers_of(area: str, scheme: str | None) -> tuple[Layer, ...]:
    return _covering(layers(), area, scheme)


@lru_cache(maxsize=10_000)
def _covering(every: tuple[Layer, ...], area: str, scheme: str | None) -> tuple[Layer, ...]:
    return tuple(layer for layer in every if layer.covers(area, scheme))


@lru_cache
def _first_days(matching: tuple[Layer, ...]) -> tuple[date, ...]:
    entries = [entry for layer in matching for entry in layer.entries]
    ends = {date.fromordinal(entry.until.toordinal() + 1) for entry in entries if entry.until}
    return tuple(sorted({entry.since for entry in entries} | ends))


@lru_cache
def _in_force(matching: tuple[Layer, ...], on: date) -> Rules:
    chosen = {
        entry.path: entry
        for layer in matching
        for entry in layer.entries  # ordered by since: the latest in force stays
        if entry.in_force(on)
    }
    return Rules(MappingProxyType(chosen))


def rules_by_version(version: str) -> Rules:
    """The rules a decision was pinned to, though the YAML has changed since.

    Raises KeyError where no area ever had that version, or where the published file was tampered with.
    """
    versions = current_versions()
    return versions[version] if version in versions else _published()[version]


@lru_cache
def _published() -> dict[str, Rules]:
    found = {
        version: Rules(MappingProxyType({entry.path: entry for entry in entries}))
        for version, entries in published.read().items()
    }
    return {version: rules for version, rules in found.items() if rules.version == version}


@lru_cache
def current_versions() -> dict[str, Rules]:
    """Every version that the YAML as it stands gives in some area on some day."""
    found = {}
    for layer, scheme in product(layers(), (None, *SCHEMES)):
        matching = _layers_of(layer.prefix, scheme)
        for day in _first_days(matching):
            rules = _in_force(matching, day)
            found[rules.version] = rules
    return found


def all_entries() -> tuple[Entry, ...]:
    """Every value of every place, past and to come."""
    return tuple(entry for layer in layers() for entry in layer.entries)


def named_places() -> tuple[tuple[str, str], ...]:
    """(prefix of its codes, name) of every place that has rules of its own."""
    return tuple((layer.prefix, layer.title) for layer in layers() if layer.prefix)
