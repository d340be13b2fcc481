"""What a run leaves of each case, and the next one starts from: what is folded of its signs, and where it stands."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from matching.columns import NEUTRAL, Folded
from matching.files import columns_of
from matching.packed import Numbers
from matching.store import Store, write_table

FEW = ("loss", "undated", "doubt")  # of few cases: kept as (row, which, key) in a file beside
UNKNOWN = -1


@dataclass(frozen=True)
class State:
    """person: within the bucket; verdict: number of a row of the plan's `verdicts`; both UNKNOWN of a new case."""

    case: Numbers
    person: Numbers
    profile: Numbers
    verdict: Numbers
    folded: Folded

    def aligned(self, case: Numbers, person: Numbers) -> State:
        """The same of these cases, in their order; a case that is now about another person counts as new."""
        if np.array_equal(self.case, case) and np.array_equal(self.person, person):
            return self
        order = np.argsort(self.case, kind="stable")
        at = order[np.minimum(np.searchsorted(self.case, case, sorter=order), max(len(order) - 1, 0))] \
            if len(order) else np.zeros(len(case), np.int64)
        there = (self.case[at] == case) & (self.person[at] == person) if len(order) else np.zeros(len(case), bool)

        def _taken(values: Numbers, otherwise: int) -> Numbers:
            found = np.full(len(case), otherwise, values.dtype)
            found[there] = values[at[there]]
            return found

        folded = Folded(**{name: _taken(keys, NEUTRAL[name]) for name, keys in vars(self.folded).items()})
        return State(case, person, _taken(self.profile, UNKNOWN), _taken(self.verdict, UNKNOWN), folded)


def write_state(store: Store, run: str, bucket: int, state: State, told: Mapping[str, str]) -> None:
    """The few first: where the state is, they are."""
    path = store.state(run, bucket)
    parts = []
    for which, name in enumerate(FEW):
        keys = getattr(state.folded, name)
        rows = np.flatnonzero(keys != NEUTRAL[name]).astype(np.int32)
        parts.append(_table(at=rows, which=np.full(len(rows), which, np.int8), key=keys[rows]))
    write_table(path.with_name(f"{bucket}.few.parquet"), pa.concat_tables(parts))
    each = _table(case=state.case, person=state.person, profile=state.profile, verdict=state.verdict,
                  proof=state.folded.proof)
    write_table(path, each.replace_schema_metadata(dict(told)))


def read_state(store: Store, run: str, bucket: int) -> State | None:
    """None where the run had no such bucket."""
    path = store.state(run, bucket)
    if not path.is_file():
        return None
    found = columns_of(path, ("case", "person", "profile", "verdict", "proof"))
    few = columns_of(path.with_name(f"{bucket}.few.parquet"), ("at", "which", "key"))
    folded = Folded.empty(len(found["case"]))
    folded.proof = found["proof"]
    for which, name in enumerate(FEW):
        mine = few["which"] == which
        getattr(folded, name)[few["at"][mine]] = few["key"][mine]
    return State(found["case"], found["person"], found["profile"], found["verdict"], folded)


def _table(**values: Numbers) -> pa.Table:
    schema = pa.schema([pa.field(name, pa.from_numpy_dtype(column.dtype), nullable=False)
                        for name, column in values.items()])
    return pa.table([pa.array(column) for column in values.values()], schema=schema)
