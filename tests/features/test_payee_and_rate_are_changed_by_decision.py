"""Payee account, rate and birth date are changed by signed decisions, told by letter, and void what rests on them."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases import review
from cases.decisions import Proposal
from cases.letters import letter_text
from cases.models import Case, Decision, Notice
from database import db
from invariants import breaches
from tests.case_builder import LAPSED, make_case
from tests.people import make_account
from tests.promises.test_other_decisions_about_the_person import begun
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 3, 16)
PAYEE_PAPERS, RATE_PAPERS = ("identity_document", "account_paper"), ("adjustment_paper",)
NEW_PAYEE = {"new_payee_account": "6228480099999999999", "new_payee_bank": "农业银行"}


@pytest.fixture
def people(context: Flask) -> tuple:
    return tuple(make_account(name, [role]) for name, role in
                 (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")))


def payee(case: Case) -> tuple:
    return case.payee_name, case.payee_bank, case.payee_account


def test_two_people_change_the_payee_account_and_the_person_is_told(people: tuple) -> None:
    case = make_case(ON)
    made = begun(case.id, Proposal("change_payee", personal=NEW_PAYEE), people, 1, PAYEE_PAPERS)
    assert payee(case)[2] == "6228480012345678901"
    review.sign(made, "recheck", opinion="同意", actor=people[1], on=ON)
    assert payee(db.session.get_one(Case, case.id)) == ("周秀英", "农业银行", "6228480099999999999")
    assert db.session.scalars(select(Notice.kind).where(Notice.decision_id == made)).all() == ["payee_changed"]
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "PayeeChanged")).one()
    assert b"62284800" not in event.canonical
    assert breaches() == []


def test_one_person_does_not_change_a_payee_alone(people: tuple) -> None:
    case = make_case(ON)
    made = begun(case.id, Proposal("change_payee", personal=NEW_PAYEE), people, 1, PAYEE_PAPERS)
    with pytest.raises(TransitionRefused):
        review.sign(made, "recheck", opinion="同意", actor=people[0], on=ON)
    assert payee(db.session.get_one(Case, case.id))[2] == "6228480012345678901"


@pytest.mark.parametrize(("kind", "proposed", "papers"), [
    ("change_payee", {"personal": NEW_PAYEE}, PAYEE_PAPERS),
    ("change_rate", {"fields": {"rates": {"2026-01": 345600}, "basis": "2026 年调整"}}, RATE_PAPERS)])
def test_an_executed_change_of_terms_voids_a_half_signed_resumption(people, kind, proposed, papers) -> None:
    case_id = make_case(ON, **LAPSED).id
    resumption = begun(case_id, Proposal("resume", "lapsed"), people, 2, ("home_visit_record",))
    begun(case_id, Proposal(kind, **proposed), people, 2, papers)
    voided = db.session.get_one(Decision, resumption)
    assert (voided.stage, voided.round) == ("draft", 2)
    assert breaches() == []


def test_a_rate_is_set_from_its_month_and_written_in_the_letter(people: tuple) -> None:
    case = make_case(ON)
    fields = {"rates": {"2026-01": 345600, "2010-03": 321050}, "basis": "川人社发 2026 年调整"}
    made = begun(case.id, Proposal("change_rate", fields=fields), people, 2, RATE_PAPERS)
    rates = {rate.since_month: rate.monthly_fen for rate in db.session.get_one(Case, case.id).rates}
    assert rates == {"2010-03": 321050, "2026-01": 345600}
    letter = db.session.scalars(select(Notice).where(Notice.decision_id == made)).one()
    assert "3,456.00" in letter_text(letter) and "3,210.50" in letter_text(letter)


@pytest.mark.article("JS-5.1.2e")
def test_a_birth_date_is_changed_by_three(people: tuple) -> None:
    case = make_case(ON)
    proposal = Proposal("change_identity", personal={"new_birth_on": "1947-05-06"})
    made = begun(case.id, proposal, people, 3, ("identity_change_paper", "identity_document"))
    assert db.session.get_one(Decision, made).stage == "executed"
    assert db.session.get_one(Case, case.id).pensioner.birth_on == date(1947, 5, 6)


def test_a_change_that_changes_nothing_is_refused_by_name(people: tuple) -> None:
    case = make_case(ON)
    proposal = Proposal("change_payee", personal={"new_payee_account": "6228480012345678901"})
    with pytest.raises(TransitionRefused) as refused:
        begun(case.id, proposal, people, 2, PAYEE_PAPERS)
    assert refused.value.codes == ("NOTHING_CHANGES",)
