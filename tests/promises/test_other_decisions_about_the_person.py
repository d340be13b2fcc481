"""What one decision changes about a person, a half-signed one no longer covers (P5); who may right a wrong (P8)."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cases import objections, review
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.models import Case, Decision
from database import db, transaction
from invariants import breaches
from tests.case_builder import LAPSED, make_case, paper, pensioner_id_number
from tests.people import make_account
from workflows.transition import TransitionRefused

ON = date(2026, 3, 16)
CHAIN = ("initial_review", "recheck", "approve")


@pytest.fixture
def people(context: Flask) -> tuple:
    return tuple(make_account(name, [role]) for name, role in
                 (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver")))


def begun(case_id: int, proposal: Proposal, people: tuple, signatures: int, kinds: tuple[str, ...]) -> int:
    kept = tuple(add_evidence(case_id, paper(kind, ON), actor=people[0], on=ON).id for kind in kinds)
    made = open_decision(case_id, Proposal(proposal.kind, proposal.reason, proposal.fields, proposal.personal, kept),
                         actor=people[0], on=ON).id
    submit(made, actor=people[0], on=ON)
    for action, person in list(zip(CHAIN, people, strict=True))[:signatures]:
        review.sign(made, action, opinion="同意", actor=person, on=ON)
    return made


@pytest.mark.article("SC-29", "JS-5.1.2e")
def test_a_change_of_name_voids_the_half_signed_resumption_of_the_same_person(people: tuple) -> None:
    case_id = make_case(ON, **LAPSED).id
    resumption = begun(case_id, Proposal("resume", "lapsed"), people, 2, ("home_visit_record",))
    begun(case_id, Proposal("change_identity", personal={"new_name": "周秀瑛"}), people, 3,
          ("identity_change_paper", "identity_document"))
    voided = db.session.get_one(Decision, resumption)
    assert (voided.stage, voided.round) == ("draft", 2)
    assert breaches() == []


@pytest.mark.article("JS-5.1.2e")
def test_a_change_of_id_number_is_carried_out_and_found_under_the_new_number(people: tuple) -> None:
    case_id, number = make_case(ON, 身份证号=pensioner_id_number()).id, pensioner_id_number()
    begun(case_id, Proposal("change_identity", personal={"new_id_number": number}), people, 3,
          ("identity_change_paper", "identity_document"))
    assert db.session.get_one(Case, case_id).pensioner.id_number == number
    assert breaches() == []


def test_the_id_number_of_a_person_who_works_for_the_agency_stays(people: tuple) -> None:
    number = pensioner_id_number()
    case_id = make_case(ON, 身份证号=number).id
    make_account("retired.but.here", ["caseworker"], id_number=number)
    with pytest.raises(TransitionRefused) as refused:
        begun(case_id, Proposal("change_identity", personal={"new_id_number": pensioner_id_number()}), people, 3,
              ("identity_change_paper", "identity_document"))
    assert refused.value.codes == ("STAFF_NUMBER",)


def test_the_database_itself_keeps_the_id_number_of_staff(people: tuple) -> None:
    change = text("update natural_person set id_number_index = 'another' where id = :id")
    with pytest.raises(IntegrityError, match="STAFF_NUMBER"), transaction() as session:
        session.execute(change, {"id": people[0].natural_person_id})
    pensioner = make_case(ON).pensioner.natural_person_id
    with transaction() as session:
        assert session.execute(change, {"id": pensioner}).rowcount == 1


@pytest.mark.article("SC-26")
def test_who_took_part_in_a_suspension_does_not_uphold_the_objection_to_it(people: tuple) -> None:
    case_id = make_case(ON, 身份证号=pensioner_id_number()).id
    begun(case_id, Proposal("suspend", "suspected_loss"), people, 2, ("family_report",))
    others = tuple(make_account(name, [role]) for name, role in
                   (("chen", "caseworker"), ("liu", "reviewer"), ("sun", "approver")))
    objections.lodge(case_id, objections.Lodged("to_suspension", "self", "健在"), actor=others[0], on=ON)
    proof = add_evidence(case_id, paper("home_visit_record", ON), actor=others[0], on=ON).id
    made = open_decision(case_id, Proposal("resume", "suspected_loss", evidence=(proof,)), actor=others[0], on=ON).id
    submit(made, actor=others[0], on=ON)
    review.sign(made, "initial_review", opinion="同意", actor=others[0], on=ON)
    with pytest.raises(TransitionRefused) as refused:
        review.sign(made, "recheck", opinion="同意", actor=people[1], on=ON)
    assert refused.value.codes == ("TOOK_PART_IN_SUSPENSION",)
    review.sign(made, "recheck", opinion="同意", actor=others[1], on=ON)
    review.sign(made, "approve", opinion="同意", actor=others[2], on=ON)
    assert db.session.get_one(Decision, made).stage == "executed"
