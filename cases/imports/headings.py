"""The mapping of headings.yaml: which column is which field, and what its values mean. Pure."""
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

import yaml

from cases.imports.cells import plain
from cases.imports.fields import PARSERS
from cases.imports.tables import FileRefused

SOURCE = Path(__file__).with_name("headings.yaml")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    headings: tuple[str, ...]
    required: bool = False
    repeatable: bool = False
    not_after_today: bool = False
    mask: str = ""
    longest: int = 200
    largest_fen: int = 0
    codes: MappingProxyType = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Mapping:
    layout: str
    fields: dict[str, Field]
    by_heading: dict[str, str]
    heading_row_needs: frozenset[str]
    reasons: dict[str, dict[str, str]]
    reason_needed: frozenset[str]
    since_needed: frozenset[str]
    decorations: tuple[str, ...]

    def field_of(self, heading: str) -> str | None:
        return self.by_heading.get(_bare(heading, self.decorations))

    def is_heading_row(self, cells: Iterable[str]) -> bool:
        return self.heading_row_needs <= {self.field_of(cell) for cell in cells}

    def check(self, headings: list[str]) -> None:
        """Raises FileRefused: a required column is missing, or two columns claim one field."""
        fields = [name for heading in headings if (name := self.field_of(heading))]
        twice = sorted({name for name in fields if fields.count(name) > 1 and not self.fields[name].repeatable})
        if twice:
            raise FileRefused("COLUMN_TWICE", columns=self._spelt(twice))
        missing = [name for name, spec in self.fields.items() if spec.required and name not in fields]
        if missing:
            raise FileRefused("COLUMNS_MISSING", columns=self._spelt(missing))

    def unread(self, headings: list[str]) -> list[str]:
        """Headings no field has: their columns are not loaded, and the preview says so."""
        return [heading for heading in headings if heading and not self.field_of(heading)]

    def _spelt(self, names: list[str]) -> str:
        return "、".join(self.fields[name].headings[0] for name in names)


@lru_cache(maxsize=1000)
def _bare(heading: str, decorations: tuple[str, ...]) -> str:
    printable = "".join(char for char in str(heading) if char.isprintable())
    text = "".join(plain("'" + printable).split()).lower()
    for decoration in decorations:
        text = text.replace(decoration, "")
    return text


def _reversed(values: dict[str, list[str]], where: str) -> dict[str, str]:
    """spelling -> code; a spelling with two meanings stops the start."""
    codes: dict[str, str] = {}
    for code, spellings in values.items():
        for spelling in (code, *spellings):
            if codes.setdefault(str(spelling), code) != code:
                raise ValueError(f"{where}: {spelling!r} means both {codes[str(spelling)]} and {code}")
    return codes


@cache
def _decorations() -> tuple[str, ...]:
    return tuple(yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["decorations"])


def bare(heading: str) -> str:
    """A heading without spaces and decorations, in half-width small letters: what headings are compared by."""
    return _bare(heading, _decorations())


@cache
def mapping_of(layout: str) -> Mapping:
    """layout: pensioners, pay_run, payment_returns or recoveries."""
    source = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    chosen = source["layouts"][layout]
    decorations = tuple(source["decorations"])
    values = {name: MappingProxyType(_reversed(codes, name)) for name, codes in source["values"].items()}
    fields = {name: _field(name, spec, values) for name, spec in chosen["fields"].items()}
    return Mapping(
        layout=layout, fields=fields,
        by_heading=_reversed({n: [_bare(h, decorations) for h in f.headings] for n, f in fields.items()}, layout),
        heading_row_needs=frozenset(chosen["heading_row_needs"]),
        reasons={status: _reversed(codes, status) for status, codes in source["reasons"].items()},
        reason_needed=frozenset(source["reason_needed"]), since_needed=frozenset(source["since_needed"]),
        decorations=decorations)


def _field(name: str, spec: dict, values: dict) -> Field:
    spec = dict(spec)
    if spec["type"] not in PARSERS:
        raise ValueError(f"{name}: unknown type {spec['type']}")
    codes = values[spec.pop("values")] if "values" in spec else MappingProxyType({})
    return Field(name=name, codes=codes, **(spec | {"headings": tuple(spec["headings"])}))
