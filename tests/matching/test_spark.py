"""Spark, in local mode, says what the definition says of one person; left out where there is no Java or no Spark."""
from __future__ import annotations

import random as chance
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.definition import LISTS, REASONS, OfCase, Sign, day_number
from matching.retracted import EVERY_LOAD, Retracted
from matching.store import LISTS as LIST_SCHEMA
from tests.matching.files import by_reference
from tests.matching.signs import MEANINGS, ON, PROFILES, REASON_OF_CODE
from tests.sweep.examples import examples

pyspark = pytest.importorskip("pyspark")
pytestmark = [pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
              pytest.mark.filterwarnings("ignore::ResourceWarning")]  # of its own sockets
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
