"""A small store: signs and cases of a test written as runs read them."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from matching.definition import LISTS, REASONS, Found, OfCase, Profile, Sign, find
from matching.files import write_arrays
from matching.lists import changes_of, lists_of
from matching.retracted import Retracted, standing
from matching.runs import Asked, run
from matching.store import BUCKET_BITS, POPULATION, SIGNS, Store, write_table
from tests.matching.signs import ON, PROFILES, REASON_OF_CODE

Person = tuple[int, int, OfCase]  # person, number of the profile, what the case tells


def write_signs(store: Store, signs: Iterable[Sign]) -> set[int]:
    """Numbers of the loads that are there now."""
    by_file: dict[tuple[int, int], list[Sign]] = {}
    for sign in signs:
        by_file.setdefault((sign.load, sign.person >> BUCKET_BITS), []).append(sign)
    for (load, bucket), rows in by_file.items():
        rows = sorted(rows, key=lambda sign: (sign.person, sign.row))
        write_table(store.signs(load, bucket),
                    pa.table({name: [getattr(row, name) for row in rows] for name in SIGNS.names}, schema=SIGNS),
                    in_slices=True)
    return {load for load, _ in by_file}


def write_population(store: Store, name: str, cases: Mapping[int, Person]) -> None:
    """cases: number of the case -> the person it is about."""
    by_bucket: dict[int, list[tuple[int, Person]]] = {}
    for case, person in sorted(cases.items(), key=lambda item: (item[1][0], item[0])):
        by_bucket.setdefault(person[0] >> BUCKET_BITS, []).append((case, person))
    for bucket, rows in by_bucket.items():
        columns = {
            "case": [case for case, _ in rows], "person": [person for _, (person, _, _) in rows],
            "profile": [profile for _, (_, profile, _) in rows], "state": [0] * len(rows),
            **{field: [getattr(told, field) for _, (_, _, told) in rows] for field in ("certified", "due", "of_age")},
        }
        write_arrays(store.population(name, bucket),
                     {field.name: np.array(columns[field.name], str(field.type)) for field in POPULATION})


def asked(name: str, loads: Iterable[int], *, on: date = ON, profiles: Sequence[Profile] = PROFILES, **more) -> Asked:
    return Asked(name, on, tuple(profiles), REASON_OF_CODE, tuple(sorted(loads)), **more)


def matched(root: Path, signs: Sequence[Sign], cases: Mapping[int, Person]) -> dict[int, tuple]:
    """Case -> what `told` gives, by a full run."""
    store = Store(root)
    loads = write_signs(store, signs)
    write_population(store, "one", cases)
    run(store, asked("one", loads), workers=1)
    return listed(store, "one")


def listed(store: Store, name: str) -> dict[int, tuple]:
    return {row["case"]: _row(row) for table in lists_of(store, name) for row in table.to_pylist()}


def changed(store: Store, name: str) -> dict[int, tuple]:
    return {row["case"]: _row(row) for table in changes_of(store, name) for row in table.to_pylist()}


def _row(row: Mapping[str, int]) -> tuple:
    words = (LISTS[row["list"]], REASONS[row["reason"]]) if row["list"] >= 0 else ("gone", "gone")
    return *words, *((row[name] for name in ("load", "row", "code", "day", "sure")) if row["load"] >= 0 else ())


def told(found: Found) -> tuple:
    sign = found.sign
    return found.list, found.reason, *((sign.load, sign.row, sign.code, sign.day, sign.sure) if sign else ())


def by_reference(signs: Sequence[Sign], cases: Mapping[int, Person], profiles=PROFILES,
                 retracted: Sequence[Retracted] = ()) -> dict[int, tuple]:
    counted = standing(signs, retracted)
    return {case: told(find([sign for sign in counted if sign.person == person], about, profiles[profile],
                            REASON_OF_CODE))
            for case, (person, profile, about) in cases.items()}
