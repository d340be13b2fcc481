"""Whoever is taken for dead and lives is paid again by three people, with or without a mark on file."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from cases import review
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.models import Case
from database import db
from invariants import breaches
from tests.case_builder import DEAD, make_case, paper
from tests.people import make_account
from workflows.transition import TransitionRefused

ON = date(2026, 3, 16)
PROOFS = ("home_visit_record", "source_correction", "photo_or_video")


@pytest.fixture
def people(context: Flask) -> tuple:
    return tuple(make_account(name, [role]) for name, role in
                 (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")))


def decide(case_id: int, proposal: Proposal, people: tuple, proofs: tuple[str, ...] = PROOFS) -> int:
    kept = tuple(add_evidence(case_id, paper(kind, ON), actor=people[0], on=ON).id for kind in proofs)
    decision = open_decision(case_id, Proposal(proposal.kind, proposal.reason, proposal.fields, evidence=kept),
                             actor=people[0], on=ON).id
    submit(decision, actor=people[0], on=ON)
    for action, person in zip(("initial_review", "recheck", "approve"), people, strict=True):
        review.sign(decision, action, opinion="同意", actor=person, on=ON)
        if db.session.get_one(review.Decision, decision).stage == "executed":
            break
    return decision


@pytest.mark.article("SC-27b", "SC-36")
def test_a_case_imported_as_stopped_for_death_is_put_right_although_no_mark_is_on_file(people: tuple) -> None:
    case_id = make_case(ON, **DEAD).id
    decide(case_id, Proposal("annul_death_mark", "death", {"resume": True, "arrears_reason": "death"}), people)
    assert db.session.get_one(Case, case_id).state == "resumed"
    assert breaches() == []


@pytest.mark.article("SC-36")
def test_a_plain_resumption_of_a_case_stopped_for_death_is_refused(people: tuple) -> None:
    case_id = make_case(ON, **DEAD).id
    with pytest.raises(TransitionRefused) as refused:
        decide(case_id, Proposal("resume", "death"), people)
    assert "DEATH_MARKED" in refused.value.codes or "DEATH_REASON" in refused.value.codes
    assert db.session.get_one(Case, case_id).state == "stopped"
