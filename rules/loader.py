"""Reads the YAML of one place and refuses whatever the schema does not know.

A folder is a layer: `rules/national`, or a place whose `area.yaml` gives the prefix of its GB/T 2260 codes, and the
schemes its documents speak of where they do not speak of all.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

from rules.schema import KEYS
from rules.vocabulary import SCHEMES

ROOT = Path(__file__).parent
HOUSE = "house: "
FIELDS = {"value", "since", "basis", "checked_on"}


class RulesRefused(ValueError):
    """The YAML breaks the schema; `faults` lists every fault with its place."""

    def __init__(self, faults: list[str]):
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Entry:
    """One value as it stands in the YAML. `until` is the last day in force, None while open."""

    path: str
    value: object
    since: date
    basis: str
    checked_on: date
    layer: str
    until: date | None = None

    @property
    def house(self) -> bool:
        """True where no source states it and this system set it (本系统设定)."""
        return self.basis.startswith(HOUSE)

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, eq=False)  # compared by identity: read once, a key of caches
class Layer:
    """A place. `schemes`: the only schemes its documents speak of; empty for all. title: as people call it."""

    name: str
    prefix: str
    entries: tuple[Entry, ...]
    schemes: tuple[str, ...] = ()
    title: str = ""

    def covers(self, area: str, scheme: str | None) -> bool:
        return area.startswith(self.prefix) and (not self.schemes or scheme in self.schemes)

    def covers_schemes_of(self, other: "Layer") -> bool:
        return not self.schemes or bool(other.schemes) and set(other.schemes) <= set(self.schemes)


class _StrictLoader(yaml.SafeLoader):
    pass


def _mapping_without_repetition(loader, node):
    seen = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise RulesRefused([f"{key!r} stands twice, line {key_node.start_mark.line + 1}"])
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_repetition)


def strict_yaml(text: str) -> object:
    """The document; a key that stands twice is refused. Raises RulesRefused."""
    return yaml.load(text, _StrictLoader)


def parse(text: str, layer: str) -> tuple[list[Entry], list[str]]:
    """Entries of one YAML text, and the faults found."""
    document = strict_yaml(text) or {}
    entries, faults = [], []
    for name, body in document.items():
        if name not in KEYS:
            faults.append(f"{layer}: unknown key {name!r}")
            continue
        for path, row, raw in _versions(name, body, faults, layer):
            found = _faults(name, row, raw)
            faults += [f"{layer}: {path}: {fault}" for fault in found]
            if not found:
                entries.append(Entry(path=path, layer=layer, **raw))
    return entries, faults


def _versions(name, body, faults, layer):
    rows = KEYS[name].rows
    if rows is None:
        yield from ((name, None, raw) for raw in _as_list(body))
        return
    if not isinstance(body, dict):
        faults.append(f"{layer}: {name}: a table needs rows")
        return
    for row, versions in body.items():
        if row not in rows:
            faults.append(f"{layer}: {name}: unknown row {row!r}")
            continue
        yield from ((f"{name}.{row}", row, raw) for raw in _as_list(versions))


def _as_list(body):
    return body if isinstance(body, list) else [body]


def _faults(name: str, row: str | None, raw: object) -> list[str]:
    if not isinstance(raw, dict) or not FIELDS <= set(raw) <= FIELDS | {"until"}:
        return [f"wants exactly {', '.join(sorted(FIELDS))} and perhaps until"]
    found = [
        f"{field} is not a date"
        for field in ("since", "checked_on", "until")
        if field in raw and type(raw[field]) is not date
    ]
    return found + _basis_faults(raw["basis"]) + KEYS[name].kind_of(row).faults(raw["value"])


def _basis_faults(basis: object) -> list[str]:
    if not isinstance(basis, str) or not basis.strip():
        return ["has no basis"]
    page = ROOT.parent / f"{basis.removeprefix(HOUSE)}.md"
    if basis.startswith(HOUSE) and not page.is_file():
        return [f"cites {basis.removeprefix(HOUSE)}, which does not exist"]
    return []


def overlaps(entries: list[Entry]) -> list[str]:
    """Within one layer a value ends where the next begins; two at once are a fault."""
    ordered = sorted(entries, key=lambda entry: (entry.path, entry.since))
    return [
        f"{earlier.layer}: {earlier.path}: {earlier.since} overlaps {later.since}"
        for earlier, later in zip(ordered, ordered[1:], strict=False)
        if earlier.path == later.path
        and (earlier.since == later.since or (earlier.until and earlier.until >= later.since))
    ]


def load_layer(folder: Path) -> Layer:
    """All YAML of one folder. Raises RulesRefused with every fault found."""
    area = folder / "area.yaml"
    about = yaml.safe_load(area.read_text("utf-8")) if area.is_file() else {}
    schemes = tuple(about.get("schemes", ()))
    entries, faults = [], [f"{folder.name}: unknown scheme {one!r}" for one in schemes if one not in SCHEMES]
    for file in sorted(folder.glob("*.yaml")):
        if file != area:
            more, found = parse(file.read_text("utf-8"), folder.name)
            entries += more
            faults += found
    faults += overlaps(entries)
    if faults:
        raise RulesRefused(faults)
    ordered = tuple(sorted(entries, key=lambda entry: (entry.path, entry.since)))
    return Layer(folder.name, str(about.get("prefix", "")), ordered, schemes, about.get("name", folder.name))


@lru_cache
def layers(root: Path = ROOT) -> tuple[Layer, ...]:
    """Every layer, wider areas first."""
    folders = [root / "national", *sorted(path for path in (root / "provinces").glob("*") if path.is_dir())]
    return tuple(sorted(map(load_layer, folders), key=lambda one: (len(one.prefix), one.prefix, one.schemes)))
