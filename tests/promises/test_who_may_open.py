"""P1, P3, P6, P8, S3: who may open a decision about a case, on what papers, and who may decide an objection."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from cases import review
from cases.decisions import Proposal, open_decision
from cases.eligibility import DECIDES_OBJECTION, holders, suspension_participants
from cases.evidence import add_evidence
from cases.models import Case, DeathMark, Decision
from cases.objections import Lodged, lodge
from database import db, transaction
from staff import grants
from staff.actor import Actor
from staff.models import RoleGrant
from staff.relatives import declare
from tests.case_builder import LAPSED, make_case, paper, pensioner_id_number
from tests.people import ON as GRANTED_ON
from tests.people import account, actor, make_account
from tests.promises.county import ON
from tests.promises.test_two_approvers import waiting
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

PROPOSED = Proposal("resume", "lapsed")


@pytest.fixture
def case(context: Flask) -> Case:
    context.config["TODAY"] = ON
    for name, role in {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}.items():
        make_account(name, [role])
    yield make_case(ON, 身份证号=pensioner_id_number(), **LAPSED)
    context.config.pop("TODAY")


def _own(case: Case) -> Actor:
    return make_account("zhou", ["caseworker"], id_number=case.pensioner.id_number)


def _related(case: Case) -> Actor:
    declare(actor("li"), case.pensioner.id_number, "child", ON)
    return actor("li")


def _marked(case: Case) -> Actor:
    with transaction() as session:
        session.add(DeathMark(pensioner_id=case.pensioner_id, died_on=date(2026, 2, 1), source="cremation",
                              marked_on=ON))
    return actor("li")


def _already(case: Case) -> Actor:
    open_decision(case.id, PROPOSED, actor=actor("li"), on=ON)
    return actor("li")


BARRED: dict[str, tuple[Callable[[Case], Actor], Proposal]] = {
    "OWN_CASE": (_own, PROPOSED),
    "RELATIVE": (_related, PROPOSED),
    "NO_GRANT": (lambda case: actor("wang"), PROPOSED),
    "OUT_OF_AREA": (lambda case: make_account("there", ["caseworker"], "510104"), PROPOSED),
    "OFFICE_LEVEL_TOO_LOW": (lambda case: make_account("low", ["caseworker"], "510107", area="5101"),
                             Proposal("restore")),
    "DEATH_MARKED": (_marked, PROPOSED),
    "OPEN_DECISION_EXISTS": (_already, Proposal("stop", "missing")),
}


@pytest.mark.parametrize("code", BARRED)
@pytest.mark.article("JS-8.1", "SC-29", "SC-36")
def test_who_may_not_open_a_decision_is_refused_by_name(case: Case, code: str) -> None:
    who, proposal = BARRED[code]
    acting, before = who(case), db.session.query(Decision).count()
    db.session.rollback()
    with pytest.raises(TransitionRefused) as refused:
        open_decision(case.id, proposal, actor=acting, on=ON)
    assert refused.value.codes == (code,)
    assert db.session.query(Decision).count() == before


def test_evidence_of_another_case_is_never_bound(case: Case) -> None:
    other = add_evidence(make_case(ON).id, paper("home_visit_record", ON), actor=actor("li"), on=ON).id
    with pytest.raises(TransitionRefused) as refused:
        open_decision(case.id, Proposal("resume", "lapsed", evidence=(other,)), actor=actor("li"), on=ON)
    assert refused.value.codes == ("EVIDENCE_OF_ANOTHER_CASE",)


@pytest.mark.parametrize("kind", ("dismiss_objection", "resume", "restore", "annul_death_mark", "back_pay_correction"))
@pytest.mark.parametrize(("earlier", "reason"), (("suspend", "suspected_loss"), ("stop", "missing")))
@pytest.mark.article("SC-26")
def test_who_took_part_in_what_is_objected_to_decides_in_no_kind_of_decision(
        context: Flask, kind: str, earlier: str, reason: str) -> None:
    people = {name: make_account(name, [role]).natural_person_id
              for name, role in {"li": "caseworker", "wang": "reviewer"}.items()}
    made = make_case(ON)
    papers = ("grassroots_report",) if earlier == "suspend" else ("police_missing_paper",)
    waiting(made.id, 2, Proposal(earlier, reason), *papers)
    lodge(made.id, Lodged("to_suspension", "self", "健在"), actor=actor("li"), on=ON)
    about = Decision(kind=kind, case_id=made.id)
    assert suspension_participants(about) == frozenset(people.values())
    assert kind in DECIDES_OBJECTION


@pytest.mark.article("SC-29")
def test_a_post_taken_away_an_account_closed_and_another_area_count_for_nobody_eligible(case: Case) -> None:
    def found() -> set[str]:
        return {one.display_name for _role, _level, one in holders(["approver"], case.office_path)}

    make_account("there", ["approver"], "510104")
    make_account("above", ["approver"], "5101")
    make_account("gone", ["approver"])
    make_account("former", ["approver"])
    assert found() == {"zhao", "above", "gone", "former"}
    with transaction():
        account("gone").active = False
    grant = db.session.query(RoleGrant).filter_by(account_id=account("former").id).one().public_id
    grants.revoke(actor("founder.security"), grant, GRANTED_ON, "离岗")
    assert found() == {"zhao", "above"}


def test_a_signature_gives_no_second_one_in_the_same_round(case: Case) -> None:
    public_id = waiting(case.id, 2, PROPOSED, "home_visit_record")
    key = db.session.query(Decision).filter_by(public_id=public_id).one().id
    db.session.rollback()
    with pytest.raises(TransitionRefused):
        review.sign(key, "approve", opinion="同意", actor=actor("wang"), on=ON)
