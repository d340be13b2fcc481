"""A rule of an office, whatever the insurance: the strictest that some document states there, else the house's."""
from __future__ import annotations

from datetime import date

from rules import Entry, RulesNotInForce, rules_for
from rules.vocabulary import SCHEMES


def entry_here(path: str, key: str, on: date) -> Entry | None:
    """The entry in force at the office with that path; None where there is none. Of several documents the smallest
    number binds, or the flag that is set: what one insurance asks for, the office does."""
    area = path.rstrip("/").rsplit("/", 1)[-1]
    found = [entry for scheme in (None, *SCHEMES) if (entry := _entry(area, key, on, scheme)) is not None]
    stated = [entry for entry in found if not entry.house]
    return min(stated or found, key=_mildness, default=None)


def _mildness(entry: Entry) -> int:
    return -int(entry.value) if isinstance(entry.value, bool) else int(entry.value)


def _entry(area: str, key: str, on: date, scheme: str | None) -> Entry | None:
    try:
        return rules_for(area, on, scheme).entry(key)
    except RulesNotInForce:
        return None
