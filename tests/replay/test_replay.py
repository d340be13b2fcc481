"""The log alone gives every state, signature, date and amount (R3)."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text

from cases.sweep import sweep
from database.triggers import TRIGGERS, drop_trigger
from replay import differences
from tests.case_builder import make_case
from tests.owner import as_owner
from tests.promises.county import ON, County

DEATH_PAPERS = ("cremation_certificate",)


@pytest.fixture
def county(app: Flask) -> Iterator[County]:
    app.config["TODAY"] = ON
    yield County(app)
    app.config.pop("TODAY")


def on(county: County, day: date) -> None:
    county.on = county.app.config["TODAY"] = day


def test_a_suspension_put_right_and_one_made_again_replay_to_what_the_tables_hold(county: County) -> None:
    county.propose("resume", "lapsed", "home_visit_record")
    county.sign_to("approval")
    assert county.act("zhao", "return", "照片不清楚") == []
    county.sign_to("executed")
    on(county, date(2026, 3, 17))
    county.decided("suspend", "suspected_loss", "grassroots_report", signers=("li", "wang"))
    county.propose("resume", "suspected_loss", "home_visit_record")
    assert county.act("li", "submit") == []
    with county.app.app_context():
        assert differences() == []


def test_a_stop_for_death_replays_with_its_mark(county: County) -> None:
    county.decided("stop", "death", *DEATH_PAPERS, signers=("li", "wang"), died_on="2026-02-10")
    with county.app.app_context():
        assert differences() == []


def test_two_years_of_the_sweep_replay(context: Flask) -> None:
    make_case(ON)
    for day in (date(2026, 6, 1), date(2026, 9, 2), date(2026, 10, 2), date(2027, 1, 15)):
        sweep(day, today=day)
    assert differences() == []


DAMAGE = {
    "cases": "UPDATE cases SET due_on = '2031-01-01'",
    "cases state": "UPDATE cases SET state = 'verified', version = version + 1",
    "decisions": "UPDATE decision SET back_pay_fen = back_pay_fen + 1",
    "signatures": "UPDATE review_step SET content_digest = 'other' WHERE stage = 'recheck'",
    "months": "UPDATE benefit_month SET entitled = entitled + 1, withheld = withheld + 1",
    "rates": "UPDATE benefit_rate SET monthly_fen = monthly_fen + 1",
}


@pytest.mark.parametrize("what", sorted(DAMAGE))
def test_what_was_changed_behind_the_log_is_named(county: County, what: str) -> None:
    county.decided("resume", "lapsed", "home_visit_record")
    with county.app.app_context():
        with as_owner() as connection:
            for trigger in TRIGGERS:
                if trigger.name in ("decision_closed", "review_step_no_update"):
                    drop_trigger(connection, trigger.name)
            connection.execute(text(DAMAGE[what]))
        found = differences()
    assert found and all(line.startswith(what.split()[0]) for line in found)


def test_the_command_says_what_differs(county: County) -> None:
    county.decided("resume", "lapsed", "home_visit_record")
    runner = county.app.test_cli_runner()
    assert runner.invoke(args=["audit", "replay"]).output == "OK\n"
    county.change(lambda session: session.execute(text(DAMAGE["rates"])))
    told = runner.invoke(args=["audit", "replay"])
    assert told.exit_code == 1 and "monthly_fen" in told.output
