"""Spark, in local mode, says what the definition says of one person, and reads the store's own files and leaves the
lists that the engine of one machine finds. One file, for Spark takes seconds to start; left out without Java or Spark.
"""
from __future__ import annotations

import random as chance
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.definition import LISTS, REASONS, OfCase, Sign, day_number
from matching.lists import lists_of
from matching.retracted import EVERY_LOAD, Retracted
from matching.runs import run
from matching.store import BUCKET, Store
from matching.store import LISTS as LIST_SCHEMA
from tests.matching.files import asked, by_reference, write_population, write_signs
from tests.matching.signs import MEANINGS, ON, PROFILES, REASON_OF_CODE
from tests.sweep.examples import examples

pytest.importorskip("pyspark")
pytestmark = [pytest.mark.sqlite_is_enough,
              pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),  # of its own sockets
              pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")]
LATEST = day_number(ON)
SIGN_KINDS = "person long, day int, code short, sure byte, load long, row long"
CASE_KINDS = "case long, person long, profile short, certified int, due int, of_age int, state byte"


def _world(seed: int) -> tuple[list[Sign], dict[int, tuple[int, int, OfCase]]]:
    """Three hundred people, of whom the registers say ten things each at most."""
    random = chance.Random(seed)
    signs = [Sign(random.randrange(300), random.choice((0, *(LATEST - random.randint(0, 400) for _ in range(9)))),
                  random.randint(0, len(MEANINGS) + 1), random.choice((2, 2, 2, 2, 1, 0)), random.randint(1, 3), row)
             for row in range(1_000)]
    cases = {case: (random.randrange(300), random.randrange(len(PROFILES)),
                    OfCase(random.choice((0, LATEST - random.randint(0, 500))),
                           random.choice((0, LATEST + random.randint(-99, 400))),
                           random.choice((0, 0, 0, LATEST - 9, LATEST + 9, 9 - LATEST)))) for case in range(400)}
    return signs, cases


def _by_spark(spark, signs, cases, partitions: int, wrong) -> dict[int, tuple]:
    from matching.spark import lists

    rows = [(sign.person, sign.day, sign.code, sign.sure, sign.load, sign.row) for sign in signs]
    people = [(case, person, profile, told.certified, told.due, told.of_age, 0)
              for case, (person, profile, told) in cases.items()]
    found = lists(spark, spark.createDataFrame(rows, SIGN_KINDS).repartition(partitions),
                  spark.createDataFrame(people, CASE_KINDS), PROFILES, REASON_OF_CODE, wrong)
    assert found.columns == LIST_SCHEMA.names
    return {row["case"]: (LISTS[row["list"]], REASONS[row["reason"]],
                          *((row[name] for name in ("load", "row", "code", "day", "sure")) if row["load"] >= 0 else ()))
            for row in found.collect()}


@given(st.integers(0, 2**32), st.randoms(use_true_random=True))
@examples(1, 40)
def test_spark_says_what_the_definition_says_of_one_person_however_the_signs_lie(spark, seed, random):
    signs, cases = _world(seed)
    wrong = [Retracted(one.person, one.code, one.day, random.choice((EVERY_LOAD, one.load)))
             for one in random.sample(signs, 30)]
    told = by_reference(signs, cases, retracted=wrong)
    again = signs + random.sample(signs, 300)
    random.shuffle(again)
    assert _by_spark(spark, again, cases, random.randint(1, 5), wrong) == told


def _signs(random: chance.Random) -> list[Sign]:
    said = [Sign(random.choice((0, BUCKET)) + random.randrange(40),
                 random.choice((0, *(LATEST - random.randint(0, 400) for _ in range(9)))),
                 random.randint(0, len(MEANINGS) + 1), random.choice((2, 2, 2, 1, 0)), random.randint(1, 3), row)
            for row in range(600)]
    return said + [replace(sign, load=sign.load % 3 + 1, row=sign.row + 1_000) for sign in said]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """People of two buckets, of whom each load says what another said too; the loads were not first seen in order."""
    random, store = chance.Random(11), Store(tmp_path)
    write_signs(store, _signs(random))
    write_population(store, "one", {case: (
        random.choice((0, BUCKET)) + random.randrange(40), random.randrange(len(PROFILES)),
        OfCase(random.choice((0, LATEST - random.randint(0, 500))),
               random.choice((0, LATEST + random.randint(-99, 400))), random.choice((0, 0, LATEST - 9, 9 - LATEST))))
        for case in range(120)})
    write_population(store, "earlier", {1: (1, 0, OfCase())})
    run(store, asked("earlier", {3}))
    run(store, asked("earlier", {2, 3}))
    return store


def _by_case(table: pa.Table) -> list[dict]:
    return table.select(sorted(table.column_names)).sort_by("case").to_pylist()


def test_spark_leaves_the_lists_that_one_machine_finds(spark, store: Store):
    from matching.spark_store import run_on_spark

    wrong = tuple(Retracted(sign.person, sign.code, sign.day, chance.Random(sign.row).choice((2, EVERY_LOAD)))
                  for sign in _signs(chance.Random(11))[:40])
    wanted = asked("one", {1, 2, 3}, retracted=wrong)
    run(store, wanted)
    written = pq.read_table(run_on_spark(spark, store, wanted))
    assert _by_case(written) == _by_case(pa.concat_tables(lists_of(store, "one")))
    assert len(written) == 120


def test_spark_refuses_a_sign_of_the_future_as_one_machine_does(spark, store: Store):
    from matching.spark_store import run_on_spark

    write_signs(store, [Sign(1, LATEST + 1, 1, 2, 4, 1)])
    with pytest.raises(ValueError, match="dated after"):
        run_on_spark(spark, store, asked("one", {1, 4}))
    with pytest.raises(FileNotFoundError):
        run_on_spark(spark, store, asked("nobody", {1}))
