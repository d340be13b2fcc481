"""A month's comparison, from the files of other registers to what people sign (SC 9-14, 25, 33; QD 14-19; GB 3.2).

Six pensioners of one county. The railway saw one alive; one was cremated; one was both cremated and on a train; of the
others nobody says anything.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from cases import review, verification
from cases.models import Case, Decision, Notice, VerificationTask
from database import db
from invariants import breaches
from matching.feeds.withdrawing import withdraw
from matching.results import applying, due, listing, releasing, running
from matching.results.models import ListChange, ListEntry, MatchingRun, MatchingSample
from matching.results.running import Wanted
from replay import differences
from tests.case_builder import make_case
from tests.matching.feeds import RAIL, csv_file, loaded
from tests.people import actor, make_account
from tests.replay.damaging import each_is_named

ENTERED, LOADED, RUN = date(2026, 3, 2), date(2026, 3, 15), date(2026, 3, 20)
CITY, COUNTY = "51/5101/", "510107"
NAMES = ("周秀英", "吴建国", "郑文慧", "何志远", "马桂芳", "冯国强")
CREMATED = ("姓名", "身份证号", "火化日期")


@pytest.fixture
def county(context: Flask, tmp_path: Path) -> Iterator[list[Case]]:
    context.config["FEED_STORE"] = str(tmp_path / "store")
    for name, role, office in (("li", "caseworker", COUNTY), ("wang", "reviewer", COUNTY), ("zhao", "approver", COUNTY),
                               ("li.feeds", "caseworker", "5101"), ("city.one", "reviewer", "5101"),
                               ("city.two", "approver", "5101")):
        make_account(name, [role], office)
    yield [make_case(ENTERED, 姓名=name, 最近认证日期="2025-05-20") for name in NAMES]
    context.config["FEED_STORE"] = ""


def row(case: Case, *more: str) -> tuple[str, ...]:
    return (case.pensioner.name, case.pensioner.id_number, *more)


def feeds(cases: list[Case], folder: Path) -> dict[str, int]:
    """Source -> load."""
    travelled = [row(cases[0], "2026-03-01", "已乘车"), row(cases[3], "2026-03-05", "已乘车")]
    rail = csv_file(folder, travelled, RAIL, "rail.csv")
    cremated = csv_file(folder, [row(cases[2], "2026-02-10"), row(cases[3], "2026-02-11")], CREMATED, "cremated.csv")
    return {"rail_travel": loaded(rail, on=LOADED).id, "cremations": loaded(cremated, "cremations", on=LOADED).id}


def compared(on: date = RUN) -> MatchingRun:
    return running.run(Wanted(f"{on:%Y-%m}", CITY, on))


def let_go(run: MatchingRun, on: date = RUN) -> None:
    for one in db.session.scalars(select(MatchingSample).where(MatchingSample.run_id == run.id)).all():
        releasing.look(run.id, one.case_id, "as_said", actor=actor("city.two"), on=on)
    releasing.release(run.id, actor=actor("city.one"), on=on)
    applying.apply(run.id, on=on)


def lists(run: MatchingRun) -> dict[int, tuple[str, str, str | None]]:
    return {one.case_id: (one.list, one.reason, one.source)
            for one in db.session.scalars(select(ListChange).where(ListChange.run_id == run.id))}


def fresh(case: Case) -> Case:
    return db.session.get_one(Case, case.id, populate_existing=True)


@pytest.mark.article("QD-16", "SC-9b", "SC-14", "QD-15", "SC-33", "SC-25", "GB-3.2", "GB-5.7")
def test_from_the_files_of_a_month_to_what_people_sign(county: list[Case], tmp_path: Path) -> None:
    seen, _other, dead, both, _fifth, unknown = county
    feeds(county, tmp_path)
    assert not due.due(CITY, RUN).overdue
    assert due.due(CITY, date(2026, 3, 26)).overdue
    run = compared()
    found = lists(run)
    assert found[seen.id] == ("eligible", "travel_record", "rail_travel")
    assert found[dead.id] == ("lost", "dead", "cremations")
    assert found[both.id] == ("to_be_verified", "both_lists", "cremations")
    assert found[unknown.id][0] == "to_be_verified"
    assert run.counts["lists"] == {"eligible": 1, "lost": 1, "to_be_verified": 4}
    assert fresh(seen).due_on == date(2026, 5, 20)  # nothing follows before people release it
    let_go(run)
    assert due.due(CITY, RUN).month == "2026-04"
    assert (fresh(seen).last_certified_on, fresh(seen).due_on) == (date(2026, 3, 1), date(2027, 3, 1))
    assert db.session.scalar(select(VerificationTask.cause).where(VerificationTask.case_id == both.id)) == "both_lists"
    assert db.session.scalar(select(Notice.kind).where(Notice.case_id == both.id)) == "referred"
    stop = db.session.scalars(select(Decision).where(Decision.case_id == dead.id)).one()
    assert (stop.kind, stop.stage, fresh(dead).state) == ("stop", "initial_review", "verified")
    for name, act in (("li", "initial_review"), ("wang", "recheck")):
        review.sign(stop.id, act, opinion="属实", actor=actor(name), on=RUN)
    assert fresh(dead).state == "stopped"
    assert not breaches() and not differences()


@pytest.mark.article("SC-9c")
def test_a_feed_withdrawn_leaves_what_others_say(county: list[Case], tmp_path: Path) -> None:
    seen = county[0]
    loads = feeds(county, tmp_path)
    let_go(compared())
    withdraw(loads["rail_travel"], actor("li.feeds"), RUN, "对方来函：整批有误")
    assert (fresh(seen).last_certified_on, fresh(seen).due_on) == (date(2025, 5, 20), date(2026, 5, 20))
    again = compared(date(2026, 4, 10))
    assert (again.mode, lists(again)[seen.id][0]) == ("incremental", "to_be_verified")
    assert lists(again)[county[3].id] == ("lost", "dead", "cremations")
    assert not breaches()
    each_is_named("a month of registers")


@pytest.mark.article("SC-9c")
def test_what_people_decided_stays_when_its_feed_is_withdrawn_and_is_listed(county: list[Case], tmp_path: Path) -> None:
    loads, dead = feeds(county, tmp_path), county[2]
    let_go(compared())
    task = db.session.scalars(select(VerificationTask).where(VerificationTask.case_id == county[3].id)).one()
    verification.finish(task.id, outcome="eligible", means="home_visit", note="在家", actor=actor("li"), on=RUN)
    withdraw(loads["cremations"], actor("li.feeds"), RUN, "对方来函：整批有误")
    kinds = [(one.kind, one.stage) for one in db.session.scalars(
        select(Decision).where(Decision.case_id == dead.id).order_by(Decision.id))]
    assert kinds == [("stop", "withdrawn"), ("annul_death_mark", "draft")]
    assert [one.case_id for one in listing.decided_on_withdrawn(actor("li"))] == [county[3].id]
    assert not breaches()


def test_the_same_month_again_changes_nothing(county: list[Case], tmp_path: Path) -> None:
    feeds(county, tmp_path)
    let_go(compared())
    again = running.dry_run(Wanted("2026-03", CITY, RUN))
    moved = {name: number for name, number in again.came.items() if name[0] != "eligible"}
    assert not moved, moved
    assert db.session.query(ListEntry).count() == len(NAMES)


@pytest.mark.article("QD-15")
def test_the_commands_show_the_difference_propose_carry_out_and_say_what_is_due(
        context: Flask, county: list[Case], tmp_path: Path) -> None:
    feeds(county, tmp_path)
    asked = ["--area", "5101", "--on", "2026-03-20"]

    def said(*words: str) -> str:
        answer = context.test_cli_runner().invoke(args=["matching", *words])
        assert answer.exit_code == 0, answer.output
        return answer.output

    dry = said("run", "--month", "2026-03", *asked, "--dry-run")
    assert "+1\tlost\tdead\tcremations" in dry and "nothing was changed" in dry
    assert db.session.query(MatchingRun).count() == 0
    assert "proposed\t" in said("run", "--month", "2026-03", *asked)
    run = db.session.scalars(select(MatchingRun)).one()
    assert context.test_cli_runner().invoke(args=["matching", "apply", run.public_id]).exit_code == 1
    let_go(run)
    assert "certified\t1" in said("apply", run.public_id, "--on", "2026-03-20")
    assert "2026-04\t2026-04-25" in said("due", *asked)
    assert context.test_cli_runner().invoke(args=["matching", "run", "--month", "2026-02", *asked]).exit_code == 1
