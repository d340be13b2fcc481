"""Who is matched: the cases of an area as files of numbers, a bucket of persons at a time (decision 100).

A case is what the law looks at: its place's rules, kind, kinship and length of period as a profile, and three days.
"""
from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, select

from cases.models import Case, Pensioner
from cases.models.case import STATES
from cases.periods import rules_of_place
from database import db
from matching.definition import NONE, Profile, day_number
from matching.files import write_arrays
from matching.packed import Numbers
from matching.profiles import of_age, profile_of
from matching.store import BUCKET, POPULATION, Store, read_json, write_json
from rules import Rules, rules_by_version
from rules.feeds import catalogue
from staff.actor import AFTER_SLASH
from workflows.deadlines import cycle_between

READ_AT_ONCE = 10_000
Key = tuple[str, str, str | None, int | None]  # version of the rules, kind of benefit, kinship, months
Progress = Callable[[int, int], None]


@dataclass
class Profiles:
    """The profiles of a run, numbered as they are met."""

    on: date
    found: list[Profile] = field(default_factory=list)
    keys: dict[Key, int] = field(default_factory=dict)
    _rules: dict[tuple[str, str], Rules] = field(default_factory=dict)

    def rules(self, path: str, scheme: str) -> Rules:
        if (path, scheme) not in self._rules:
            self._rules[path, scheme] = rules_of_place(path, scheme, self.on)
        return self._rules[path, scheme]

    def number(self, rules: Rules, kind: str, kinship: str | None, months: int | None) -> int:
        key = rules.version, kind, kinship, months
        if key not in self.keys:
            self.keys[key] = len(self.found)
            self.found.append(profile_of(rules, catalogue().meanings.values(), kind=kind, kinship=kinship,
                                         months=months, on=self.on))
        return self.keys[key]

    def versions(self) -> list[str]:
        return sorted({key[0] for key in self.keys})


def within(area: str) -> ColumnElement[bool]:
    return and_(Case.office_path >= area, Case.office_path < area[:-1] + AFTER_SLASH)


def export(store: Store, run: str, area: str, on: date, progress: Progress = lambda _done, _all: None) -> Profiles:
    """Write the population of the run, bucket by bucket, and return its profiles; once whole, it is as it was then."""
    profiles = Profiles(on)
    if known := read_json(_done(store, run)):
        for version, kind, kinship, months in known["profiles"]:
            profiles.number(rules_by_version(version), kind, kinship, months)
        return profiles
    last = db.session.scalar(select(func.max(Case.pensioner_id)).where(within(area))) or 0
    buckets = last // BUCKET + 1
    for bucket in range(buckets):
        columns = [array("q") for _ in POPULATION.names]
        for row in _rows(area, bucket):
            for column, value in zip(columns, _numbers(row, profiles), strict=True):
                column.append(value)
        if columns[0]:
            write_arrays(store.population(run, bucket), _arrays(columns))
        progress(bucket + 1, buckets)
    write_json(_done(store, run), {"profiles": [list(key) for key in profiles.keys]})
    return profiles


def _done(store: Store, run: str) -> Path:
    return store.population(run, 0).with_name("whole.json")


def _rows(area: str, bucket: int) -> Iterator[Any]:
    query: Select[Any] = (
        select(Case.id, Case.pensioner_id, Case.office_path, Case.scheme, Case.benefit_kind, Case.kinship,
               Case.work_capacity, Case.last_certified_on, Case.period_start, Case.due_on, Case.state,
               Pensioner.birth_on).join(Pensioner, Pensioner.id == Case.pensioner_id)
        .where(within(area), Case.state != "terminated", Case.pensioner_id >= bucket * BUCKET,
               Case.pensioner_id < (bucket + 1) * BUCKET).order_by(Case.pensioner_id, Case.id))
    with db.engine.connect() as connection:  # of its own, so that rows come as they are read
        yield from connection.execution_options(yield_per=READ_AT_ONCE).execute(query)


def _numbers(row: Any, profiles: Profiles) -> tuple[int, ...]:
    """In the order of POPULATION."""
    rules = profiles.rules(row.office_path, row.scheme)
    months = cycle_between(row.period_start, row.due_on).months if row.period_start and row.due_on else None
    kinship = row.kinship if row.benefit_kind == "dependants_allowance" else None
    age = of_age(rules, kind=row.benefit_kind, kinship=kinship, born_on=row.birth_on, capacity=row.work_capacity)
    return (row.id, row.pensioner_id, profiles.number(rules, row.benefit_kind, kinship, months),
            _day(row.last_certified_on), _day(row.due_on), age, STATES.index(row.state))


def _day(day: date | None) -> int:
    return day_number(day) if day else NONE


def _arrays(columns: Sequence[array[int]]) -> dict[str, Numbers]:
    return {field.name: np.frombuffer(column, np.int64).astype(str(field.type))
            for column, field in zip(columns, POPULATION, strict=True)}
