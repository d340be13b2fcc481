"""A city with a county: three pensioners, and who loads feeds there."""
from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from cases.models import Case, Pensioner
from tests.case_builder import make_case
from tests.matching.feeds import ON
from tests.people import make_account


@pytest.fixture
def feed_store(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """A store of its own for this test."""
    app.config["FEED_STORE"] = str(tmp_path / "store")
    yield tmp_path / "store"
    app.config["FEED_STORE"] = ""


def make_city() -> list[Pensioner]:
    """Three pensioners of county 510107, in the order of their ids, and li.feeds of the city."""
    cases: list[Case] = [make_case(ON, 姓名=name) for name in ("周秀英", "吴建国", "阿依古丽·买买提")]
    make_account("li.feeds", ["caseworker"], "5101")
    return sorted((case.pensioner for case in cases), key=lambda person: person.id)


@pytest.fixture(scope="session")
def spark() -> Iterator[object]:
    """A Spark of this process alone; it takes seconds to start, so there is one for all tests."""
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)  # its workers need pyarrow
        session = (SparkSession.builder.master("local[2]").appName("matching").config("spark.ui.enabled", "false")
                   .config("spark.sql.shuffle.partitions", "3").config("spark.driver.memory", "512m")
                   .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
                   .getOrCreate())
        yield session
        session.stop()


@pytest.fixture
def city(context: Flask, feed_store: Path) -> list[Pensioner]:
    return make_city()
