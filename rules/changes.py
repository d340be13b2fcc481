"""What differs between two sets of rules: of one place on two days, or of two places."""

from dataclasses import dataclass

from rules import Rules
from rules.loader import Entry
from rules.schema import KEYS, key_and_row


@dataclass(frozen=True)
class Change:
    """A path whose value or article differs; None where one side has no value."""

    path: str
    old: Entry | None
    new: Entry | None

    @property
    def value_differs(self) -> bool:
        """False where only the article is another."""
        return (self.old and self.old.value) != (self.new and self.new.value)


def changes(old: Rules, new: Rules) -> list[Change]:
    """In the order of the schema, rows in theirs. A later day of checking, or of another since, is no change."""
    paths = sorted({*old.entries, *new.entries}, key=_place)
    found = (Change(path, old.entries.get(path), new.entries.get(path)) for path in paths)
    return [one for one in found if _said(one.old) != _said(one.new)]


def _said(entry: Entry | None) -> tuple[object, str] | None:
    return (entry.value, entry.basis) if entry else None


def _place(path: str) -> tuple[int, int]:
    name, row = key_and_row(path)
    rows = KEYS[name].rows or ()
    return list(KEYS).index(name), rows.index(row) if row in rows else 0
