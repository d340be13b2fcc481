"""Made-up registers: people with ID numbers, and twelve months of five sources, five rows a person in all."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from matching.definition import Profile, day_number
from matching.files import write_arrays
from matching.profiles import profile_of, reasons_of
from matching.store import BUCKET, POPULATION, Store
from rules import rules_for
from rules.feeds import catalogue
from workflows.deadlines import add_months

CHUNK = 1 << 20
MONTHS, SOURCES = 12, 5
FIRST = date(2025, 12, 1)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = np.frombuffer(b"10X98765432", np.uint8)
BORN = np.arange("1930-01-01", "1966-01-01", dtype="datetime64[D]")
BORN_AS = np.array([int(str(day).replace("-", "")) for day in BORN], np.int64)
AREAS, ORDERS = 100, 1000
NUMBERS = AREAS * len(BORN) * ORDERS
LIVES = (22, 19, 14, 16)  # codes: face, train, hospital, medical insurance
REPORTS, SHARES = (49, 1, 10, 50, 9, 58), (0.975, 0.008, 0.005, 0.007, 0.003, 0.002)
PLACES = (("510107", "pension", None, 12), ("370202", "pension", None, 12),
          ("510107", "dependants_allowance", "child", 6))


@dataclass(frozen=True)
class World:
    """people: how many; root: folder of everything that is made."""

    people: int
    root: Path

    @property
    def store(self) -> Store:
        return Store(self.root / "store")

    @property
    def loads(self) -> range:
        return range(1, MONTHS * SOURCES + 1)

    def raw(self, load: int) -> Path:
        return self.root / "raw" / f"{load}.parquet"

    @property
    def register(self) -> Path:
        return self.root / "register.parquet"

    def chunks(self) -> Iterator[np.ndarray]:
        for start in range(0, self.people, CHUNK):
            yield np.arange(start, min(start + CHUNK, self.people), dtype=np.int64)


def month_end(month: int) -> date:
    """Last day of a month, counted from 0; a run of that month is held on it."""
    return date.fromordinal(add_months(FIRST, month + 1).toordinal() - 1)


def profiles(on: date) -> tuple[Profile, ...]:
    meanings = tuple(catalogue().meanings.values())
    return tuple(profile_of(rules_for(area, on, "enterprise_employees"), meanings, kind=kind, kinship=kinship,
                            months=months, on=on) for area, kind, kinship, months in PLACES)


def reasons() -> dict[int, int]:
    return reasons_of(catalogue().meanings.values())


def numbers_of(person: np.ndarray) -> np.ndarray:
    """First 17 digits of the ID numbers, one a person, in no order."""
    at = person * 736_878_743 % NUMBERS
    area, rest = at % AREAS, at // AREAS
    return ((510_100 + area) * 10**8 + BORN_AS[rest % len(BORN)]) * 1000 + rest // len(BORN)


def texts_of(numbers: np.ndarray) -> pa.Array:
    """The 18 characters, check character included."""
    text = np.empty((len(numbers), 18), np.uint8)
    total, left = np.zeros(len(numbers), np.int64), numbers.copy()
    for at in range(16, -1, -1):
        left, digit = np.divmod(left, 10)
        text[:, at] = digit + ord("0")
        total += digit * WEIGHTS[at]
    text[:, 17] = CHECK[total % 11]
    offsets = np.arange(0, 18 * len(numbers) + 1, 18, dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def generate(world: World) -> None:
    (world.root / "raw").mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(1)
    with pq.ParquetWriter(world.register, pa.schema([
            ("id", pa.string()), ("case", pa.int64()), ("person", pa.int64()), ("profile", pa.int16()),
            ("certified", pa.int32()), ("due", pa.int32())]), use_dictionary=False) as writer:
        for person in world.chunks():
            writer.write_table(_people(world, person, chance))
    for load in world.loads:
        _load(world, load, chance)


def _people(world: World, person: np.ndarray, chance: np.random.Generator) -> pa.Table:
    """Certified within the last 14 months or never; also written as the bucket of a population."""
    last = day_number(month_end(MONTHS - 1))
    certified = np.where(chance.random(len(person)) < 0.1, 0, last - chance.integers(31, 430, len(person)))
    told = {"case": person + 1, "person": person, "state": np.zeros(len(person), np.int8),
            "profile": chance.choice(len(PLACES), len(person), p=(0.6, 0.35, 0.05)), "certified": certified,
            "due": np.where(certified == 0, last + 60, certified + 365), "of_age": np.zeros(len(person), np.int32)}
    assert BUCKET == CHUNK
    bucket = int(person[0]) // BUCKET
    write_arrays(world.store.population("made", bucket), _as_population(told))
    before = _month_before(told, world.people - world.people // 500, chance)
    write_arrays(world.store.population("made-before", bucket), _as_population(before))
    names = ("case", "person", "profile", "certified", "due")
    kinds = (np.int64, np.int64, np.int16, np.int32, np.int32)
    return pa.table([texts_of(numbers_of(person)),
                     *(pa.array(told[name].astype(kind)) for name, kind in zip(names, kinds, strict=True))],
                    names=["id", *names])


def _as_population(told: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {field.name: told[field.name].astype(str(field.type)) for field in POPULATION}


def _month_before(told: Mapping[str, np.ndarray], known: int, chance: np.random.Generator) -> dict[str, np.ndarray]:
    """A thirteenth was certified since; whoever has a higher number than those known then came since."""
    since, there = chance.random(len(told["case"])) < 1 / 13, told["person"] < known
    earlier = {name: np.where(since & (told["certified"] > 0), told[name] - 365, told[name])
               for name in ("certified", "due")}
    return {name: values[there] for name, values in {**told, **earlier}.items()}


def _load(world: World, load: int, chance: np.random.Generator) -> None:
    """One month of one source, in no order; a hundredth agrees in the number alone."""
    month, source = divmod(load - 1, SOURCES)
    first, last = day_number(add_months(FIRST, month)), day_number(month_end(month))
    schema = pa.schema([("id", pa.string()), ("day", pa.int32()), ("code", pa.int16()), ("sure", pa.int8())])
    left = world.people // MONTHS
    with pq.ParquetWriter(world.raw(load), schema, use_dictionary=["day", "code", "sure"]) as writer:
        while left:
            rows = min(left, CHUNK)
            left -= rows
            code = (np.full(rows, LIVES[source]) if source < len(LIVES) else chance.choice(REPORTS, rows, p=SHARES))
            undated = (code != LIVES[source % len(LIVES)]) & (chance.random(rows) < 0.05) & (code != REPORTS[0])
            day = np.where(undated & (source >= len(LIVES)), 0, chance.integers(first, last + 1, rows))
            sure = np.where(chance.random(rows) < 0.01, 1, 2)
            person = chance.integers(0, world.people, rows)
            writer.write_table(pa.table([texts_of(numbers_of(person)), day.astype(np.int32), code.astype(np.int16),
                                         sure.astype(np.int8)], schema=schema))
