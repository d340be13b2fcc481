"""What other registers send, and what a row of each says of a person: rules/feeds/*.yaml. Pure.

A file a department. A source says either one thing of everybody it names, or what the value of one column decides. Each
(source, meaning) has a `code`, a small whole number that never changes and is never given again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from rules.feeds_schema import faults_of_columns, faults_of_department
from rules.loader import RulesRefused, strict_yaml
from rules.vocabulary import BENEFIT_KINDS, KINSHIPS

ROOT = Path(__file__).parent / "feeds"
COLUMNS = "columns.yaml"
SAYS_NOTHING = 0  # the code of a row that says neither that somebody is entitled nor that they are not


@dataclass(frozen=True)
class Meaning:
    """One thing a source can say: `eligible`, a word of ELIGIBLE_SOURCES, or `loss`, one of LOSS_SIGNS, never both.

    death_source: what a death counts as; saw_person: the source itself verified the person (QD 14);
    benefits, kinships: of whom it says so; day_needed: without a date the row says nothing; values: how it is written.
    """

    code: int
    source: str
    eligible: str | None
    loss: str | None
    death_source: str | None
    saw_person: bool
    benefits: tuple[str, ...]
    kinships: tuple[str, ...]
    day_needed: bool
    values: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class Column:
    """A field of a source's rows and how its column may be headed, the most telling heading first."""

    name: str
    type: str
    headings: tuple[str, ...]
    decides: bool = False


@dataclass(frozen=True)
class Source:
    """A register: whose, how often it comes, after how many days without a row it counts as silent.

    computed: counted by this system from other signs; no file of it is ever taken.
    """

    key: str
    department: str
    every_days: int
    silent_after_days: int
    columns: tuple[Column, ...]
    silent_values: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    basis: str
    checked_on: date
    computed: bool = False

    @property
    def decided_by(self) -> str | None:
        """The column whose value tells the meaning; None where every row says the same."""
        return next((column.name for column in self.columns if column.decides), None)

    @property
    def codes(self) -> dict[str, int]:
        """Value of the deciding column -> code of what it says, SAYS_NOTHING among them."""
        said = {value: meaning.code for meaning in self.meanings for value in meaning.values}
        return dict.fromkeys(self.silent_values, SAYS_NOTHING) | said


@dataclass(frozen=True)
class Catalogue:
    """sources: by key, in the order of the files; meanings: by code."""

    sources: Mapping[str, Source]
    meanings: Mapping[int, Meaning]

    def code(self, source: str, said: str) -> int:
        """The code of what a source says, by the word of its `eligible` or `loss`. Raises KeyError."""
        found = [one.code for one in self.sources[source].meanings if said in (one.eligible, one.loss)]
        if not found:
            raise KeyError(f"{source} does not say {said}")
        return found[0]

    def departments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source.department for source in self.sources.values()))


@lru_cache
def catalogue(root: Path = ROOT) -> Catalogue:
    """Every source. Raises RulesRefused with every fault found."""
    shared = strict_yaml((root / COLUMNS).read_text("utf-8"))
    documents = {path.name: strict_yaml(path.read_text("utf-8"))
                 for path in sorted(root.glob("*.yaml")) if path.name != COLUMNS}
    faults = faults_of_columns(shared)
    for name, document in documents.items():
        faults += faults_of_department(name, document, shared)
    if faults:
        raise RulesRefused(faults)
    sources = [source for document in documents.values() for source in _sources(document, shared)]
    faults = _twice("source", (source.key for source in sources))
    faults += _twice("code", (meaning.code for source in sources for meaning in source.meanings))
    if faults:
        raise RulesRefused(faults)
    meanings = sorted((one for source in sources for one in source.meanings), key=lambda one: one.code)
    return Catalogue(MappingProxyType({source.key: source for source in sources}),
                     MappingProxyType({meaning.code: meaning for meaning in meanings}))


def _twice(what: str, names: Iterable[object]) -> list[str]:
    every = list(names)
    return [f"{what} {name!r} is given twice" for name in dict.fromkeys(every) if every.count(name) > 1]


def _sources(document: dict, shared: dict) -> list[Source]:
    return [_source(key, body, document, shared) for key, body in document["sources"].items()]


def _source(key: str, body: dict, document: dict, shared: dict) -> Source:
    basis = body.get("basis", document["basis"])
    own = {name: {"type": "code" if raw.get("decides") else "date", **raw} for name, raw in body["columns"].items()}
    columns = tuple(Column(name, raw["type"], tuple(raw["headings"]), raw.get("decides", False))
                    for name, raw in {**shared, **own}.items())
    meanings = tuple(_meaning(key, raw, basis) for raw in body["meanings"])
    return Source(key, document["department"], body["every_days"], body["silent_after_days"], columns,
                  tuple(body.get("silent_values", ())), meanings, basis, document["checked_on"],
                  body.get("computed", False))


def _meaning(source: str, raw: dict, basis: str) -> Meaning:
    """A proof of life without a date proves nothing."""
    eligible = raw.get("eligible")
    return Meaning(raw["code"], source, eligible, raw.get("loss"), raw.get("death_source"),
                   raw.get("saw_person", False), tuple(raw.get("benefits", BENEFIT_KINDS)),
                   tuple(raw.get("kinships", KINSHIPS)), raw.get("day_needed", eligible is not None),
                   tuple(raw.get("values", ())), raw.get("basis", basis))
