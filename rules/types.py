"""What a rule value may look like. Each type tells its faults as sentences; an empty list is good."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Integer:
    """A whole number between floor and ceiling (both allowed); None only where `optional`."""

    floor: int = 0
    ceiling: int = 100_000
    optional: bool = False

    def faults(self, value: object) -> list[str]:
        if value is None and self.optional:
            return []
        if isinstance(value, bool) or not isinstance(value, int):
            return [f"{value!r} is not a whole number"]
        if value < self.floor:
            return [f"{value} is below the floor {self.floor}"]
        return [f"{value} is above the ceiling {self.ceiling}"] if value > self.ceiling else []


@dataclass(frozen=True)
class Flag:
    def faults(self, value: object) -> list[str]:
        return [] if isinstance(value, bool) else [f"{value!r} is neither true nor false"]


@dataclass(frozen=True)
class Choice:
    """One word of a closed list. Where the list is ordered, nothing before `floor` may be chosen."""

    options: tuple[str, ...]
    floor: str | None = None

    def faults(self, value: object) -> list[str]:
        if value not in self.options:
            return [f"{value!r} is not one of {', '.join(self.options)}"]
        if self.floor and self.options.index(value) < self.options.index(self.floor):
            return [f"{value!r} is below the floor {self.floor!r}"]
        return []


@dataclass(frozen=True)
class ListOf:
    """A list without repetition, each item of one type, at least `shortest` long."""

    item: object
    shortest: int = 0

    def faults(self, value: object) -> list[str]:
        if not isinstance(value, list):
            return [f"{value!r} is not a list"]
        found = [fault for item in value for fault in self.item.faults(item)]
        if len(value) < self.shortest:
            found.append(f"has {len(value)} items, fewer than {self.shortest}")
        if any(item in value[:at] for at, item in enumerate(value)):
            found.append("names an item twice")
        return found


@dataclass(frozen=True)
class Record:
    """A mapping with exactly these fields."""

    fields: Mapping[str, object]

    def faults(self, value: object) -> list[str]:
        if not isinstance(value, dict):
            return [f"{value!r} is not a mapping"]
        if set(value) != set(self.fields):
            return [f"has fields {sorted(value)}, wanted {sorted(self.fields)}"]
        return [
            f"{name}: {fault}" for name, kind in self.fields.items() for fault in kind.faults(value[name])
        ]
