"""Zhou's pension is suspended though she lives. Her objection, its verification, and three people's
signatures put it right."""
from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import AuditEvent
from cases.models import BenefitMonth, Case, Decision, Notice, Objection, VerificationTask
from database import db
from tests.case_builder import LAPSED, make_case, photo
from tests.people import make_account, sign_in

ON = date(2026, 3, 16)
TOLD = ("ObjectionLodged", "VerificationFinished", "InitialReviewPassed", "DecisionRechecked", "DecisionApproved",
        "CaseResumed", "ObjectionUpheld", "DecisionExecuted")


class Course:
    """The people of the story and where the case stands."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            make_account("li", ["caseworker"])
            make_account("wang", ["reviewer"])
            make_account("zhao", ["approver"])
            make_account("he.village", ["grassroots_officer"], office="510107001201")
            self.case_id = make_case(ON, **LAPSED).public_id
        self.people = {name: sign_in(app.test_client(), name) for name in ("li", "wang", "zhao", "he.village")}

    def __getitem__(self, name: str) -> FlaskClient:
        return self.people[name]

    def one(self, *columns: object) -> Any:
        """The newest row of these columns."""
        with self.app.app_context():
            return db.session.execute(select(*columns).order_by(columns[0].class_.id.desc())).first()

    def all(self, column: object) -> list[Any]:
        with self.app.app_context():
            return list(db.session.scalars(select(column).order_by(column.class_.id)))

    @property
    def decision_id(self) -> str:
        return self.one(Decision.public_id)[0]

    @property
    def stage(self) -> tuple[str, int]:
        return tuple(self.one(Decision.stage, Decision.round))

    def lodge(self) -> None:
        answer = self["li"].post(f"/cases/{self.case_id}/objections/new", data={
            "kind": "to_suspension", "lodged_by": "self", "grounds": "本人健在，去年十二月到窗口办理过认证。"})
        assert answer.status_code == 302, answer.text
        assert "异510107-2026-000001" in self["li"].get(answer.location).text

    def verify(self) -> None:
        answer = self["he.village"].post(f"/verifications/{self.one(VerificationTask.public_id)[0]}", data={
            "outcome": "eligible", "means": "home_visit", "happened_on": ON.isoformat(), "note": "本人在家，精神良好。",
            "photo": (io.BytesIO(photo()), "visit.jpg")})
        assert answer.status_code == 302, answer.text

    def open_resumption(self) -> str:
        answer = self["li"].post(f"/cases/{self.case_id}/decisions/new/resume", data={
            "reason": "lapsed", "arrears_reason": "", "reasons": "核实健在。", "file_kind": "home_visit_record",
            "file_on": ON.isoformat(), "file": (io.BytesIO(photo("olive")), "proof.jpg")})
        assert answer.status_code == 302, answer.text
        return answer.location

    def act(self, who: str, action: str, opinion: str = "") -> int:
        answer = self[who].post(f"/decisions/{self.decision_id}/{action}", data={"opinion": opinion})
        self.said = answer.text
        return answer.status_code


@pytest.fixture
def course(app: Flask) -> Iterator[Course]:
    app.config["TODAY"] = ON
    yield Course(app)
    app.config.pop("TODAY")


@pytest.mark.article("SC-26", "SC-27", "SC-29", "SC-11", "QD-26", "JS-4.5h")
def test_an_objection_is_verified_and_three_people_resume_the_benefit_with_its_arrears(course: Course) -> None:
    course.lodge()
    course.verify()
    course.open_resumption()
    for who, action in (("li", "submit"), ("li", "initial_review"), ("wang", "recheck"), ("zhao", "approve")):
        assert course.act(who, action, "同意") == 302, course.said
    assert course.one(Case.state)[0] == "resumed"
    assert tuple(course.one(Decision.stage, Decision.back_pay_fen)) == ("executed", 2 * 321050)
    assert course.one(Objection.status)[0] == "upheld"
    told = course.all(AuditEvent.type)
    assert [e for e in told if e in TOLD] == list(TOLD)
    assert {"objection_received", "resumed"} <= set(course.all(Notice.kind))
    with course.app.app_context():
        assert set(db.session.scalars(select(BenefitMonth.back_paid))) == {321050}
    assert "恢复发放" in course["zhao"].get(f"/cases/{course.case_id}").text


def test_nothing_that_people_wrote_stands_in_the_log_and_all_of_it_is_read_with_it(course: Course) -> None:
    written = {"本人健在，去年十二月到窗口办理过认证。", "本人在家，精神良好。", "核实健在。",
               "初审：与本人视频。", "复核：照片是本人。"}
    course.lodge()
    course.verify()
    course.open_resumption()
    for who, action, opinion in (("li", "submit", ""), ("li", "initial_review", "初审：与本人视频。"),
                                 ("wang", "recheck", "复核：照片是本人。"), ("zhao", "approve", "同意")):
        assert course.act(who, action, opinion) == 302, course.said
    log = b"".join(course.all(AuditEvent.canonical)).decode()
    person = ("周秀英", "510107195103150026", "13800")
    assert [text for text in (*written, "visit.jpg", *person) if text in log] == []
    page = course["zhao"].get(f"/cases/{course.case_id}").text
    assert [text for text in written if text not in page] == []


@pytest.mark.article("SC-29")
def test_the_maker_cannot_recheck_and_the_page_says_why(course: Course) -> None:
    course.open_resumption()
    course.act("li", "submit")
    course.act("li", "initial_review")
    assert course.act("li", "recheck") == 409
    assert "没有办理这一步的岗位权限" in course.said
    assert "接下来可以" in course.said
    assert "StepRefused" in course.all(AuditEvent.type)
    assert course.stage == ("recheck", 1)


@pytest.mark.article("SC-29")
def test_the_same_person_with_every_post_cannot_sign_twice(course: Course) -> None:
    with course.app.app_context():
        make_account("sun", ["caseworker", "reviewer", "approver"])
    course.people["sun"] = sign_in(course.app.test_client(), "sun")
    course.open_resumption()
    course.act("li", "submit")
    assert course.act("sun", "initial_review") == 302
    assert course.act("sun", "recheck") == 409
    assert "不能再复核或审核" in course.said
    page = course["sun"].get(f"/decisions/{course.decision_id}").text
    assert 'aria-disabled="true"' in page


def test_a_returned_decision_begins_a_new_round_without_signatures(course: Course) -> None:
    course.open_resumption()
    course.act("li", "submit")
    course.act("li", "initial_review")
    assert course.act("wang", "return") == 400
    assert "请填写" in course.said
    assert course.act("wang", "return", "照片不清楚。") == 302
    assert course.stage == ("draft", 2)
    assert "照片不清楚" in course["li"].get(f"/decisions/{course.decision_id}").text


@pytest.mark.article("JS-4.3b", "GB-6.4")
def test_missing_materials_are_listed_before_submission(course: Course) -> None:
    answer = course["li"].post(f"/cases/{course.case_id}/decisions/new/resume", data={
        "reason": "lapsed", "arrears_reason": "", "file_kind": "home_visit_record"})
    page = course["li"].get(answer.location).text
    assert "缺少" in page
    assert re.search(r"川社险办〔2022〕25号 第十二条", page)
    assert course.act("li", "submit") == 409
    assert "材料不齐" in course.said
