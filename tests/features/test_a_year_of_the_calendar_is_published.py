"""The State Council arranges 2027: one administrator enters it, another releases it, and limits are counted again."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from audit.models import AuditEvent
from cases import calendar
from cases.decisions import Proposal, open_decision
from cases.forms.calendar import holiday_lines, written
from cases.limit_run import run_limits
from cases.models import CalendarDay, CalendarYear, Decision, ServiceLimit
from cases.working_calendar import arrangements, working_calendar
from database import db
from invariants import breaches
from rules import days_off
from rules.days_off import Arrangement, days_of, shipped
from tests.case_builder import make_case
from tests.owner import as_owner
from tests.people import actor, grant_role, make_account, sign_in, valid_id_number
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

OPENED = date(2026, 12, 24)
ON = date(2026, 12, 28)
NEW_YEAR = (date(2027, 1, 1), date(2027, 1, 3), "元旦")
NOTICE = {"document": "国务院办公厅关于2027年部分节假日安排的通知", "number": "国办发明电〔2026〕9号",
          "issued_on": "2026-11-10", "year": "2027", "worked": "2027-01-09",
          "holidays": "2027-01-01 至 2027-01-03 元旦"}


def arrangement(*holidays: tuple[date, date, str], worked: tuple[date, ...] = (), year: int = 2027) -> Arrangement:
    return Arrangement(year, NOTICE["document"], NOTICE["number"], date(2026, 11, 10),
                       days_of(holidays or [NEW_YEAR], worked, year), read=True)


@pytest.fixture
def two(context: Flask) -> tuple:
    """A system administrator and a security administrator, each of the whole tree."""
    make_account("li", ["caseworker"])
    return actor("founder.system"), actor("founder.security")


def opened(on: date = OPENED) -> Decision:
    return open_decision(make_case(on).id, Proposal("change_identity"), actor=actor("li"), on=on)


def limit_of(decision: Decision) -> ServiceLimit:
    return db.session.get_one(ServiceLimit, decision.id, populate_existing=True)


def refusal_of(call, *args: object, **options: object) -> tuple[str, ...]:
    with pytest.raises(TransitionRefused) as refused:
        call(*args, **options)
    return refused.value.codes


def test_what_was_provisional_is_counted_again_with_both_days_on_record(two: tuple):
    """Ten days after 24 December 2026. Weekends only: 25, 28 to 31 December, 1, 4 to 7 January. With New Year's Day
    off and Saturday 9 January worked: 25, 28 to 31 December, 4 to 8 January."""
    decision = opened()
    assert (limit_of(decision).due_on, limit_of(decision).provisional) == (date(2027, 1, 7), True)
    row = calendar.propose(arrangement(worked=(date(2027, 1, 9),)), actor=two[0], on=ON).public_id
    assert limit_of(decision).provisional
    assert calendar.release(row, actor=two[1], on=ON) == 1
    assert (limit_of(decision).due_on, limit_of(decision).provisional) == (date(2027, 1, 8), False)
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "LimitRecounted")).one()
    assert b'"due_before":"2027-01-07"' in told.canonical and b'"due_on":"2027-01-08"' in told.canonical
    assert breaches() == []


def test_only_what_ends_otherwise_is_recounted_and_the_closed_stay_as_they_were(two: tuple):
    spring = opened(date(2026, 3, 2))
    row = calendar.propose(arrangement(), actor=two[0], on=ON).public_id
    assert calendar.release(row, actor=two[1], on=ON) == 0
    assert limit_of(spring).due_on == date(2026, 3, 16)


def test_whoever_proposed_a_year_does_not_release_it_under_whatever_account(two: tuple):
    number = valid_id_number()
    one, same = (make_account(name, ["system_administrator"], "51", number) for name in ("one", "one.again"))
    row = calendar.propose(arrangement(), actor=one, on=ON).public_id
    assert refusal_of(calendar.release, row, actor=one, on=ON) == ("SAME_PERSON",)
    assert refusal_of(calendar.release, row, actor=same, on=ON) == ("SAME_PERSON",)
    assert 2027 not in arrangements()


def test_only_administrators_of_the_whole_tree_reach_the_calendar(two: tuple):
    county = make_account("county.admin", [], office="510107")
    grant_role(county.account_public_id, "system_administrator", "510107")
    assert refusal_of(calendar.propose, arrangement(), actor=actor("county.admin"), on=ON) == ("OUT_OF_AREA",)
    assert refusal_of(calendar.propose, arrangement(), actor=actor("li"), on=ON) == ("NO_GRANT",)
    row = calendar.propose(arrangement(), actor=two[0], on=ON).public_id
    assert refusal_of(calendar.release, row, actor=actor("county.admin"), on=ON) == ("OUT_OF_AREA",)
    assert refusal_of(calendar.reject, row, reason="不符", actor=actor("li"), on=ON) == ("NO_GRANT",)


def test_a_year_waits_once_and_is_settled_once(two: tuple):
    row = calendar.propose(arrangement(), actor=two[0], on=ON).public_id
    assert refusal_of(calendar.propose, arrangement(), actor=two[1], on=ON) == ("YEAR_ALREADY_PROPOSED",)
    calendar.reject(row, reason="与通知不符", actor=two[1], on=ON)
    assert refusal_of(calendar.release, row, actor=two[1], on=ON) == ("WRONG_STAGE",)
    assert refusal_of(calendar.reject, row, reason="再退", actor=two[1], on=ON) == ("WRONG_STAGE",)
    assert refusal_of(calendar.release, "nothing", actor=two[1], on=ON) == ("UNKNOWN_CALENDAR_YEAR",)
    assert 2027 not in arrangements()


def test_a_year_that_came_with_the_program_is_put_right_by_a_later_release(two: tuple):
    decision = opened(date(2026, 3, 2))
    assert limit_of(decision).due_on == date(2026, 3, 16)
    holidays = [*holiday_lines(written(shipped()[2026])[0]), (date(2026, 3, 9), date(2026, 3, 9), "更正")]
    changed = arrangement(*holidays, worked=shipped()[2026].worked, year=2026)
    calendar.release(calendar.propose(changed, actor=two[0], on=ON).public_id, actor=two[1], on=ON)
    assert limit_of(decision).due_on == date(2026, 3, 17)


def test_a_year_that_comes_with_a_new_program_is_counted_in_by_the_daily_run(two: tuple, monkeypatch):
    decision = opened()
    newer = {**shipped(), 2027: arrangement()}
    monkeypatch.setattr("cases.working_calendar.shipped", lambda: newer)
    assert [one.invariant for one in breaches()] == ["Limits every open limit ends where calendar and pauses say"]
    assert run_limits(ON, today=ON)["recounted"] == 1 and run_limits(ON, today=ON)["recounted"] == 0
    assert limit_of(decision).due_on == date(2027, 1, 8) and breaches() == []


def test_a_notice_that_begins_in_december_moves_a_limit_that_ends_there(two: tuple):
    """Ten days after 17 December end on the 31st; with the 31st off and New Year's Day too, on Monday the 4th."""
    decision = opened(date(2026, 12, 17))
    assert limit_of(decision).due_on == date(2026, 12, 31)
    long = arrangement((date(2026, 12, 31), date(2027, 1, 3), "元旦"))
    calendar.release(calendar.propose(long, actor=two[0], on=ON).public_id, actor=two[1], on=ON)
    assert limit_of(decision).due_on == date(2027, 1, 4)


@pytest.mark.parametrize("change", [
    "UPDATE calendar_day SET kind = 'worked'", "DELETE FROM calendar_day", "DELETE FROM calendar_year",
    "UPDATE calendar_year SET year = 2028", "UPDATE calendar_year SET status = 'released', settled_by = proposed_by, "
    "settled_by_person = proposed_by_person, settled_on = '2026-12-28'"])
def test_the_database_keeps_a_year_as_proposed_and_releases_it_by_another_person_only(two: tuple, change: str):
    calendar.propose(arrangement(), actor=two[0], on=ON)
    with pytest.raises(IntegrityError), as_owner() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize("change", [
    "UPDATE calendar_year SET reason = 'other'",
    "INSERT INTO calendar_day (calendar_year_id, day, kind, name) SELECT id, '2027-05-01', 'holiday', '' "
    "FROM calendar_year"])
def test_a_released_year_stands(two: tuple, change: str):
    calendar.release(calendar.propose(arrangement(), actor=two[0], on=ON).public_id, actor=two[1], on=ON)
    with pytest.raises(IntegrityError), as_owner() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_a_known_year_written_out_and_read_again_is_the_same(year: int):
    holidays, worked = written(shipped()[year])
    days = [date.fromisoformat(one) for one in worked.split()]
    assert days_of(holiday_lines(holidays), days, year) == shipped()[year].days


@pytest.mark.parametrize("line", ["元旦", "2027-01-01", "2027-01-03 至 2027-01-01 元旦", "2027-13-01 元旦",
                                  "2027-01-01 2027-01-02 2027-01-03 元旦", "2027-01-01 至 2027-12-01 元旦"])
def test_a_line_that_cannot_be_read_is_refused(line: str):
    with pytest.raises(ValueError):
        holiday_lines(line)


def test_the_pages_show_propose_and_release_a_year(app: Flask, clock):
    clock.move_to(ON)
    with app.app_context():
        make_account("li", ["caseworker"])
        opened()
    system, security = (sign_in(app.test_client(), name) for name in ("founder.system", "founder.security"))
    li = sign_in(app.test_client(), "li")
    shown = li.get("/calendar?year=2026").text
    assert "国办发明电〔2025〕7号" in shown and "休" in shown and "班" in shown and "录入" not in shown
    assert "只按周末计算" in li.get("/calendar?year=2027").text and li.get("/calendar?year=99").status_code == 404
    assert li.get("/calendar/new").status_code == 403
    wrong = system.post("/calendar/new", data=NOTICE | {"worked": "2027-01-04", "holidays": "元旦"})
    assert wrong.status_code == 400 and "这一行看不懂" in wrong.text
    wrong = system.post("/calendar/new", data=NOTICE | {"worked": "2027-01-04"})
    assert wrong.status_code == 400 and "2027-01-04 调休上班日应当是周六或周日" in wrong.text
    assert system.post("/calendar/new", data=NOTICE).status_code == 302
    again = system.post("/calendar/new", data=NOTICE)
    assert again.status_code == 409 and "已经有人提出" in again.text
    with app.app_context():
        row = db.session.scalar(select(CalendarYear.public_id))
    assert f"/calendar/{row}/release" not in system.get("/calendar").text
    assert f"/calendar/{row}/release" in security.get("/calendar").text
    assert row not in li.get("/calendar").text
    assert system.post(f"/calendar/{row}/release", data={"year": "2027"}).status_code == 409
    assert security.post(f"/calendar/{row}/reject", data={"year": "2027"}).status_code == 400
    released = security.post(f"/calendar/{row}/release", data={"year": "2027"}, follow_redirects=True)
    assert released.status_code == 200 and "重新计算了 1 件期限" in released.text
    log = sign_in(app.test_client(), "founder.audit")
    assert "国办发明电〔2026〕9号" in log.get("/audit?type=CalendarProposed").text
    assert "2027-01-08" in log.get("/audit?type=LimitRecounted").text
    with app.app_context():
        assert working_calendar().published >= {2027} and db.session.scalar(select(CalendarDay.day)) is not None
        assert days_off.shipped().keys() == {2024, 2025, 2026}
