"""Cases found again among those of another run; of a load only what is asked for is read."""
from __future__ import annotations

import random as chance
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.files import batches
from matching.same_cases import UNKNOWN, again
from matching.store import ROW_GROUP, SIGNS, Store, write_table
from tests.sweep.examples import examples

pytestmark = pytest.mark.sqlite_is_enough


def _bucket(cases: dict[int, int]) -> dict[str, np.ndarray]:
    """case -> person, as a population has them: by person, then case."""
    rows = sorted((person, case) for case, person in cases.items())
    return {"case": np.array([case for _, case in rows], np.int64),
            "person": np.array([person for person, _ in rows], np.int64)}


@given(st.integers(0, 2**32))
@examples(60, 5_000)
def test_each_case_is_found_where_it_was_and_whoever_came_or_left_is_told(seed):
    random = chance.Random(seed)
    was = {case: random.randrange(30) for case in random.sample(range(90), random.choice((0, 1, 40)))}
    now = {case: random.choice((person, person, person, random.randrange(30))) if random.random() < 0.2 else person
           for case, person in was.items() if random.random() < random.choice((0.9, 1))}
    now |= {case: random.randrange(25, 32) for case in random.sample(range(100, 120), random.choice((0, 0, 2)))}
    old, new = _bucket(was), _bucket(now)
    found = again(old, new)
    assert (found is None) == (was == now)
    if found is None:
        return
    row = {case: at for at, case in enumerate(old["case"].tolist())}
    there = [row[case] if was.get(case) == person else UNKNOWN
             for case, person in zip(new["case"].tolist(), new["person"].tolist(), strict=True)]
    assert found.taken(np.arange(len(was)), UNKNOWN).tolist() == there
    assert found.left_out().tolist() == sorted(set(range(len(was))) - set(there))
    assert found.rows_now(np.arange(len(was))).tolist() == [
        there.index(at) if at in there else UNKNOWN for at in range(len(was))]


def test_of_a_load_only_the_groups_of_rows_that_tell_of_somebody_asked_for_are_read(tmp_path: Path):
    store, rows = Store(tmp_path), 3 * ROW_GROUP
    columns = {name: np.arange(rows) if name in ("person", "row") else np.ones(rows, np.int64) for name in SIGNS.names}
    table = pa.table([pa.array(columns[field.name].astype(str(field.type))) for field in SIGNS], schema=SIGNS)
    write_table(store.signs(1, 0), table, in_slices=True)
    asked = np.array([5, 2 * ROW_GROUP + 7])
    read = [batch["person"].to_pylist() for batch in batches(store.signs(1, 0), asked)]
    told = {person for part in read for person in part}
    assert set(asked.tolist()) <= told
    assert not told & set(range(ROW_GROUP, 2 * ROW_GROUP))
    assert sum(len(batch) for batch in batches(store.signs(1, 0))) == rows
    assert [len(batch) for batch in batches(store.signs(1, 0), np.array([rows + 1]))] == []
