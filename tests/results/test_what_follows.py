"""What follows from a released run: silently certified, verified, proposed for people to sign; each once."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit.models import AuditEvent
from cases.models import Case, Certification, Decision, Notice, Pensioner, VerificationTask
from database import db
from invariants import breaches
from matching.results import applying, undoing
from matching.results.models import ListChange, ListEntry
from replay import differences
from tests.case_builder import LAPSED, make_case
from tests.people import ON, make_account
from tests.results.registers import applied, dead, lost, proposed, released, seen, unknown

DAY = date(2026, 3, 16)
SEEN = date(2026, 2, 20)
QINGDAO = {"office": "370202"}


@pytest.fixture
def staff(context: Flask) -> None:
    for name, role in (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")):
        make_account(name, [role])


def fresh(case: Case) -> Case:
    return db.session.get_one(Case, case.id, populate_existing=True)


def outcome(run: int, case: Case) -> str | None:
    return db.session.scalar(select(ListChange.outcome).where(ListChange.run_id == run, ListChange.case_id == case.id))


def decisions(case: Case) -> list[tuple[str, str | None, str]]:
    return [tuple(row) for row in db.session.execute(select(Decision.kind, Decision.reason, Decision.stage).where(
        Decision.case_id == case.id).order_by(Decision.id))]


def tasks(case: Case) -> list[tuple[str, str]]:
    return [tuple(row) for row in db.session.execute(select(VerificationTask.cause, VerificationTask.status).where(
        VerificationTask.case_id == case.id).order_by(VerificationTask.id))]


@pytest.mark.article("SC-33", "SC-8")
def test_a_newer_proof_certifies_from_its_own_day(staff: None) -> None:
    case = make_case(ON)
    run = applied([seen(case.id, SEEN)], DAY)
    assert (outcome(run.id, case), fresh(case).last_certified_on, fresh(case).due_on) == (
        "certified", SEEN, date(2027, 2, 20))
    row = db.session.scalars(select(Certification)).one()
    assert (row.method, row.status, row.source_ref) == ("hospital_stay", "valid", "feed/1/1")
    assert db.session.scalar(select(Notice.kind).where(Notice.case_id == case.id)) == "certification_accepted"
    assert not breaches() and not differences()


def test_an_older_proof_changes_nothing(staff: None) -> None:
    case = make_case(ON)
    run = applied([seen(case.id, date(2025, 8, 1))], DAY)
    assert (outcome(run.id, case), db.session.scalar(select(func.count(Certification.id)))) == ("nothing_new", 0)


@pytest.mark.article("SC-14", "QD-19", "GB-3.2")
def test_whoever_is_to_be_verified_gets_a_task_and_is_told_at_once_how_to_certify(staff: None) -> None:
    early, late = make_case(ON), make_case(ON, 最近认证日期="2025-04-10")  # due 10 April, so in the warning period
    applied([unknown(early.id, "both_lists"), unknown(late.id, "no_evidence_before_due")], DAY)
    assert (tasks(early), fresh(early).state) == ([("both_lists", "open")], "verified")
    assert (tasks(late), fresh(late).state) == ([("no_evidence_before_due", "open")], "pending")
    told = db.session.scalars(select(Notice).where(Notice.kind == "referred")).all()
    assert {notice.case_id for notice in told} == {early.id, late.id}
    assert not breaches() and not differences()


@pytest.mark.article("SC-25", "SC-13")
def test_a_confirmed_loss_is_a_stop_that_people_sign(staff: None) -> None:
    case = make_case(ON)
    applied([lost(case.id, "court_declarations", "missing", date(2026, 2, 1))], DAY)
    assert decisions(case) == [("stop", "missing", "initial_review")]
    assert fresh(case).state == "verified"
    assert not breaches()


@pytest.mark.article("SC-13", "SC-25")
def test_a_cremation_marks_the_death_and_only_proposes_the_stop(staff: None) -> None:
    case = make_case(ON)
    applied([dead(case.id, date(2026, 2, 1))], DAY)
    assert db.session.get_one(Pensioner, case.pensioner_id).death_mark.died_on == date(2026, 2, 1)
    assert decisions(case) == [("stop", "death", "initial_review")]
    assert fresh(case).state == "verified"
    assert not breaches()


def test_a_death_before_the_last_certification_or_without_a_date_is_verified(staff: None) -> None:
    before, undated = make_case(ON), make_case(ON)
    applied([dead(before.id, date(2025, 8, 1)), dead(undated.id, None, row=2)], DAY)
    assert (tasks(before), tasks(undated)) == ([("both_lists", "open")], [("doubtful_loss", "open")])
    assert not decisions(before) + decisions(undated)


@pytest.mark.article("SC-27")
def test_a_proof_of_a_suspended_case_is_a_resumption_that_people_sign(staff: None) -> None:
    case = make_case(ON, **LAPSED)
    run = applied([seen(case.id, SEEN)], DAY)
    assert (outcome(run.id, case), fresh(case).state, fresh(case).due_on) == (
        "resumption", "suspended", date(2027, 2, 20))
    assert [kind for kind, _, _ in decisions(case)] == ["resume"]
    assert not breaches()


def test_a_life_sign_of_somebody_marked_dead_is_verified(staff: None) -> None:
    case = make_case(ON)
    applied([dead(case.id, date(2026, 2, 1))], DAY)
    applied([seen(case.id, date(2026, 3, 1))], date(2026, 3, 20))
    assert tasks(case) == [("both_lists", "open")]


def test_done_twice_is_done_once(staff: None) -> None:
    cases = [make_case(ON) for _ in range(4)]
    run = released([seen(cases[0].id, SEEN), unknown(cases[1].id), dead(cases[2].id, SEEN),
                    lost(cases[3].id, "court_declarations", "missing", SEEN)], DAY)
    first = applying.apply(run.id, on=DAY)
    events = db.session.scalar(select(func.count(AuditEvent.id)))
    assert applying.apply(run.id, on=DAY) == first
    assert db.session.scalar(select(func.count(AuditEvent.id))) == events
    assert db.session.scalar(select(func.count()).select_from(ListEntry)) == 4


def test_nothing_follows_from_a_run_that_nobody_released(staff: None) -> None:
    run = proposed([seen(make_case(ON).id, SEEN)], DAY)
    with pytest.raises(applying.NotReleased):
        applying.apply(run.id, on=DAY)


@pytest.mark.article("SC-9c")
def test_a_feed_withdrawn_undoes_what_rests_on_it_alone(staff: None) -> None:
    alive, kept, gone, asked = (make_case(ON) for _ in range(4))
    before = fresh(alive).due_on
    applied([seen(alive.id, SEEN, load=7), seen(kept.id, SEEN, load=8), dead(gone.id, SEEN, load=7, row=2),
             lost(asked.id, "court_declarations", "missing", SEEN, load=7)], DAY)
    counts = undoing.undo(7, "load seven", on=DAY)
    assert counts["certification"] == 1
    assert (fresh(alive).due_on, fresh(alive).last_certified_on) == (before, date(2025, 9, 1))
    assert fresh(kept).due_on == date(2027, 2, 20)
    assert decisions(asked) == [("stop", "missing", "withdrawn")]
    assert decisions(gone) == [("stop", "death", "withdrawn"), ("annul_death_mark", None, "draft")]
    assert not undoing.undo(7, "load seven", on=DAY)
    assert not breaches() and not differences()
