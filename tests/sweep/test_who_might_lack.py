"""The sweep asks one by one only those decisions that might lack somebody (P9): never too few, and not all of them."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from audit.models import AuditEvent, AuditTx
from cases.eligibility import eligible_ahead, eligible_next
from cases.eligibility_sql import might_lack, staffed
from cases.models import Case, Decision, DecisionParticipant, Objection, ReviewStep
from cases.sweep import sweep
from database import db
from database.types import public_id
from staff.models import DeclaredRelative, StaffAccount
from staff.offices import office_by_code
from tests.case_builder import make_cases
from tests.people import account, make_account
from tests.sweep.examples import examples
from workflows.review_chain import CHAINS, DECISION_KINDS

ON = date(2026, 3, 16)
PEOPLE = {"li": ["caseworker"], "chen": ["caseworker", "reviewer"], "wang": ["reviewer"], "zhou": ["reviewer"],
          "zhao": ["approver"], "sun": ["reviewer", "approver"]}
KINDS = ("suspend", "resume", "restore", "dismiss_objection", "back_pay_correction", "certify")
_serial = count(1)
people = st.lists(st.sampled_from(sorted(PEOPLE)), unique=True, max_size=3)
decisions = st.fixed_dictionaries({
    "kind": st.sampled_from(KINDS), "stage": st.sampled_from(("draft", "initial_review", "recheck", "approval")),
    "first_side": people, "suspended_by": people, "signed_suspension": people, "objected": st.booleans(),
    "of": st.one_of(st.none(), st.sampled_from(sorted(PEOPLE))), "relatives": people, "referred": st.booleans()})


@pytest.fixture
def cases(context: Flask) -> Iterator[list[int]]:
    for name, roles in PEOPLE.items():
        make_account(name, roles)
    make_account("city", ["reviewer"], office="5101")
    yield [case.id for case in make_cases(ON, 4)]
    db.session.rollback()


def person(name: str) -> int:
    return account(name).natural_person_id


def _add(made: Any) -> Any:
    db.session.add(made)
    db.session.flush()
    return made


def decision(case: Case, kind: str, stage: str, **more: Any) -> Decision:
    office = office_by_code("510107")
    return _add(Decision(
        decision_no=f"lacking-{next(_serial)}", kind=kind, case_id=case.id, stage=stage, office_level="county",
        signatures_required=DECISION_KINDS[kind].signatures, office_id=office.id, office_path=office.path,
        opened_on=ON, rules_area="51", rules_version="x", proposed_by_system=True, **more))


def _event() -> int:
    tx = _add(AuditTx(uid=public_id(), command="x", actor="SYSTEM", on=ON)).id
    return db.session.scalar(insert(AuditEvent).values(
        uid=public_id(), tx_id=tx, position=0, type="x", actor="SYSTEM", on=ON, canonical=b"", digest="",
    ).returning(AuditEvent.id))


def happen(case_id: int, one: dict[str, Any]) -> None:
    """One open decision about the case, and who stands where around it."""
    case = db.session.get_one(Case, case_id)
    if one["of"]:
        case.pensioner.natural_person_id = person(one["of"])
    for name in one["relatives"]:
        if person(name) != case.pensioner.natural_person_id:
            _add(DeclaredRelative(natural_person_id=person(name), kinship="sibling", declared_on=ON,
                                  relative_person_id=case.pensioner.natural_person_id))
    earlier = decision(case, "suspend", "executed")
    for name in one["suspended_by"]:
        _add(DecisionParticipant(decision_id=earlier.id, natural_person_id=person(name), side="second", why="signed"))
    for name in one["signed_suspension"]:
        _add(ReviewStep(decision_id=earlier.id, round=1, stage="recheck", act="return", account_id=account(name).id,
                        natural_person_id=person(name), role="reviewer", on=ON, event_id=_event()))
    if one["objected"]:
        _add(Objection(case_id=case.id, kind="to_suspension", lodged_by="self", grounds="x", lodged_on=ON,
                       received_by=account("li").id, office_path=case.office_path, receipt_no=public_id()))
    above = office_by_code("5101") if one["referred"] else None
    chain = ("draft", *CHAINS[DECISION_KINDS[one["kind"]].signatures])
    stage = one["stage"] if one["stage"] in chain else "recheck"
    made = decision(case, one["kind"], stage, referred_to=above, referred_path=above and above.path)
    for name in one["first_side"]:
        _add(DecisionParticipant(decision_id=made.id, natural_person_id=person(name), side="first", why="maker"))


def asked() -> set[int]:
    return set(db.session.scalars(select(Decision.id).where(might_lack(staffed()))))


def lacking() -> set[int]:
    rows = db.session.scalars(select(Decision).where(Decision.stage.not_in(("executed",)))).all()
    return {one.id for one in rows if not eligible_next(eligible_ahead(one))}


@given(drawn=st.lists(decisions, min_size=4, max_size=4), away=people)
@examples(8, 500)
@pytest.mark.article("SC-29")
def test_whoever_is_away_barred_or_related_no_decision_that_lacks_somebody_is_passed_over(
        cases: list[int], drawn: list, away: list) -> None:
    db.session.rollback()
    db.session.execute(update(StaffAccount).where(StaffAccount.username.in_(away)).values(active=False))
    for number, (case_id, one) in enumerate(zip(cases, drawn, strict=True)):
        known = {before["of"] for before in drawn[:number]}
        happen(case_id, one | {"of": None if one["of"] in known else one["of"]})
    assert lacking() <= asked()
    db.session.rollback()


def test_where_enough_people_sign_no_decision_is_asked_about(cases: list[int]) -> None:
    for case_id in cases:
        happen(case_id, PLAIN | {"suspended_by": ["wang"]})
    assert not asked()
    happen(cases[0], PLAIN | {"kind": "certify", "referred": True})
    assert len(asked()) == 1, "what was referred is asked about, for that may end"


PLAIN = {"kind": "resume", "stage": "recheck", "first_side": ["li"], "suspended_by": [], "signed_suspension": [],
         "objected": False, "of": None, "relatives": [], "referred": False}
BARRED: list[dict[str, Any]] = [
    {"first_side": ["li", "wang"]}, {"of": "wang"}, {"relatives": ["wang"]},
    {"objected": True, "suspended_by": ["wang"]}, {"objected": True, "signed_suspension": ["wang"]},
    {"kind": "dismiss_objection", "suspended_by": ["wang"]}]


def test_an_office_with_one_person_a_post_is_asked_about_only_where_that_person_is_barred(context: Flask) -> None:
    for name, role in {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}.items():
        make_account(name, [role])
    made = make_cases(ON, 1 + len(BARRED))
    db.session.execute(update(StaffAccount).where(StaffAccount.username.startswith("importer")).values(active=False))
    happen(made[0].id, PLAIN)
    assert not asked()
    for case, one in zip(made[1:], BARRED, strict=True):
        before = asked()
        happen(case.id, PLAIN | one)
        assert len(asked() - before) == 1, one
    assert asked() == lacking()
    db.session.commit()
    assert sweep(ON, today=ON)["referred"] == len(BARRED)
