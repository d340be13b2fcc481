"""Arrears arrive in the month of the certification where it came by the day the place names, else in the next one."""
from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from cases.arrears_month import arrears_month
from cases.letters import letter_text
from cases.models import Decision, DecisionEvidence, Evidence, Notice
from database import db
from rules import rules_for
from tests.conftest import Clock
from tests.law import amend, draft, in_force
from tests.promises.county import County

pytestmark = pytest.mark.sqlite_is_enough

JILIN = rules_for("220102", date(2026, 3, 16), "enterprise_employees").version
SICHUAN = rules_for("510107", date(2026, 3, 16), "enterprise_employees").version


def decided(certified_on: date | None, version: str = JILIN, fen: int = 100, kind: str = "resume") -> Decision:
    proofs = [Evidence(kind="window_visit_record", happened_on=certified_on)] if certified_on else []
    return Decision(kind=kind, rules_version=version, back_pay_fen=fen, fields={},
                    evidence=[DecisionEvidence(evidence=one) for one in proofs])


@pytest.mark.parametrize(("certified_on", "on", "month"), [
    (date(2026, 3, 10), date(2026, 3, 12), "2026-03"),  # by the 10th: at the end of this month
    (date(2026, 3, 11), date(2026, 3, 12), "2026-04"),
    (date(2026, 3, 10), date(2026, 4, 2), "2026-04"),  # signed later than that
    (date(2026, 12, 11), date(2026, 12, 11), "2027-01"),
    (None, date(2026, 3, 10), "2026-03"),  # no proof bound: the day it is carried out
])
def test_in_jilin_the_tenth_decides(certified_on: date | None, on: date, month: str) -> None:
    assert arrears_month(decided(certified_on), on) == month


def test_nothing_is_said_where_the_place_says_nothing_or_nothing_is_owed() -> None:
    day = date(2026, 3, 10)
    assert arrears_month(decided(day, SICHUAN), day) is None
    assert arrears_month(decided(day, fen=0), day) is None
    assert arrears_month(decided(day, kind="terminate"), day) is None


def test_page_and_letter_say_in_which_month(app: Flask, clock: Clock, tmp_path: Path) -> None:
    clock.move_to(date(2026, 3, 16))
    draft(tmp_path)
    amend(tmp_path, "sichuan", "paid_same_month_through_day", {"value": 16, "since": "2022-12-12"})
    with in_force(tmp_path):
        county = County(app)
        county.propose()
        said = "补发款于 2026年3月 与当月待遇一并发放"
        assert said in county["zhao"].get(f"/decisions/{county.decision_id}").text
        county.sign_to("executed")
        with county.app.app_context():
            told = db.session.scalars(select(Notice).where(Notice.kind == "resumed", Notice.channel == "letter")).one()
            assert said.replace(" ", "") in letter_text(told).replace(" ", "")
