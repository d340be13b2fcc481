"""What is found is put right and looked at again; staff are taught and assessed; service is measured."""
from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from cases import review
from cases.decisions import Proposal, open_decision, submit
from cases.duties import indicators, inspecting
from cases.duties.indicators import Rate, Sampled
from cases.duties.inspecting import Inspected
from cases.duties.standing import standings
from cases.evidence import add_evidence
from cases.ledgers.place import place_of
from cases.models import Case, ServiceSample
from database import db
from invariants import breaches
from staff import grants, training
from staff.actor import Actor
from staff.refusals import StaffRefused
from staff.training import Course, record_training
from tests.case_builder import LAPSED, make_case, paper
from tests.law import amend, draft, in_force
from tests.people import ON as GRANTED_ON
from tests.people import account, actor, make_account
from tests.replay.damaging import each_is_named
from workflows.transition import TransitionRefused

ON, COUNTY, PATH = date(2026, 3, 16), "510107", "51/5101/510107/"
FOUND = Inspected(COUNTY, "outside", "市审计局", ON, "两份照片缺拍摄日期", "补注日期", date(2026, 4, 15))


@pytest.fixture
def people(context: Flask) -> dict[str, Actor]:
    context.config["TODAY"] = ON
    yield {name: make_account(name, [role]) for name, role in (
        ("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver"), ("sun", "inspector"))}
    context.config.pop("TODAY")


def refusal_of(command, *args, **more) -> tuple[str, ...]:
    with pytest.raises((TransitionRefused, StaffRefused)) as refused:
        command(*args, **more)
    found = refused.value
    return (found.refusal,) if isinstance(found, StaffRefused) else found.codes


@pytest.mark.article("GB-5.9", "JS-9")
def test_what_an_inspection_found_is_put_right_and_looked_at_again_by_another(people: dict):
    row = inspecting.enter(FOUND, actor=people["sun"], on=ON)
    assert inspecting.overdue_of(PATH, date(2026, 4, 15)) == 0 and inspecting.overdue_of(PATH, date(2026, 4, 16)) == 1
    assert refusal_of(inspecting.close, row.id, actor=people["sun"], on=ON) == ("INSPECTION_STAGE",)
    assert refusal_of(inspecting.correct, row.id, " ", actor=people["wang"], on=ON) == ("CORRECTION_MISSING",)
    assert refusal_of(inspecting.correct, row.id, "已补", actor=people["sun"], on=ON) == ("OUT_OF_AREA",)
    inspecting.correct(row.id, "已补注", actor=people["wang"], on=ON)
    assert refusal_of(inspecting.close, row.id, actor=people["wang"], on=ON) == ("OWN_CORRECTION",)
    assert inspecting.close(row.id, actor=people["sun"], on=ON).status == "closed"
    assert [inspecting.counts(people["li"], ON)[tab] for tab in ("open", "corrected", "closed")] == [0, 0, 1]
    assert breaches() == []


@pytest.mark.sqlite_is_enough
@pytest.mark.parametrize(("change", "code"), [
    ({"kind": "nothing"}, "INSPECTION_UNKNOWN"), ({"finding": " "}, "FINDING_MISSING"),
    ({"due_on": None}, "MEASURE_WITHOUT_DAY"), ({"measure": ""}, "MEASURE_WITHOUT_DAY"),
    ({"due_on": date(2026, 3, 1)}, "MEASURE_WITHOUT_DAY"),
    ({"on": date(2026, 3, 17)}, "DATE_IN_FUTURE"), ({"kind": "archive_check"}, "VOLUMES_MISSING"),
    ({"office": "510104"}, "OUT_OF_AREA")])
def test_an_inspection_that_does_not_say_what_it_must_is_refused(people: dict, change: dict, code: str):
    assert refusal_of(inspecting.enter, Inspected(**vars(FOUND) | change), actor=people["wang"], on=ON) == (code,)


def course(name: str, hours: int = 12, outcome: str = "passed", on: date = ON) -> Course:
    return Course(account(name).public_id, on, "待遇领取资格认证政策", "lecture", hours, outcome)


@pytest.mark.article("JS-4.2")
def test_everybody_is_taught_twelve_class_hours_a_year_recorded_by_another(people: dict):
    def stands(on: date) -> str:
        place = place_of(COUNTY, people["li"])
        return next(one for one in standings(place, on) if one.kind.name == "training").now.state

    assert stands(ON) == "open" and stands(date(2026, 12, 31)) == "open" and stands(date(2027, 1, 1)) == "overdue"
    assert refusal_of(record_training, course("wang"), actor=people["wang"], on=ON) == ("OWN_TRAINING",)
    assert refusal_of(record_training, course("wang"), actor=people["li"], on=ON) == ("UNKNOWN_ACCOUNT",)
    assert refusal_of(record_training, course("li", 0), actor=people["wang"], on=ON) == ("HOURS_MISSING",)
    late = course("li", on=date(2026, 3, 17))
    assert refusal_of(record_training, late, actor=people["wang"], on=ON) == ("DATE_IN_FUTURE",)
    for name, hours in (("li", 8), ("li", 4), ("zhao", 12)):
        record_training(course(name, hours), actor=people["wang"], on=ON)
    assert stands(ON) == "open"
    record_training(course("wang", 12), actor=people["zhao"], on=ON)
    assert stands(ON) == "done" and stands(date(2026, 12, 31)) == "done"
    shown = {one.account.username: one for one in training.hours_of(PATH, 2026, ON)}
    assert (shown["li"].hours, shown["li"].short, shown["li"].assessed) == (12, 0, True)
    assert (shown["sun"].hours, shown["sun"].short, shown["sun"].assessed) == (0, 12, False)
    each_is_named("training")


@pytest.mark.article("JS-4.2")
def test_where_the_standard_says_so_nobody_takes_post_before_the_assessment_is_passed(people: dict, tmp_path: Path):
    draft(tmp_path)
    amend(tmp_path, "sichuan", "post_needs_assessment", {"value": True, "since": date(2022, 12, 12)})
    make_account("new", [])
    with in_force(tmp_path):
        system, security, audit = (actor(f"founder.{one}") for one in ("system", "security", "audit"))
        grant = grants.apply(system, account("new").public_id, "caseworker", COUNTY, GRANTED_ON).public_id
        grants.check(audit, grant, ON)
        assert refusal_of(grants.approve, security, grant, ON) == ("NOT_ASSESSED",)
        record_training(course("new", outcome="failed"), actor=people["wang"], on=ON)
        assert refusal_of(grants.approve, security, grant, ON) == ("NOT_ASSESSED",)
        record_training(course("new"), actor=people["wang"], on=ON)
        assert grants.approve(security, grant, ON).status == "active"


def test_elsewhere_a_post_is_given_and_the_page_warns(people: dict):
    make_account("new", ["caseworker"])
    person = account("new").natural_person_id
    assert training.post_is_barred(person, "caseworker", PATH, ON) is None
    assert training.post_is_barred(person, "inspector", PATH, ON) is False


def resumed(people: dict, back_once: bool = False) -> Case:
    """A resumption carried out; with a round returned on the way."""
    case = make_case(ON, **LAPSED)
    bound = add_evidence(case.id, paper("home_visit_record", ON), actor=people["li"], on=ON).id
    made = open_decision(case.id, Proposal("resume", "lapsed", evidence=(bound,)), actor=people["li"], on=ON).id
    steps = (("initial_review", "li"), ("recheck", "wang"), ("approve", "zhao"))
    submit(made, actor=people["li"], on=ON)
    if back_once:
        review.sign(made, "initial_review", opinion="同意", actor=people["li"], on=ON)
        review.return_(made, opinion="请核对", actor=people["wang"], on=ON)
        submit(made, actor=people["li"], on=ON)
    for action, name in steps:
        review.sign(made, action, opinion="同意", actor=people[name], on=ON)
    return case


@pytest.mark.article("JS-9.1b")
def test_service_is_measured_by_three_rates_two_from_our_data_and_one_from_samples(people: dict):
    resumed(people)
    resumed(people, back_once=True)
    found = indicators.by_month(PATH, ["2026-02", "2026-03"])
    assert found["done_in_one_visit"] == {"2026-02": Rate(), "2026-03": Rate(2, 1)}
    assert found["told_the_same_day"]["2026-03"] == Rate(2, 2)
    assert found["query_accuracy"]["2026-03"].per_mille is None
    sampled = Sampled(COUNTY, "query_accuracy", "2026-03", 20, 19, "随机抽取电话查询二十件")
    indicators.enter_sample(sampled, actor=people["li"], on=ON)
    assert indicators.by_month(PATH, ["2026-03"])["query_accuracy"]["2026-03"].per_mille == 950
    row = db.session.scalar(select(ServiceSample))
    assert (row.account.username, row.on) == ("li", ON)
    each_is_named("samples of service")
    for change, code in (({"good": 21}, "SAMPLE_NUMBERS"), ({"checked": 0, "good": 0}, "SAMPLE_NUMBERS"),
                         ({"month": "2026-04"}, "SAMPLE_MONTH"), ({"note": ""}, "NOTE_MISSING"),
                         ({"indicator": "told_the_same_day"}, "INDICATOR_UNKNOWN"),
                         ({"office": "510104"}, "OUT_OF_AREA")):
        wrong = Sampled(**vars(sampled) | change)
        assert refusal_of(indicators.enter_sample, wrong, actor=people["li"], on=ON) == (code,)
