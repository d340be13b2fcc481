"""Zhou's pension is suspended though she lives. Her objection, its verification, and three people's signatures put it right."""
from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import AuditEvent
from cases.models import BenefitMonth, Case, Decision, Notice, Objection, VerificationTask
from database import db
from tests.case_builder import LAPSED, make_case, photo
from tests.people import make_account, signed_in_client

ON = date(2026, 3, 16)


class Course:
    """The people of the story and where the case stands."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        make_account("li", ["caseworker"])
        make_account("wang", ["reviewer"])
        make_account("zhao", ["approver"])
        make_account("he.village", ["grassroots_officer"], office="510107001201")
        self.people = {name: signed_in_client(name) for name in ("li", "wang", "zhao", "he.village")}
        self.case_id = make_case(ON, **LAPSED).public_id

    def __getitem__(self, name: str) -> FlaskClient:
        return self.people[name]

    @property
    def case(self) -> Case:
        db.session.rollback()
        return db.session.scalars(select(Case).where(Case.public_id == self.case_id)).one()

    @property
    def decision(self) -> Decision:
        db.session.rollback()
        return db.session.scalars(select(Decision).order_by(Decision.id.desc())).first()

    def lodge(self) -> Objection:
        answer = self["li"].post(f"/cases/{self.case_id}/objections/new", data={
            "kind": "to_suspension", "lodged_by": "self", "grounds": "本人健在，去年十二月到窗口办理过认证。"})
        assert answer.status_code == 302, answer.text
        assert "异510107-2026-000001" in self["li"].get(answer.location).text
        return db.session.scalars(select(Objection)).one()

    def verify(self) -> VerificationTask:
        task = db.session.scalars(select(VerificationTask)).one()
        answer = self["he.village"].post(f"/verifications/{task.public_id}", data={
            "outcome": "eligible", "means": "home_visit", "happened_on": ON.isoformat(), "note": "本人在家，精神良好。",
            "photo": (io.BytesIO(photo()), "visit.jpg")})
        assert answer.status_code == 302, answer.text
        return task

    def open_resumption(self) -> str:
        answer = self["li"].post(f"/cases/{self.case_id}/decisions/new/resume", data={
            "reason": "lapsed", "arrears_reason": "", "reasons": "核实健在。", "file_kind": "home_visit_record",
            "file_on": ON.isoformat(), "file": (io.BytesIO(photo("olive")), "proof.jpg")})
        assert answer.status_code == 302, answer.text
        return answer.location

    def act(self, who: str, action: str, opinion: str = "") -> int:
        answer = self[who].post(f"/decisions/{self.decision.public_id}/{action}", data={"opinion": opinion})
        self.said = answer.text
        return answer.status_code


@pytest.fixture
def course(app: Flask) -> Iterator[Course]:
    app.config["TODAY"] = ON
    with app.app_context():
        yield Course(app)
    app.config.pop("TODAY")


@pytest.mark.article("SC-26", "SC-27", "SC-29", "SC-11")
def test_an_objection_is_verified_and_three_people_resume_the_benefit_with_its_arrears(course: Course) -> None:
    objection = course.lodge()
    course.verify()
    course.open_resumption()
    assert [course.act(who, action, "同意") for who, action in (
        ("li", "submit"), ("li", "initial_review"), ("wang", "recheck"), ("zhao", "approve"))] == [302] * 4, course.said
    assert course.case.state == "resumed"
    assert course.decision.stage == "executed"
    assert course.decision.back_pay_fen == 3 * 321050
    assert db.session.get(Objection, objection.id).status == "upheld"
    assert db.session.scalar(select(BenefitMonth.back_paid).where(BenefitMonth.month == "2026-02")) == 321050
    events = [row.type for row in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert [e for e in events if e in ("ObjectionLodged", "VerificationFinished", "InitialReviewPassed",
                                       "DecisionRechecked", "DecisionApproved", "CaseResumed", "ObjectionUpheld",
                                       "DecisionExecuted")] == [
        "ObjectionLodged", "VerificationFinished", "InitialReviewPassed", "DecisionRechecked", "DecisionApproved",
        "CaseResumed", "ObjectionUpheld", "DecisionExecuted"]
    assert {"objection_received", "resumed"} <= set(db.session.scalars(select(Notice.kind)))
    assert "恢复发放" in course["zhao"].get(f"/cases/{course.case_id}").text


@pytest.mark.article("SC-29")
def test_the_maker_cannot_recheck_and_the_page_says_why(course: Course) -> None:
    course.open_resumption()
    course.act("li", "submit")
    course.act("li", "initial_review")
    assert course.act("li", "recheck") == 409
    assert "没有办理这一步的岗位权限" in course.said
    assert "接下来可以" in course.said
    refused = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "StepRefused")).all()
    assert refused
    assert course.decision.stage == "recheck"


@pytest.mark.article("SC-29")
def test_the_same_person_with_every_post_cannot_sign_twice(course: Course) -> None:
    make_account("sun", ["caseworker", "reviewer", "approver"])
    course.people["sun"] = signed_in_client("sun")
    course.open_resumption()
    course.act("li", "submit")
    assert course.act("sun", "initial_review") == 302
    assert course.act("sun", "recheck") == 409
    assert "不能再复核或审核" in course.said
    page = course["sun"].get(f"/decisions/{course.decision.public_id}").text
    assert 'aria-disabled="true"' in page


def test_a_returned_decision_begins_a_new_round_without_signatures(course: Course) -> None:
    course.open_resumption()
    course.act("li", "submit")
    course.act("li", "initial_review")
    assert course.act("wang", "return") == 400
    assert "请填写" in course.said
    assert course.act("wang", "return", "照片不清楚。") == 302
    assert (course.decision.stage, course.decision.round) == ("draft", 2)
    assert "照片不清楚" in course["li"].get(f"/decisions/{course.decision.public_id}").text


def test_missing_materials_are_listed_before_submission(course: Course) -> None:
    answer = course["li"].post(f"/cases/{course.case_id}/decisions/new/resume", data={"reason": "lapsed"})
    page = course["li"].get(answer.location).text
    assert "缺少" in page
    assert re.search(r"川社险办〔2022〕25号 第十二条", page)
    assert course.act("li", "submit") == 409
    assert "材料不齐" in course.said
