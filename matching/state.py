"""What a run leaves of each case, and the next one starts from: what is folded of its signs, and where it stands.

The cases themselves are not written again: row for row they are those of the run's population, told by a checksum.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from matching.columns import Folded
from matching.files import columns_of, metadata_of, table_of
from matching.packed import NO_SIGN, Numbers
from matching.store import Store, write_table

FEW_COLUMNS = ("at", "which", "key")  # row of the case, one of columns.FEW, packed sign
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
    """What few cases have stands in a file beside, written first: where the state is, it is."""
    path = store.state(run, bucket)
    few = dict(zip(FEW_COLUMNS, folded.settled(), strict=True))
    write_table(store.few(run, bucket), table_of(few), later=True)
    stands = people["profile"].astype(np.int32) << VERDICT_BITS | verdict
    each = table_of({"stands": stands, "proof": folded.proof})
    told = {**told, "cases": _checksum(people["case"], people["person"])}
    write_table(path, each.replace_schema_metadata(told), later=True)


def read_state(store: Store, run: str, bucket: int, people: Mapping[str, Numbers]) -> State | None:
    """The state of these cases, in their order; None where the run had no such bucket. The folded may be written to.

    A case that is now about another person counts as new.
    """
    path = store.state(run, bucket)
    if not path.is_file():
        return None
    found = columns_of(path, ("stands", "proof"))
    few = columns_of(store.few(run, bucket), FEW_COLUMNS)
    folded = Folded(found["proof"].copy(), [tuple(few.values())])
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

    row, (old, which, key) = np.full(len(past["case"]), UNKNOWN, np.int32), state.folded.settled()
    row[at[there]] = np.flatnonzero(there)
    kept = row[old] != UNKNOWN
    few = row[old[kept]], which[kept], key[kept]
    unsettled = [few, tuple(part[:0] for part in few)]
    return State(_taken(state.profile, UNKNOWN), _taken(state.verdict, UNKNOWN),
                 Folded(_taken(state.folded.proof, NO_SIGN), unsettled),
                 np.setdiff1d(past["case"], case, assume_unique=True))


def _checksum(case: Numbers, person: Numbers) -> str:
    return f"{len(case)} {crc32(person.view(np.uint8), crc32(case.view(np.uint8))):08x}"
