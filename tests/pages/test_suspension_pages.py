"""Pages of suspensions that people release: note, gather, propose, release; by the addresses people use."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from cases import review, suspension_batches
from cases.certifications import certify_from_source
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.models import Case, Decision, Notice, SuspensionBatch, SuspensionRow, SweepHalt
from cases.sweep import sweep
from database import db, transaction
from tests import law
from tests.case_builder import make_case, paper
from tests.conftest import Clock
from tests.people import ON, actor, make_account, sign_in
from tests.places import QINGDAO, furnish

pytestmark = pytest.mark.sqlite_is_enough

PLACE, GATHERED = "370203", date(2026, 2, 28)


def lapsing(name: str, office: str = PLACE, living: str = "辽宁路社区") -> str:
    """Public id of a case due on 10 February 2026 whose person was told."""
    case = make_case(ON, office, 姓名=name, 最近认证日期="2025-02-10", 居住地=living, 联系地址="某街 1 号")
    with transaction() as session:
        session.add(Notice(case_id=case.id, kind="certification_due", channel="letter", once_key=f"told {case.id}",
                           message_id=f"told {case.id}", content={}, on=date(2026, 1, 20), status="accepted"))
        return case.public_id


@pytest.fixture
def city(app: Flask, clock: Clock) -> Iterator[list[str]]:
    clock.move_to(GATHERED)
    with app.app_context():
        furnish(QINGDAO)
        for name, role, office in (("li", "caseworker", PLACE), ("wang", "reviewer", PLACE),
                                   ("other", "reviewer", "370202"), ("village", "grassroots_officer", "370203001001")):
            make_account(name, [role], office=office)
        ids = [lapsing("周秀英"), lapsing("吴玉兰")]
        sweep(date(2025, 11, 10), today=date(2025, 11, 10))
        sweep(GATHERED, today=GATHERED)
    yield ids


def client(app: Flask, name: str) -> FlaskClient:
    return sign_in(app.test_client(), name)


def post(client: FlaskClient, address: str, **data: str | list[str]) -> tuple[int, str]:
    answer = client.post(address, data=data, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def batch(app: Flask) -> str:
    with app.app_context():
        return "/suspensions/" + db.session.scalars(select(SuspensionBatch.public_id)).one()


@pytest.mark.article("QD-24", "QD-25")
def test_a_village_notes_the_reasons_and_two_people_of_the_district_release(app: Flask, city: list[str],
                                                                           clock: Clock) -> None:
    li, wang, village = (client(app, name) for name in ("li", "wang", "village"))
    page = batch(app)
    assert "备注原因" in li.get(page).get_data(as_text=True)
    status, told = post(li, f"{page}/propose")
    assert (status, "没有备注认证不通过的原因" in told) == (409, True)
    assert "请选择" in post(village, f"/cases/{city[0]}/not-passed", means="home_visit")[1]
    for case in city:
        status, told = post(village, f"/cases/{case}/not-passed", reason="not_found", means="home_visit", note="三次")
        assert (status, "已记为认证不通过" in told) == (200, True)
    assert "查无此人" in li.get(page).get_data(as_text=True)
    assert "查无此人" in li.get(f"/cases/{city[0]}").get_data(as_text=True)
    with app.app_context():
        row = db.session.scalars(select(SuspensionRow.id).order_by(SuspensionRow.id)).first()
    assert post(li, f"{page}/take_out", row=str(row))[0] == 400
    assert "已移出批次" in post(li, f"{page}/take_out", row=str(row), reason="已联系上")[1]
    assert "已提出" in post(li, f"{page}/propose")[1]
    assert post(li, f"{page}/release")[0] == 409
    assert "已核放，暂停 1 人" in post(wang, f"{page}/release")[1]
    with app.app_context():
        assert sorted(db.session.scalars(select(Case.state))) == ["pending", "suspended"]


@pytest.mark.article("QD-24")
def test_who_was_not_passed_is_a_filter_of_the_list_and_its_download(app: Flask, city: list[str], clock: Clock) -> None:
    li = client(app, "li")
    assert "周秀英" not in li.get("/cases?not_passed=any").get_data(as_text=True)
    post(client(app, "village"), f"/cases/{city[0]}/not-passed", reason="not_found", means="home_visit")
    for asked, seen in (("any", True), ("not_found", True), ("away", False)):
        page = li.get(f"/cases?not_passed={asked}").get_data(as_text=True)
        assert ("周秀英" in page, "吴玉兰" in page) == (seen, False)
        taken = li.post("/cases/download", data={"format": "csv", "not_passed": asked}).get_data(as_text=True)
        assert ("周秀英" in taken, "吴玉兰" in taken) == (seen, False)
    with app.app_context():
        case = db.session.scalars(select(Case.id).where(Case.public_id == city[0])).one()
        certify_from_source(case, "border_crossing", GATHERED, "口岸", on=GATHERED)
    assert "周秀英" not in li.get("/cases?not_passed=any").get_data(as_text=True), "that period is over"


def test_the_filter_is_offered_where_the_rules_know_the_mark(app: Flask, city: list[str]) -> None:
    assert 'name="not_passed"' in client(app, "li").get("/cases").get_data(as_text=True)


def test_elsewhere_the_filter_is_not_offered(app: Flask, context: Flask) -> None:
    make_account("li", ["caseworker"])
    assert 'name="not_passed"' not in client(app, "li").get("/cases").get_data(as_text=True)


@pytest.mark.article("QD-25")
def test_a_batch_not_released_in_time_is_shown_as_overdue(app: Flask, city: list[str], clock: Clock) -> None:
    li = client(app, "li")
    assert "overdue" not in li.get("/suspensions").get_data(as_text=True)
    clock.move_to(date(2026, 3, 9))
    assert "overdue" in client(app, "li").get("/suspensions").get_data(as_text=True)


@pytest.mark.article("QD-6")
def test_another_district_does_not_see_the_batch(app: Flask, city: list[str]) -> None:
    other = client(app, "other")
    assert other.get(batch(app)).status_code == 404
    assert post(other, f"{batch(app)}/release")[0] == 404
    assert "2026年2月" not in other.get("/suspensions").get_data(as_text=True)


def test_a_halted_run_is_let_go_on_by_two_people(app: Flask, clock: Clock, tmp_path: Path) -> None:
    clock.move_to(date(2026, 2, 11))
    folder = law.draft(tmp_path)
    law.amend(folder, "national", "sweep_halt", {"since": "2022-12-12", "value": {
        "times_usual": 2, "at_least": 1, "recent_days": 30}})
    with law.in_force(folder):
        with app.app_context():
            for name, role in (("li", "caseworker"), ("wang", "reviewer")):
                make_account(name, [role])
            for name in ("周秀英", "吴玉兰"):
                lapsing(name, "510107", "")
            sweep(clock.on, today=clock.on)
            halt = f"/suspensions/halts/{db.session.scalars(select(SweepHalt.public_id)).one()}"
        li, wang = client(app, "li"), client(app, "wang")
        assert "将暂停 2 人，远多于平常" in li.get("/suspensions").get_data(as_text=True)
        assert post(wang, f"{halt}/release")[0] == 409
        assert "请另一人核放" in post(li, f"{halt}/propose")[1]
        assert post(li, f"{halt}/release")[0] == 409
        assert "已核放，暂停 2 人" in post(wang, f"{halt}/release")[1]
    with app.app_context():
        assert set(db.session.scalars(select(Case.state))) == {"suspended"}


@pytest.mark.article("QD-25")
def test_confirmed_losses_are_ticked_and_rechecked_with_the_batch(app: Flask, city: list[str], clock: Clock) -> None:
    """Of two awaiting recheck the releaser ticks one; a third was reviewed first by the releaser and offers no tick."""
    with app.app_context():
        make_account("zhao", ["caseworker", "reviewer"], office=PLACE)
        ticked, left, own = (lost(name, who) for name, who in (("郑一", "li"), ("郑二", "li"), ("郑三", "zhao")))
        sweep(GATHERED, today=GATHERED)
        for row in db.session.scalars(select(SuspensionRow.id)).all():
            suspension_batches.take_out(row, "已联系上", actor=actor("li"), on=GATHERED)
    li, zhao = client(app, "li"), client(app, "zhao")
    page = batch(app)
    assert "确认丧失资格" in li.get(page).get_data(as_text=True)
    assert "已提出" in post(li, f"{page}/propose")[1]
    seen = zhao.get(page).get_data(as_text=True)
    assert [f'value="{one}"' in seen for one in (ticked, left, own)] == [True, True, False]
    status, told = post(zhao, f"{page}/release", decision=[ticked, own])
    assert (status, "已核放，暂停 1 人" in told, "1 件丧失资格的决定未能复核" in told) == (200, True, True)
    with app.app_context():
        stages = dict(db.session.execute(select(Decision.public_id, Decision.stage)).all())
    assert stages == {ticked: "executed", left: "recheck", own: "recheck"}


def lost(name: str, reviewer: str) -> str:
    """Public id of a decision on a confirmed loss that awaits recheck."""
    case = make_case(ON, PLACE, 姓名=name, 最近认证日期="2025-09-01", 居住地="", 联系地址="某街 1 号").id
    bound = add_evidence(case, paper("loss_record", GATHERED), actor=actor("li"), on=GATHERED).id
    made = open_decision(case, Proposal("suspend", "confirmed_loss", evidence=(bound,)), actor=actor("li"), on=GATHERED)
    key, public_id = made.id, made.public_id
    submit(key, actor=actor("li"), on=GATHERED)
    review.sign(key, "initial_review", actor=actor(reviewer), on=GATHERED)
    return public_id
