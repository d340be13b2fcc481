"""A month's comparison begun by people from a page: tried, begun, refused in words, broken off, gone on with (QD 15).

Six pensioners of one county, as in the story of the registers; nobody types a command.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from audit.models import AuditEvent
from database import db, transaction
from database.jobs import SILENT, Job
from invariants import breaches
from matching.feeds.store import sign_files
from matching.results import releasing, running, starting
from matching.results.models import ListChange, ListEntry, MatchingRun
from matching.results.running import Wanted, alone
from tests.case_builder import make_case
from tests.conftest import Clock
from tests.features.test_the_registers_of_a_month_are_compared import CITY, COUNTY, ENTERED, NAMES, feeds
from tests.people import actor, make_account, sign_in

pytestmark = pytest.mark.sqlite_is_enough
RUN = date(2026, 3, 20)
ASKED = {"month": "2026-03", "office": "5101"}
TRIAL, START = ASKED | {"kind": starting.TRIAL}, ASKED | {"kind": starting.RUN}
HERE = "/matching/start"


@pytest.fixture
def city(app: Flask, clock: Clock, tmp_path: Path) -> Iterator[Flask]:
    clock.move_to(RUN)
    app.config["FEED_STORE"] = str(tmp_path / "store")
    with app.app_context():
        for name, role, office in (("li.feeds", "caseworker", "5101"), ("city.one", "reviewer", "5101"),
                                   ("watcher", "inspector", "5101"), ("county", "caseworker", COUNTY),
                                   ("elsewhere", "caseworker", "510104")):
            make_account(name, [role], office)
        feeds([make_case(ENTERED, 姓名=name, 最近认证日期="2025-05-20") for name in NAMES], tmp_path)
        db.session.remove()
    yield app
    app.config["FEED_STORE"] = ""


def client(app: Flask, name: str = "city.one") -> FlaskClient:
    return sign_in(app.test_client(), name)


def read(app: Flask, query: Any) -> Any:
    with app.app_context():
        return db.session.scalar(query)


def count(app: Flask, model: Any) -> int:
    return read(app, select(func.count()).select_from(model))


def words(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


@pytest.mark.article("QD-15")
def test_a_month_is_tried_then_begun_and_waits_for_people(city: Flask) -> None:
    one = client(city)
    assert HERE in words(one.get("/matching"))
    tables = (MatchingRun, ListChange, ListEntry, AuditEvent)
    one.get("/matching")
    before = [count(city, table) for table in tables]
    tried = words(one.get(one.post(HERE, data=TRIAL).location))
    for word in ("试算完成", "没有改变任何名单", "会列入名单的", "火化"):
        assert word in tried
    assert [count(city, table) for table in tables] == before
    begun = one.post(HERE, data=START).location
    run = read(city, select(MatchingRun.public_id))
    assert one.get(begun).location == f"/matching/runs/{run}"
    assert "待核放" in words(one.get(f"/matching/runs/{run}"))
    listed = words(one.get("/matching"))
    assert begun in listed and "试算" in listed
    with city.app_context():
        told = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "MatchingProposed")).one()
        assert told.actor == "SYSTEM" and f'"person":{actor("city.one").natural_person_id}' in told.canonical.decode()
        assert not breaches()


REFUSED = {
    "a month to come": (START | {"month": "2026-04"}, "2026-04 还没有到，现在只能比对 2026-03"),
    "a month gone by": (TRIAL | {"month": "2026-02"}, "2026-02 已经过去"),
    "no month": (TRIAL | {"month": "soon"}, "请写成 2026-03 的样子"),
    "a place outside the area": (TRIAL | {"office": "51"}, "请更正以下问题"),
    "a village": (TRIAL | {"office": "510107001"}, "请更正以下问题"),
}


def test_what_cannot_be_compared_is_refused_in_words(city: Flask) -> None:
    one = client(city)
    for data, said in REFUSED.values():
        assert said in words(one.post(HERE, data=data), 409)
    begun = select(func.count()).where(Job.kind.in_(starting.KINDS))
    assert (count(city, MatchingRun), read(city, begun)) == (0, 0)


def standing(app: Flask, status: str) -> None:
    """The run that is there, as it stands at some stage."""
    with app.app_context():
        run = db.session.scalars(select(MatchingRun)).one()
        if status == "released":
            for row in releasing.sample(run.id):
                releasing.look(run.id, row.case_id, "as_said", actor=actor("li.feeds"), on=RUN)
            releasing.release(run.id, actor=actor("city.one"), on=RUN)
        else:
            with transaction() as session:
                session.execute(update(MatchingRun).values(status=status))
        db.session.remove()


def test_while_a_run_is_not_over_there_is_no_other_but_a_trial(city: Flask) -> None:
    one = client(city)
    one.post(HERE, data=START)
    for status, said in (("halted", "因丧失资格人数异常停住"), ("proposed", "2026-03 的信息比对还没有核放"),
                         ("released", "结果还在办理")):
        standing(city, status)
        assert said in words(one.post(HERE, data=START), 409)
    assert "试算完成" in words(one.get(one.post(HERE, data=TRIAL).location))
    assert count(city, MatchingRun) == 1
    assert read(city, select(func.count()).where(AuditEvent.type == "StepRefused")) == 3


@pytest.mark.crosses("matching_above")
def test_a_county_is_told_that_the_city_is_being_compared_and_no_more(city: Flask) -> None:
    with city.app_context():
        running.run(Wanted("2026-03", CITY, RUN))
        db.session.remove()
    county = client(city, "county")
    said = words(county.post(HERE, data=START | {"office": COUNTY}), 409)
    assert "2026-03 的信息比对还没有核放" in said and "火化" not in said
    assert "比对" in words(county.get(county.post(HERE, data=TRIAL | {"office": COUNTY}).location))


def test_files_that_are_not_as_recorded_are_named_and_nothing_is_read(city: Flask) -> None:
    with city.app_context():
        path = next(iter(sign_files(1).values()))
        path.write_bytes(path.read_bytes()[:-1] + b"2")
    one = client(city)
    begun = one.post(HERE, data=START).location
    said = words(one.get(begun))
    assert "有 1 个数据文件与记载不一致" in said and "请撤回有关批次" in said and "没有改变任何名单" in said
    assert (count(city, MatchingRun), read(city, select(Job.counts).order_by(Job.id.desc()).limit(1))["why"]) == (
        0, "SIGNS_DIFFER")
    assert read(city, select(func.count()).where(AuditEvent.type == "StepRefused")) == 1


def test_who_may_not_begin_one_is_refused_and_sees_none(city: Flask) -> None:
    begun = client(city).post(HERE, data=TRIAL).location
    for name, status in (("watcher", 403), ("elsewhere", 404), ("county", 404)):
        other = client(city, name)
        assert other.get(begun).status_code == status
        assert other.get(f"{begun}/progress").status_code == status
        assert other.post(f"{begun}/go-on").status_code == status
        assert begun not in words(other.get("/matching"))
    assert client(city, "watcher").post(HERE, data=TRIAL).status_code == 403
    assert HERE not in words(client(city, "watcher").get("/matching"))
    with city.app_context(), pytest.raises(Exception) as refused:
        starting.begin(starting.TRIAL, Wanted("2026-03", CITY, RUN), actor("county"))
    assert refused.value.codes == ("OUT_OF_AREA",)


def test_clicked_again_while_it_is_under_way_it_leads_to_the_one_that_is(city: Flask) -> None:
    one = client(city)
    first = one.post(HERE, data=TRIAL).location
    with city.app_context(), transaction() as session:
        session.execute(update(Job).where(Job.kind == starting.TRIAL).values(status="running"))
    with city.app_context(), alone(CITY):
        assert one.post(HERE, data=TRIAL).location == first
        assert one.post(HERE, data=START).location == first
        assert "正在比对" in words(client(city, "county").post(HERE, data=TRIAL | {"office": COUNTY}), 409)
        with ExitStack() as beside, pytest.raises(Exception) as refused:
            beside.enter_context(alone("51/"))
        assert refused.value.codes == ("RUN_UNDER_WAY",)
        beside.enter_context(alone("51/5102/"))  # another city is nobody's business
        beside.close()
    assert count(city, MatchingRun) == 0


def lost(app: Flask, **values: Any) -> None:
    """The latest job as a killed process leaves it."""
    with app.app_context(), transaction() as session:
        last = session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
        last.status, last.finished_at = "running", None
        last.heartbeat_at -= timedelta(seconds=SILENT + 1)
        last.counts = {name: last.counts[name] for name in ("month", "by")} | values


def test_one_whose_process_died_is_named_as_interrupted_and_goes_on(city: Flask) -> None:
    one = client(city)
    begun = one.post(HERE, data=TRIAL).location
    lost(city)
    with city.app_context(), alone(CITY):  # somebody is at it: a step may be silent for long
        assert "处理中" in words(one.get(begun))
    said = words(one.get(begun))
    assert "比对中断了" in said and "从中断处继续" in said
    assert "没有完成" in words(one.get("/matching"))
    assert one.get(f"{begun}/progress").headers["HX-Refresh"] == "true"
    assert one.post(f"{begun}/go-on").location == begun
    assert "试算完成" in words(one.get(begun))
    assert read(city, select(Job.attempts).where(Job.kind == starting.TRIAL)) == 2
    words(one.post(f"{begun}/go-on"), 409)  # it is over


def test_one_killed_after_it_was_proposed_proposes_nothing_more(city: Flask) -> None:
    one = client(city)
    begun = one.post(HERE, data=START).location
    run = read(city, select(MatchingRun.public_id))
    lost(city, run=run)
    assert "三张名单已经提出" in words(one.get(begun))
    assert one.post(f"{begun}/go-on").status_code == 302
    assert one.get(begun).location == f"/matching/runs/{run}"
    assert count(city, MatchingRun) == 1


def test_rights_lost_meanwhile_end_it(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    one, found = client(city), starting.running.find

    def meanwhile(*told: Any) -> Any:
        monkeypatch.setattr(starting, "STARTERS", ("approver",))
        return found(*told)

    monkeypatch.setattr(running, "find", meanwhile)
    begun = one.post(HERE, data=START).location
    monkeypatch.undo()
    assert "您没有办理这一步的岗位权限" in words(one.get(begun))
    assert count(city, MatchingRun) == 0


def test_the_command_says_in_both_languages_why_it_does_not(city: Flask) -> None:
    def said(*more: str, on: str = "2026-03-20") -> str:
        with city.app_context():
            answer = city.test_cli_runner().invoke(args=["matching", "run", "--on", on, *more])
        assert isinstance(answer.exception, SystemExit), answer.exception
        return answer.output

    ahead = said("--month", "2026-04")
    for word in ("MONTH_AHEAD", "还没有到", "has not begun", "Choose this month"):
        assert word in ahead
    assert "没有这个机构" in said("--area", "nowhere") and "no such office" in said("--area", "nowhere")
    assert "没有可以比对的人员" in said("--area", "510104", "--dry-run")
    with city.app_context(), alone(CITY):
        assert "at this moment" in said("--area", "5101", "--dry-run")
    assert "业务日期不能晚于今天" in said("--area", "5101", on="2026-03-21")
    assert count(city, MatchingRun) == 0
