"""What a run leaves of each case, and the next one starts from: what is folded of its signs, and where it stands.

The cases themselves are not written again: row for row they are those of the run's population, told by a checksum.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pyarrow as pa

from matching.columns import NEUTRAL, Folded
from matching.files import columns_of, metadata_of, table_of
from matching.packed import Numbers
from matching.store import Store, write_table

FEW = ("loss", "undated", "doubt")  # of few cases: kept as (row, which, key) in a file beside
UNKNOWN = -1
VERDICT_BITS = 8


@dataclass(frozen=True)
class State:
    """verdict: number of a row of the plan's `verdicts`; both it and profile are UNKNOWN of a case that was not there.

    gone: cases of the run that are not among those asked for.
    """

    profile: Numbers
    verdict: Numbers
    folded: Folded
    gone: Numbers


def write_state(store: Store, run: str, bucket: int, people: Mapping[str, Numbers], verdict: Numbers, folded: Folded,
                told: Mapping[str, str]) -> None:
    """The few first: where the state is, they are."""
    path = store.state(run, bucket)
    parts = []
    for which, name in enumerate(FEW):
        keys = getattr(folded, name)
        rows = np.flatnonzero(keys != NEUTRAL[name]).astype(np.int32)
        parts.append(table_of({"at": rows, "which": np.full(len(rows), which, np.int8), "key": keys[rows]}))
    write_table(path.with_name(f"{bucket}.few.parquet"), pa.concat_tables(parts))
    stands = people["profile"].astype(np.int32) << VERDICT_BITS | verdict
    each = table_of({"stands": stands, "proof": folded.proof})
    write_table(path, each.replace_schema_metadata({**told, "cases": _checksum(people["case"], people["person"])}))


def read_state(store: Store, run: str, bucket: int, people: Mapping[str, Numbers]) -> State | None:
    """The state of these cases, in their order; None where the run had no such bucket. The folded may be written to.

    A case that is now about another person counts as new.
    """
    path = store.state(run, bucket)
    if not path.is_file():
        return None
    found = columns_of(path, ("stands", "proof"))
    few = columns_of(path.with_name(f"{bucket}.few.parquet"), ("at", "which", "key"))
    folded = Folded.empty(len(found["proof"]))
    folded.proof[:] = found["proof"]
    for which, name in enumerate(FEW):
        mine = few["which"] == which
        getattr(folded, name)[few["at"][mine]] = few["key"][mine]
    state = State((found["stands"] >> VERDICT_BITS).astype(np.int16),
                  (found["stands"] & (1 << VERDICT_BITS) - 1).astype(np.int8), folded, np.empty(0, np.int64))
    if metadata_of(path)["cases"] == _checksum(people["case"], people["person"]):
        return state
    return _aligned(state, columns_of(store.population(run, bucket), ("case", "person")), people)


def read_verdicts(store: Store, run: str, bucket: int) -> tuple[Numbers, State]:
    """The cases of a run's bucket and their state."""
    people = columns_of(store.population(run, bucket), ("case", "person"))
    return people["case"], read_state(store, run, bucket, people)


def _aligned(state: State, past: Mapping[str, Numbers], people: Mapping[str, Numbers]) -> State:
    case, person, at = people["case"], people["person"], np.zeros(len(people["case"]), np.int64)
    there = np.zeros(len(case), bool)
    if len(past["case"]):
        order = np.argsort(past["case"], kind="stable")
        at = order[np.minimum(np.searchsorted(past["case"], case, sorter=order), len(order) - 1)]
        there = (past["case"][at] == case) & (past["person"][at] == person)

    def _taken(values: Numbers, otherwise: int) -> Numbers:
        found = np.full(len(case), otherwise, values.dtype)
        found[there] = values[at[there]]
        return found

    return State(_taken(state.profile, UNKNOWN), _taken(state.verdict, UNKNOWN),
                 Folded(**{name: _taken(keys, NEUTRAL[name]) for name, keys in vars(state.folded).items()}),
                 np.setdiff1d(past["case"], case, assume_unique=True))


def _checksum(case: Numbers, person: Numbers) -> str:
    return f"{len(case)} {crc32(person.view(np.uint8), crc32(case.view(np.uint8))):08x}"

