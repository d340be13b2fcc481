"""The made-up city is made by the real commands and shows every state and every stage."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from cases.models import (
    BenefitMonth,
    Case,
    Correction,
    DeathMark,
    Decision,
    FollowUp,
    Inspection,
    NearingAge,
    Pressing,
)
from database import db
from demo.cli import build, demo
from demo.office_staff import actor
from invariants import breaches
from matching.feeds.freshness import freshness
from matching.feeds.models import FeedLoad, FeedQuarantine
from matching.linkage.tables import MatchSuggestion
from matching.results.models import DataDispute, ListEntry, MatchingRun, MatchingSample

pytestmark = pytest.mark.sqlite_is_enough

TODAY = date(2026, 11, 20)


@pytest.fixture
def city(context: Flask, tmp_path: Path) -> Iterator[Flask]:
    context.config |= {"TODAY": TODAY, "FEED_STORE": str(tmp_path / "store")}
    build(60, 1, "a password for the test", TODAY, lambda: None)
    yield context
    context.config.pop("TODAY")
    context.config["FEED_STORE"] = ""


def test_it_shows_every_state_stage_and_page_and_breaks_no_promise(city: Flask) -> None:
    """One test, for the city takes longest."""
    assert set(db.session.scalars(select(Case.state))) == {
        "pending", "verified", "suspended", "stopped", "resumed", "terminated"}
    stages = set(db.session.scalars(select(Decision.stage)))
    assert {"draft", "initial_review", "recheck", "approval", "executed"} <= stages
    registers_were_compared_for_a_year()
    somebody_taken_for_dead_is_paid_again_and_the_ministry_told()
    people_near_the_age_are_told_the_old_visited_and_inspectors_came()
    assert breaches() == []
    again = city.test_cli_runner().invoke(demo, ["load"])
    assert again.exit_code == 1
    assert "empty" in again.output


def registers_were_compared_for_a_year() -> None:
    runs = list(db.session.scalars(select(MatchingRun).order_by(MatchingRun.id)))
    assert [run.status for run in runs] == ["applied"] * 11 + ["proposed"]
    (halted,) = [run for run in runs if run.halted]
    assert halted.proposed_by_person != halted.released_by_person
    assert {None, "as_said"} == set(db.session.scalars(select(MatchingSample.finding).filter_by(run_id=runs[-1].id)))
    fresh = {one.source.key: one.state for one in freshness(actor("city.li"), TODAY)}
    assert (fresh["air_travel"], fresh["rail_travel"]) == ("silent", "fresh")
    faults = set(db.session.scalars(select(FeedQuarantine.code)))
    assert {"REQUIRED", "UNKNOWN_VALUE", "DATE_DOES_NOT_EXIST", "DATE_IN_FUTURE", "DATE_FORM", "DATE_IMPLAUSIBLE",
            "ID_NUMBER_LENGTH", "ID_NUMBER_CHECK_DIGIT", "ID_NUMBER_TRUNCATED", "TOO_MANY_CELLS",
            "UNREADABLE_CHARACTERS", "OWN_ROW"} <= faults
    assert {"loaded", "withdrawn"} == set(db.session.scalars(select(FeedLoad.status)))
    assert {"confirmed", "rejected", "open"} == set(db.session.scalars(select(MatchSuggestion.status)))
    assert {"filed", "sent", "answered"} == set(db.session.scalars(select(DataDispute.status)))
    assert {"eligible", "lost", "to_be_verified"} == set(db.session.scalars(select(ListEntry.list)))


def somebody_taken_for_dead_is_paid_again_and_the_ministry_told() -> None:
    mark = db.session.scalars(select(DeathMark).filter_by(source="household_cancellation")).one()
    state = db.session.scalars(select(Case.state).filter_by(pensioner_id=mark.pensioner_id)).one()
    assert mark.annulled_on and state in ("resumed", "verified")
    assert {"open", "received"} <= set(db.session.scalars(select(Correction.status)))


def people_near_the_age_are_told_the_old_visited_and_inspectors_came() -> None:
    told = list(db.session.scalars(select(NearingAge)))
    assert {"accepted", "failed", "none"} <= {one.status for one in told}
    assert any(one.applied_on for one in told) and any(one.reviewed_on and not one.applied_on for one in told)
    assert {"appointment", "served_at_home", "home_service_needed"} <= set(db.session.scalars(
        select(FollowUp.kind).where(FollowUp.ledger == "home_service")))
    assert {"open", "closed", "clear"} == set(db.session.scalars(select(Inspection.status)))
    assert {"open", "answered"} <= set(db.session.scalars(select(Pressing.status)))
    assert db.session.scalar(select(func.sum(BenefitMonth.overpaid))) > 0
