"""A county for each test that asks; what it wrote is proved afterwards."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.promises.county import ON, County


@pytest.fixture
def business_day(app: Flask) -> Iterator[Flask]:
    app.config["TODAY"] = ON
    yield app
    app.config.pop("TODAY")


@pytest.fixture
def county(business_day: Flask) -> Iterator[County]:
    made = County(business_day)
    yield made
    made.keeps_every_promise()
