"""Nobody lapses unwarned (SC-23; decision 003): without a notice accepted somebody is sent to the person's home first.

Certified on 2025-03-15: referred on 2025-12-15, due on 2026-03-15, lapsed on 2026-03-16.
"""
from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases import verification
from cases.models import Case, Notice, VerificationTask
from cases.sweep import sweep
from database import db, transaction
from invariants import breaches
from tests import law
from tests.case_builder import make_case
from tests.people import actor, make_account

pytestmark = pytest.mark.sqlite_is_enough

ENTERED, REFERRED, LAST_DAY, OVER = date(2025, 10, 1), date(2025, 12, 15), date(2026, 3, 15), date(2026, 3, 16)


@pytest.fixture
def case_id(context: Flask) -> int:
    make_account("li", ["caseworker"])
    return make_case(ENTERED, 最近认证日期="2025-03-15").id


def swept(on: date) -> Counter[str]:
    db.session.rollback()
    return sweep(on, today=on)


def state(case_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Case, case_id).state


def tasks(case_id: int) -> list[VerificationTask]:
    db.session.rollback()
    return list(db.session.scalars(select(VerificationTask).filter_by(case_id=case_id).order_by(VerificationTask.id)))


def finish(case_id: int, means: str, on: date) -> None:
    verification.finish(tasks(case_id)[-1].id, outcome="not_found", means=means, note="无人应答", on=on,
                        actor=actor("li"))


@pytest.mark.article("SC-23", "SC-24")
def test_the_open_task_of_a_person_nobody_told_becomes_a_home_visit_when_the_cycle_is_over(case_id: int) -> None:
    swept(REFERRED)
    swept(LAST_DAY)
    assert [(task.cause, task.escalated_on) for task in tasks(case_id)] == [("warning_period", None)]
    assert swept(OVER) == {"home_visit": 1}
    assert [(task.cause, task.status, task.escalated_on) for task in tasks(case_id)] == [("home_visit", "open", OVER)]
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "VerificationEscalated")).one()
    assert (told.case_id, told.on, b'"cause":"home_visit"' in told.canonical) == (case_id, OVER, True)
    assert not swept(OVER) and not swept(date(2026, 3, 17)), "asked for once"
    assert state(case_id) == "pending"
    assert not breaches()


@pytest.mark.article("SC-23", "SC-24")
def test_only_a_visit_lets_the_case_lapse_a_call_asks_for_the_visit_again(case_id: int) -> None:
    for on in (REFERRED, OVER):
        swept(on)
    finish(case_id, "phone", date(2026, 3, 18))
    assert swept(date(2026, 3, 18)) == {"refer": 1, "home_visit": 1}
    assert [task.cause for task in tasks(case_id)] == ["home_visit", "home_visit"]
    finish(case_id, "home_visit", date(2026, 3, 20))
    assert swept(date(2026, 3, 20))["lapse"] == 1
    assert state(case_id) == "suspended"
    assert not breaches()


@pytest.mark.article("SC-23")
def test_a_notice_accepted_in_the_warning_period_asks_for_no_visit(case_id: int) -> None:
    swept(REFERRED)
    with transaction() as session:
        session.execute(Notice.__table__.update().values(status="accepted"))
    assert swept(OVER) == {"lapse": 1, "escalate": 1}
    assert [task.cause for task in tasks(case_id)] == ["warning_period"]


@pytest.mark.article("SC-23", "SC-21")
def test_a_task_escalated_before_keeps_the_day_it_was_escalated(case_id: int) -> None:
    swept(REFERRED)
    with transaction() as session:
        session.execute(VerificationTask.__table__.update().values(due_on=date(2026, 1, 31)))
    assert swept(date(2026, 2, 1))["escalate"] == 1
    assert swept(OVER) == {"home_visit": 1}
    assert [(task.cause, task.escalated_on) for task in tasks(case_id)] == [("home_visit", date(2026, 2, 1))]


@pytest.mark.article("SC-23")
@pytest.mark.parametrize(("needed", "channel", "means", "lapses"), [
    (["notice_in_warning_period"], "sms", None, True), (["notice_in_warning_period"], "posting", None, False),
    (["public_posting"], "posting", None, True), (["public_posting"], "letter", None, False),
    (["home_visit"], "letter", None, False), (["home_visit"], None, "home_visit", True),
    (["notice_in_warning_period"], None, "home_visit", False), ([], None, None, True)])
def test_the_rules_say_which_warning_counts(context: Flask, tmp_path: Path, needed: list[str], channel: str | None,
                                            means: str | None, lapses: bool) -> None:
    folder = law.draft(tmp_path)
    law.amend(folder, "sichuan", "lapse_needs_any_of", {"value": needed, "since": "2022-12-12"})
    make_account("li", ["caseworker"])
    case = make_case(ENTERED, 最近认证日期="2025-03-15").id
    with law.in_force(folder):
        swept(REFERRED)
        if channel:
            with transaction() as session:
                session.add(Notice(case_id=case, kind="certification_due", channel=channel, once_key="told",
                                   message_id="told", content={}, on=REFERRED, status="accepted"))
        if means:
            finish(case, means, LAST_DAY)
        assert ("lapse" in swept(OVER)) == lapses


@pytest.mark.article("SC-14", "QD-19")
@pytest.mark.parametrize(("entry", "referred"), [(["both_lists"], False), (["neither_list"], True),
                                                 (["no_evidence_before_due", "both_lists"], True)])
def test_the_rules_say_whether_want_of_evidence_alone_is_verified(context: Flask, tmp_path: Path, entry: list[str],
                                                                   referred: bool) -> None:
    folder = law.draft(tmp_path)
    law.amend(folder, "sichuan", "to_be_verified_entry", {"value": entry, "since": "2022-12-12"})
    make_case(ENTERED, 最近认证日期="2025-03-15")
    with law.in_force(folder):
        assert ("refer" in swept(REFERRED)) == referred
