"""The log alone gives every state, signature, date and amount (R3)."""
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from cases.calendar import propose
from cases.certifications import certify_from_source
from cases.limit_pauses import pause
from cases.objections import Lodged, lodge
from cases.sweep import sweep
from database import db
from demo.cli import mark
from replay import PARTS, differences
from rules.days_off import Arrangement, days_of
from staff.relatives import declare
from tests.case_builder import LAPSED, make_case
from tests.people import actor, valid_id_number
from tests.promises.county import ON, County
from tests.replay.damaging import DAMAGE, each_is_named, part_of

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


@pytest.fixture
def eventful(county: County) -> County:
    """Something of every table that is replayed."""
    with county.app.app_context():
        declare(actor("li"), valid_id_number(), "sibling", ON)
        lodge(county.case_key, Lodged("to_suspension", "self", "本人健在"), actor=actor("li"), on=ON)
        days = days_of([(date(2027, 1, 1), date(2027, 1, 1), "元旦")], (), 2027)
        year = Arrangement(2027, "2027 年放假安排", "〔2027〕1号", ON, days, read=True)
        propose(year, actor=actor("founder.system"), on=ON)
        mark(ON)
    county.propose("resume", "lapsed", "home_visit_record")
    county.sign_to("initial_review")
    with county.app.app_context():
        pause(county.key, "materials_awaited", "等待补齐材料", actor=actor("li"), on=ON)
        other = make_case(ON)
        certify_from_source(other.id, "face_recognition", ON, "人脸1", on=ON)
        county.case_key = other.id
    county.decided("stop", "death", *DEATH_PAPERS, signers=("li", "wang"), died_on="2026-02-10")
    with county.app.app_context():
        county.case_key = make_case(ON, **LAPSED).id
    county.decided("resume", "lapsed", "home_visit_record")
    return county


@pytest.mark.sqlite_is_enough
def test_what_was_changed_behind_the_log_is_named(eventful: County) -> None:
    with eventful.app.app_context():
        each_is_named("a county")


def test_every_part_is_damaged_in_some_story_that_is_told() -> None:
    damaged = {part_of(what) for damages in DAMAGE.values() for what in damages}
    assert damaged == {part.name for part in PARTS}
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.parent.rglob("test_*.py"))
    assert set(re.findall(r'each_is_named\("([a-z ]+)"', tests)) == set(DAMAGE)


def test_slices_of_one_person_each_say_the_same(eventful: County) -> None:
    with eventful.app.app_context():
        assert differences(people=1) == []
        eventful.change(lambda session: session.execute(text(DAMAGE["a county"]["rates"])))
        db.session.rollback()  # what was read before is read anew
        assert sorted(differences(people=1)) == sorted(differences()) != []


def test_the_command_says_what_differs(county: County) -> None:
    county.decided("resume", "lapsed", "home_visit_record")
    runner = county.app.test_cli_runner()
    assert runner.invoke(args=["audit", "replay"]).output.endswith("OK\n")
    county.change(lambda session: session.execute(text(DAMAGE["a county"]["rates"])))
    told = runner.invoke(args=["audit", "replay"])
    assert told.exit_code == 1 and "monthly_fen" in told.output
