"""What is tried against the triggers of the calendar, the promised limits and the ledgers, and the rows it needs."""
from __future__ import annotations

from datetime import date, timedelta

from cases import calendar, limit_pauses
from cases.ledgers.filing import file
from cases.ledgers.follow_ups import Said, follow_up
from cases.pressing import Demand, press
from rules.days_off import Arrangement, days_of
from tests.case_builder import LAPSED, make_case
from tests.people import actor, make_account
from tests.promises.trigger_attempts import Statements, account, copied, never_changes, person

LONG_SUSPENDED = LAPSED | {"暂停/停发日期": "2025-06-02", "最近认证日期": "2024-05-10"}
SETTLED, PROPOSED = "status = 'released'", "status = 'proposed'"
BY_LI = f"settled_by = {account('li')}, settled_by_person = {person('li')}, settled_on = proposed_on"
ANSWERED = "UPDATE pressing SET status = 'answered', answer = '已办', answered_on = answer_by, answered_by = pressed_by"


def each(table: str, *changes: str, where: str = "1 = 1") -> tuple[Statements, ...]:
    """One attempt for each change (SQL after SET)."""
    return tuple((f"UPDATE {table} SET {change} WHERE {where}",) for change in changes)


ATTEMPTS: dict[str, tuple[Statements, ...]] = {
    **never_changes("filed_count", "number"), **never_changes("follow_up", "note"),
    **never_changes("calendar_day", "name"),
    "calendar_year_person_insert": (
        (copied("calendar_year", PROPOSED, year="2099", proposed_by=account("li")),),
        (copied("calendar_year", SETTLED, settled_by=account("li")),)),
    "calendar_year_person_update": each(
        "calendar_year", f"proposed_by = {account('li')}",
        f"settled_by = {account('li')}, settled_by_person = {person('wang')}", where=PROPOSED),
    "calendar_year_settled": (
        *each("calendar_year", "settled_on = proposed_on", PROPOSED, where=SETTLED),
        (f"UPDATE calendar_year SET status = 'rejected', reason = '不符', {BY_LI} WHERE {PROPOSED}",
         "UPDATE calendar_year SET reason = '无误' WHERE status = 'rejected'")),
    "calendar_year_as_proposed": each(
        "calendar_year", "year = 2099", "document = 'other'", "document_no = 'other'", "issued_on = '2020-01-01'",
        "proposed_on = '2020-01-01'",
        f"proposed_by = {account('li')}, proposed_by_person = {person('li')}", where=PROPOSED),
    "calendar_year_no_delete": (("DELETE FROM calendar_year",),),
    "calendar_day_of_proposal": (
        (copied("calendar_day", f"calendar_year_id = (SELECT id FROM calendar_year WHERE {SETTLED})",
                day="'2028-02-01'"),),),
    "service_limit_promised": each(
        "service_limit", "decision_id = decision_id + 100000", "service = 'other_decision'",
        "working_days = working_days + 1", "started_on = '2026-01-05'", "basis = 'other'",
        "by_article = NOT by_article"),
    "service_limit_no_delete": (("DELETE FROM service_limit",),),
    "limit_pause_as_made": (
        *each("limit_pause", "decision_id = decision_id + 100000", "paused_on = '2026-01-05'", "reason = 'other'",
              "basis = 'other'", "note = 'other'", f"paused_by = {account('wang')}"),
        ("UPDATE limit_pause SET resumed_on = paused_on, resumed_by = paused_by",
         "UPDATE limit_pause SET resumed_on = NULL, resumed_by = NULL")),
    "limit_pause_no_delete": (("DELETE FROM limit_pause",),),
    "pressing_as_made": each(
        "pressing", "from_office_id = (SELECT id FROM office WHERE code = '51')",
        "to_office_id = (SELECT id FROM office WHERE code = '510104')", "list = 'about_to_pass'",
        "number = number + 1", "words = 'other'", "answer_by = '2026-12-31'", "\"on\" = '2020-01-01'",
        "from_path = '51/'", "to_path = '51/'", f"pressed_by = {account('wang')}"),
    "pressing_answered": (
        (ANSWERED, "UPDATE pressing SET number_left = 0"),
        (ANSWERED, "UPDATE pressing SET status = 'open', answer = NULL, answered_on = NULL, answered_by = NULL")),
    "pressing_no_delete": (("DELETE FROM pressing",),),
}


def keep_ledgers(decision_id: int, on: date) -> None:
    """By the real commands: a year proposed and one released, a limit paused, a day filed, a case followed up, an
    office pressed. Accounts li and wang are there; the decision is open and has a limit."""
    one, two = actor("founder.system"), actor("founder.security")
    calendar.propose(_year(2027, on), actor=one, on=on)
    calendar.release(calendar.propose(_year(2028, on), actor=one, on=on).public_id, actor=two, on=on)
    limit_pauses.pause(decision_id, "materials_awaited", "等待补齐材料", actor=actor("li"), on=on)
    case = make_case(on, **LONG_SUSPENDED)
    later = on + timedelta(days=30)
    follow_up(case.id, "long_suspended", Said("visit", "已上门", later), actor=actor("li"), on=on)
    file(on, today=on)
    make_account("city", ["reviewer"], office="5101")
    press(Demand("510107", "past", "请抓紧核实", later), actor=actor("city"), on=on)


def _year(year: int, on: date) -> Arrangement:
    days = days_of([(date(year, 1, 1), date(year, 1, 1), "元旦")], (), year)
    return Arrangement(year, f"{year} 年放假安排", f"〔{year}〕1号", on, days, read=True)
