"""A form refused keeps what was typed, keeps nothing half done, and an edit can take away as well as add."""
from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit.models import AuditEvent
from cases import decisions
from cases.decisions import unpack
from cases.models import Decision, DecisionParticipant, Evidence, VerificationTask
from database import db
from tests.case_builder import photo
from tests.features.test_a_wrong_suspension_is_put_right import ON, Course
from tests.people import actor, make_account, sign_in
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough


@pytest.fixture
def course(app: Flask) -> Iterator[Course]:
    app.config["TODAY"] = ON
    yield Course(app)
    app.config.pop("TODAY", None)


def number_of(course: Course, model: type) -> int:
    with course.app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


def proposal(**more: object) -> dict[str, object]:
    return {"reason": "lapsed", "arrears_reason": "", "reasons": "核实健在。", "file_kind": "home_visit_record",
            "file_on": ON.isoformat(), "file": (io.BytesIO(photo("olive")), "proof.jpg")} | more


def test_a_refused_opening_keeps_the_words_and_leaves_no_paper_behind(course: Course, monkeypatch):
    def refused(*_args: object, **_more: object) -> None:
        raise decisions.refuse("CANNOT_CALCULATE", "SC-27", problem="没有标准")

    monkeypatch.setattr("cases.decisions.calculate", refused)
    answer = course["li"].post(f"/cases/{course.case_id}/decisions/new/resume", data=proposal())
    assert answer.status_code == 409
    assert "核实健在。" in answer.text and "文件须重新选择" in answer.text and 'class="refusals"' in answer.text
    assert number_of(course, Evidence) == 0 and number_of(course, Decision) == 0
    with course.app.app_context():
        told = list(db.session.scalars(select(AuditEvent.type)))
    assert "StepRefused" in told and "EvidenceAdded" not in told


def test_a_refused_objection_keeps_its_grounds(course: Course):
    course.lodge()
    answer = course["li"].post(f"/cases/{course.case_id}/objections/new", data={
        "kind": "to_suspension", "lodged_by": "family", "grounds": "又有新的情况要说"})
    assert answer.status_code == 409 and "又有新的情况要说" in answer.text


def test_a_refused_verification_keeps_its_note(course: Course):
    course.lodge()
    task = f"/verifications/{course.one(VerificationTask.public_id)[0]}"
    with course.app.app_context():
        make_account("doubtful", ["reviewer"])
    answer = sign_in(course.app.test_client(), "doubtful").post(task, data={
        "outcome": "eligible", "means": "home_visit", "happened_on": ON.isoformat(), "note": "见到本人"})
    assert answer.status_code == 409 and "见到本人" in answer.text


def edited(course: Course, **fields: object) -> None:
    data = {"reason": "lapsed", "arrears_reason": "", "reasons": "", "file_kind": "home_visit_record"} | fields
    answer = course["li"].post(f"/decisions/{course.decision_id}/edit", data=data)
    assert answer.status_code == 302, answer.text


def test_an_edit_clears_an_optional_field_and_unbinds_a_paper_but_not_who_brought_it(course: Course):
    course.open_resumption()
    with course.app.app_context():
        before = db.session.scalars(select(Decision)).one()
        assert before.fields["reasons"] == "核实健在。" and len(before.evidence) == 1
        people = db.session.scalar(select(func.count()).select_from(DecisionParticipant))
    edited(course)
    with course.app.app_context():
        after = db.session.scalars(select(Decision)).one()
        assert "reasons" not in after.fields and after.evidence == []
        assert db.session.scalar(select(func.count()).select_from(DecisionParticipant)) == people
        assert number_of(course, Evidence) == 1  # the paper itself stays in the file of the case


@pytest.mark.article("SC-29")
def test_a_cleared_personal_value_is_gone_and_the_change_is_named_in_the_log(course: Course):
    address = f"/cases/{course.case_id}/decisions/new/change_identity"
    answer = course["li"].post(address, data={"new_name": "周秀瑛", "new_id_number": "", "reasons": "证件更名",
                                              "file_kind": "identity_document"})
    assert answer.status_code == 302, answer.text
    answer = course["li"].post(f"/decisions/{course.decision_id}/edit", data={
        "new_name": "", "new_id_number": "", "new_birth_on": "1948-05-01", "reasons": "证件更名",
        "file_kind": "identity_document"})
    assert answer.status_code == 302, answer.text
    with course.app.app_context():
        assert unpack(db.session.scalars(select(Decision)).one()) == {"new_birth_on": "1948-05-01"}
        written = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "DecisionEdited")).one()
        assert b"new_name" in written.canonical and "周秀瑛".encode() not in written.canonical


def test_what_the_edit_page_shows_is_what_is_proposed(course: Course):
    course.open_resumption()
    page = course["li"].get(f"/decisions/{course.decision_id}/edit").text
    assert "核实健在。" in page and "checked" in page


def test_clearing_is_refused_to_those_who_may_not_edit(course: Course):
    course.open_resumption()
    key = course.one(Decision.id)[0]
    with course.app.app_context():
        with pytest.raises(TransitionRefused):
            decisions.edit(key, fields={"reasons": None}, actor=actor("wang"), on=ON)
        assert db.session.get(Decision, key).fields["reasons"] == "核实健在。"


@pytest.mark.parametrize(("kind", "field"), [("change_identity", "new_name"), ("change_payee", "new_payee_name")])
def test_a_change_of_nothing_opens_nothing(course: Course, kind: str, field: str):
    answer = course["li"].post(f"/cases/{course.case_id}/decisions/new/{kind}", data={"file_kind": "identity_document"})
    assert answer.status_code == 400 and f'href="#{field}"' in answer.text and "至少填写一项" in answer.text
    assert number_of(course, Decision) == 0


def test_what_no_rule_lets_end_from_here_is_not_offered(course: Course):
    page = course["li"].get(f"/cases/{course.case_id}").text
    assert "/decisions/new/resume" in page and "/decisions/new/terminate" not in page
