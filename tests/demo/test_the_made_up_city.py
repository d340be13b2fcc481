"""The made-up city is made by the real commands and shows every state and every stage."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from cases.models import Case, Decision
from database import db
from demo.cli import build, demo
from invariants import breaches

pytestmark = pytest.mark.sqlite_is_enough

TODAY = date(2026, 11, 20)


@pytest.fixture
def city(context: Flask) -> Flask:
    context.config["TODAY"] = TODAY
    build(60, 1, "a password for the test", TODAY, lambda: None)
    yield context
    context.config.pop("TODAY")


def test_it_shows_every_state_and_every_stage_and_breaks_no_promise(city: Flask) -> None:
    assert set(db.session.scalars(select(Case.state))) == {
        "pending", "verified", "suspended", "stopped", "resumed", "terminated"}
    stages = set(db.session.scalars(select(Decision.stage)))
    assert {"draft", "initial_review", "recheck", "approval", "executed"} <= stages
    assert breaches() == []
    again = city.test_cli_runner().invoke(demo, ["load"])
    assert again.exit_code == 1
    assert "empty" in again.output
