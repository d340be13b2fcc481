"""SC 27: what a verification found entitles to the resumption, and counts as the certification it is."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from cases import review, verification
from cases.decisions import Proposal, open_decision, submit
from cases.models import Case, Decision
from database import db, transaction
from staff.actor import SYSTEM
from tests.case_builder import LAPSED, make_case, paper
from tests.people import make_account
from workflows.transition import TransitionRefused

ON = date(2026, 3, 16)


@pytest.fixture
def people(context: Flask) -> tuple:
    return tuple(make_account(name, [role]) for name, role in
                 (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")))


def verified(outcome: str, means: str, actor: object) -> tuple[int, int]:
    """A lapsed case with a finished verification: (case, evidence)."""
    case_id = make_case(ON, **LAPSED).id
    with transaction():
        task = verification.open_task(db.session.get_one(Case, case_id), "home_visit", actor=SYSTEM, on=ON).id
    done = verification.finish(task, outcome=outcome, means=means, note="已核实。", actor=actor, on=ON,
                               evidence=paper("verification_record", ON))
    return case_id, done.evidence_id


def resumption(case_id: int, evidence_id: int, people: tuple) -> Decision:
    made = open_decision(case_id, Proposal("resume", "lapsed", evidence=(evidence_id,)), actor=people[0], on=ON)
    submit(made.id, actor=people[0], on=ON)
    for action, person in zip(("initial_review", "recheck", "approve"), people, strict=True):
        review.sign(made.id, action, opinion="同意", actor=person, on=ON)
    return made


@pytest.mark.article("SC-27")
def test_a_verification_that_found_the_person_entitled_resumes_and_begins_a_new_period(people: tuple) -> None:
    case_id, evidence_id = verified("eligible", "home_visit", people[0])
    resumption(case_id, evidence_id, people)
    case = db.session.get_one(Case, case_id)
    assert (case.state, case.last_certified_on, case.due_on) == ("resumed", ON, date(2027, 3, 16))


@pytest.mark.article("SC-27")
def test_a_verification_by_phone_resumes_and_is_no_certification(people: tuple) -> None:
    case_id, evidence_id = verified("eligible", "phone", people[0])
    resumption(case_id, evidence_id, people)
    case = db.session.get_one(Case, case_id)
    assert (case.state, case.last_certified_on) == ("resumed", date(2025, 1, 1))


@pytest.mark.article("SC-27")
@pytest.mark.parametrize("outcome", ("lost", "not_found", "refused"))
def test_a_verification_that_found_nobody_resumes_nothing(people: tuple, outcome: str) -> None:
    case_id, evidence_id = verified(outcome, "home_visit", people[0])
    with pytest.raises(TransitionRefused, match="EVIDENCE_MISSING"):
        resumption(case_id, evidence_id, people)
