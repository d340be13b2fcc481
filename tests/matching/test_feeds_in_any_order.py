"""F1, F2, S8: the same rows shuffled, split into other files and loaded again say the same, whatever comes first."""
from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.feeds import BASE, csv_file, facts, loaded
from tests.sweep.examples import examples

pytestmark = pytest.mark.sqlite_is_enough
PEOPLE = st.sampled_from(("one", "two", "three", "nobody", "no number", "other name"))
DAYS = st.sampled_from(("", "2026-01-05", "2026/1/5", "20260106", "昨天"))
STATUSES = st.sampled_from(("死亡", "1", "正常", "去世"))
ROWS = st.lists(st.tuples(PEOPLE, DAYS, STATUSES), min_size=1, max_size=12)


@examples(usual=8, long=300)
@given(rows=ROWS, data=st.data())
def test_shuffled_split_and_repeated_rows_give_the_same_facts(city, tmp_path_factory, rows, data):
    people = {"one": city[0], "two": city[1], "three": city[2]}
    lines = [(*_written(who, people), day, status) for who, day, status in rows]
    folder = tmp_path_factory.mktemp("files")
    whole = loaded(csv_file(folder, lines, BASE, "整.csv"), "population_base")
    shuffled = data.draw(st.permutations(lines + data.draw(st.lists(st.sampled_from(lines), max_size=4))))
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=3))), len(shuffled)]
    parts = [loaded(csv_file(folder, shuffled[start:end], BASE, f"{at}.csv"), "population_base")
             for at, (start, end) in enumerate(pairwise(cuts)) if end > start]
    assert facts(*parts) == facts(whole)
    for one in (whole, *parts):
        assert one.rows == one.loaded + one.unchanged + one.duplicate + one.quarantined
    assert all(one.loaded == 0 for one in parts if one.id > whole.id), "whatever the whole said is not new"


def _written(who: str, people: dict) -> tuple[str, str]:
    if who in people:
        return people[who].name, people[who].id_number
    return {"nobody": ("王某", "110101195003074516"), "no number": ("王某", ""),
            "other name": ("赵六", people["one"].id_number)}[who]
