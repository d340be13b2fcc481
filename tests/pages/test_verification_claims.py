"""A verification task lies on one desk: claimed and put back by the page, seen by the others, told in the log."""
from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent, AuditPersonal
from cases.claims import claim_task, release_task
from cases.models import Case, VerificationTask
from cases.verification import open_task
from database import db, transaction
from invariants import breaches
from staff.access import SYSTEM
from tests.case_builder import make_case
from tests.features.test_a_wrong_suspension_is_put_right import ON
from tests.people import account, actor, make_account, sign_in
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

PEOPLE = {"he": ("grassroots_officer", "510107001201"), "li": ("caseworker", "510107"), "wang": ("reviewer", "510107"),
          "there": ("caseworker", "510104")}
CLAIM, PUT_BACK = "VerificationClaimed", "VerificationReleased"


@pytest.fixture
def task(app: Flask) -> Iterator[str]:
    """Public id of the open task of a person in the village of He, paid by the county of Li."""
    app.config["TODAY"] = ON
    with app.app_context():
        for name, (role, office) in PEOPLE.items():
            make_account(name, [role], office=office)
        case = make_case(ON)
        with transaction():
            opened = open_task(case, "warning_period", actor=SYSTEM, on=ON).public_id
    yield opened
    app.config.pop("TODAY", None)


def told(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.type).where(
            AuditEvent.type.in_((CLAIM, PUT_BACK, "StepRefused"))).order_by(AuditEvent.id)))


def holder(app: Flask) -> int | None:
    with app.app_context():
        return db.session.scalar(select(VerificationTask.claimed_by))


@pytest.mark.article("SC-15")
def test_the_others_see_who_has_a_task_and_it_is_put_back_by_whoever_has_it(app: Flask, task: str) -> None:
    he, li = (sign_in(app.test_client(), name) for name in ("he", "li"))
    assert he.post(f"/verifications/{task}/claim").status_code == 302
    assert "由我领取" in he.get("/verifications").text and "由 he 领取" in li.get("/verifications").text
    assert "由 he 领取" in li.get("/work").text
    with app.app_context():
        case = db.session.scalar(select(Case.public_id))
    assert "由 he 领取" in li.get(f"/cases/{case}").text and "领取核实任务" in li.get(f"/cases/{case}").text
    refused = li.post(f"/verifications/{task}/claim")
    assert refused.status_code == 409 and "已由他人领取" in refused.text
    assert li.post(f"/verifications/{task}/release").status_code == 409
    assert he.post(f"/verifications/{task}/release").status_code == 302
    assert "领取" not in li.get("/verifications").text
    assert told(app) == [CLAIM, "StepRefused", "StepRefused", PUT_BACK]


def test_a_caseworker_of_the_office_puts_back_what_someone_away_has_claimed_and_says_why(app: Flask, task: str) -> None:
    he, li = (sign_in(app.test_client(), name) for name in ("he", "li"))
    he.post(f"/verifications/{task}/claim")
    address, why = f"/verifications/{task}/put_back", "何某住院，改由他人上门。"
    assert f'action="{address}"' in li.get(f"/verifications/{task}").text
    unsaid = li.post(address, data={"why": ""})
    assert unsaid.status_code == 400 and "why-error" in unsaid.text
    assert holder(app) is not None and told(app) == [CLAIM]
    assert "代他人放回必须写明原因" in li.post(address, data={"why": " "}).text and holder(app) is not None
    assert li.post(address, data={"why": why}).status_code == 302
    assert holder(app) is None and told(app) == [CLAIM, "StepRefused", PUT_BACK]
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.type == PUT_BACK)).one()
        assert json.loads(event.canonical)["data"]["holder"] == account("he").natural_person_id
        assert db.session.scalar(select(AuditPersonal.value).where(AuditPersonal.event_id == event.id)) == why
    assert li.post(f"/verifications/{task}/claim").status_code == 302


def test_only_a_caseworker_of_the_office_or_above_puts_back_anothers_task(app: Flask, task: str) -> None:
    with app.app_context():
        for name, role, office in (("ma", "grassroots_officer", "510107001201"), ("city", "caseworker", "5101")):
            make_account(name, [role], office=office)
        number = db.session.scalar(select(VerificationTask.id))
        claim_task(number, actor=actor("he"), on=ON)
        for name, refusal in {"ma": "NOT_CLAIMED_BY_YOU", "wang": "OUT_OF_AREA", "there": "OUT_OF_AREA"}.items():
            with pytest.raises(TransitionRefused) as refused:
                release_task(number, note="不在岗", actor=actor(name), on=ON)
            assert refused.value.codes == (refusal,)
        with pytest.raises(TransitionRefused) as refused:
            release_task(number, actor=actor("city"), on=ON)
        assert refused.value.codes == ("WHY_PUT_BACK_MISSING",)
    assert holder(app) is not None
    ma = sign_in(app.test_client(), "ma")
    assert "put_back" not in ma.get(f"/verifications/{task}").text
    assert ma.post(f"/verifications/{task}/put_back", data={"why": "不在岗"}).status_code == 409
    with app.app_context():
        release_task(number, note="不在岗", actor=actor("city"), on=ON)
        with pytest.raises(TransitionRefused) as refused:
            release_task(number, note="不在岗", actor=actor("city"), on=ON)
        assert refused.value.codes == ("NOT_CLAIMED_BY_YOU",)
    assert holder(app) is None


def test_claiming_twice_is_told_once(app: Flask, task: str) -> None:
    he = sign_in(app.test_client(), "he")
    for _again in range(2):
        assert he.post(f"/verifications/{task}/claim").status_code == 302
    assert told(app) == [CLAIM]


def test_whoever_cannot_verify_there_cannot_claim(app: Flask, task: str) -> None:
    assert sign_in(app.test_client(), "there").post(f"/verifications/{task}/claim").status_code == 404
    assert sign_in(app.test_client(), "wang").post(f"/verifications/{task}/claim").status_code == 403
    with app.app_context():
        number = db.session.scalar(select(VerificationTask.id))
        for name in ("there", "wang"):
            with pytest.raises(TransitionRefused) as refused:
                claim_task(number, actor=actor(name), on=ON)
            assert refused.value.codes == ("OUT_OF_AREA",)
        own = db.session.scalar(select(Case)).pensioner.id_number
        make_account("self", ["caseworker"], id_number=own)
        with pytest.raises(TransitionRefused) as refused:
            claim_task(number, actor=actor("self"), on=ON)
        assert refused.value.codes == ("OWN_CASE",)
    assert holder(app) is None and CLAIM not in told(app)


def test_of_two_who_claim_at_once_one_has_it(app: Flask, task: str) -> None:
    with app.app_context():
        number = db.session.scalar(select(VerificationTask.id))
    for _round in range(6):
        start = Barrier(2)

        def run(name: str, start: Barrier = start) -> str:
            with app.app_context():
                who = actor(name)
                start.wait()
                try:
                    claim_task(number, actor=who, on=ON)
                except TransitionRefused as refused:
                    return refused.codes[0]
                return name

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(run, ("he", "li")))
        assert answers.count("CLAIMED_BY_ANOTHER") == 1
        with app.app_context():
            release_task(number, actor=actor(next(name for name in answers if name in PEOPLE)), on=ON)
    assert told(app).count(CLAIM) == 6
    with app.app_context():
        assert breaches() == []


def test_a_claim_gives_no_right_and_a_finished_task_is_claimed_by_nobody(app: Flask, task: str) -> None:
    he, li = (sign_in(app.test_client(), name) for name in ("he", "li"))
    he.post(f"/verifications/{task}/claim")
    found = {"outcome": "eligible", "means": "phone", "happened_on": ON.isoformat(), "note": "电话核实，本人接听。"}
    assert "上门前请先联系领取人" in li.get(f"/verifications/{task}").text
    assert li.post(f"/verifications/{task}", data=found).status_code == 302
    assert he.post(f"/verifications/{task}/release").status_code == 409
    assert "/claim" not in he.get(f"/verifications/{task}").text
