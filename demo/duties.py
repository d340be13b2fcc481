"""Duties of the offices, kept month by month; what is due now is left for today's desks."""
from __future__ import annotations

from datetime import date, timedelta

from cases.duties import reconciliation, recording
from cases.duties.recording import Done
from cases.duties.standing import Standing, Turn, all_standings
from cases.ledgers.place import place_of
from database import db
from demo.office_staff import actor
from demo.places import STAFF
from staff.training import Course, record_training
from workflows.deadlines import month_of
from workflows.duties import OPEN

LEFT = timedelta(days=60)  # what fell due since is open
TAUGHT_IN = 12  # month of the yearly course
ANSWERS = {"5101": "city.li", "510104": "jin.li", "510107": "li"}  # whoever does the duties of an office
CONFIRMS = {"510104": "jin.wang", "510107": "wang"}
TEACHERS = ("city.wang", "city.zhao")
WORDS = {
    "archive_binding": "已装订成册，存档案室", "reconciliation": "已与财务科逐项核对",
    "results_posting": "已在公告栏公示", "service_evaluation": "指标平稳，窗口一次告知仍须加强",
    "self_inspection": "对照规程逐项自查，未发现问题",
    "matching": "已按月完成静默比对"}


def keep(on: date, today: date) -> None:
    """Each duty whose time has come by that day, once."""
    if on > today - LEFT:
        return
    if on.month == TAUGHT_IN:
        _teach(on)
    city = place_of("5101", actor("city.wang"))
    due = [(one, turn) for one in all_standings(city, on) if one.kind.name in WORDS for turn in one.turns
           if turn.state == OPEN and (one.kind.when_over or turn.period.last == month_of(on))]
    for one, turn in due:
        _do(one, turn, on)


def _do(one: Standing, turn: Turn, on: date) -> None:
    office, duty = one.office, one.kind.name
    given = {}
    if duty == "reconciliation":
        given = {line.key: {"theirs": line.ours} for line in reconciliation.ours(office, turn.period)}
    elif duty == "results_posting":
        given = {"place": "社区公告栏", "since": on - timedelta(days=8), "until": on}
    code = office.code
    row = recording.do(code, duty, Done(turn.period.first, WORDS[duty], given), actor=actor(_doer(code)), on=on)
    if one.kind.second:
        recording.confirm(row.id, actor=actor(CONFIRMS[code]), on=on)


def _doer(code: str) -> str:
    there = next((username for username, _shown, office, _posts in STAFF if office == code), None)
    return ANSWERS.get(code) or there or ANSWERS[code[:6]]


def _teach(on: date) -> None:
    """One course for everybody, written down by one of two of the city; each of them by the other."""
    for username, _shown, _office, _posts in STAFF:
        teacher = TEACHERS[username == TEACHERS[0]]
        public_id = actor(username).account_public_id
        record_training(Course(public_id, on, "待遇领取资格认证经办规程", "lecture", 12, "passed"),
                        actor=actor(teacher), on=on)
    db.session.rollback()
