"""A year of an office's periodic duties: volumes bound and checked, months compared with finance, results posted."""
from __future__ import annotations

import io
from datetime import date

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from cases.certifications import certify_in_person
from cases.duties import archives, inspecting, posting, recording
from cases.duties.recording import Done
from cases.duties.standing import overdue_below, standings, turn_of
from cases.evidence import add_evidence
from cases.ledgers.place import place_of
from cases.models import BenefitMonth, DutyRecord
from database import db, transaction
from invariants import breaches
from matching.results.models import MatchingRun
from staff.actor import Actor
from staff.offices import office_by_code
from tests.case_builder import make_case, paper
from tests.people import actor, make_account, sign_in
from tests.replay.damaging import each_is_named
from workflows.transition import TransitionRefused

COUNTY, TOWN, CITY = "510107", "510107001", "5101"
JANUARY, FEBRUARY = date(2026, 1, 20), date(2026, 2, 16)
WORDS = "已装订，存三号柜"


@pytest.fixture
def people(context: Flask) -> dict[str, Actor]:
    context.config["TODAY"] = FEBRUARY
    yield {name: make_account(name, [role], office=office) for name, role, office in (
        ("li", "caseworker", COUNTY), ("wang", "reviewer", COUNTY), ("zhao", "approver", COUNTY),
        ("chen", "grassroots_officer", TOWN), ("city", "reviewer", CITY))}
    context.config.pop("TODAY")


def refusal_of(command, *args, **more) -> tuple[str, ...]:
    with pytest.raises(TransitionRefused) as refused:
        command(*args, **more)
    return tuple(one.code for one in refused.value.refusals)


def state(name: str, duty: str, on: date, office: str = COUNTY) -> str:
    """Of the period that begins with January 2026."""
    found = next(one for one in standings(place_of(office, actor(name)), on) if one.kind.name == duty)
    return turn_of(found, "2026-01").state


def a_person_at_the_window(on: date) -> int:
    case = make_case(on, 最近认证日期="2025-09-01")
    certify_in_person(case.id, paper("window_visit_record", on), paper("photo_or_video", on), actor=actor("li"), on=on)
    return case.id


@pytest.mark.article("QD-29")
def test_papers_of_a_month_are_bound_by_who_took_them_in_and_checked_by_another(people: dict):
    a_person_at_the_window(JANUARY)
    assert state("li", "archive_binding", JANUARY) == "ahead"
    assert state("li", "archive_binding", FEBRUARY) == "open"
    assert state("li", "archive_binding", date(2026, 3, 1)) == "overdue"
    assert refusal_of(recording.do, COUNTY, "archive_binding", Done("2026-01", WORDS), actor=people["li"],
                      on=JANUARY) == ("DUTY_NOT_DUE",)
    made = recording.do(COUNTY, "archive_binding", Done("2026-01", WORDS), actor=people["li"], on=FEBRUARY)
    (volume,) = made.figures["volumes"]
    assert (volume["name"], volume["papers"]) == ("li", 2)
    assert state("li", "archive_binding", FEBRUARY) == "done"
    assert [one.same for one in archives.compared(made)] == [True]
    found = inspecting.Inspected(COUNTY, "archive_check", "市级检查组", FEBRUARY, "缺一份照片", "补齐",
                                 date(2026, 3, 1), made.public_id)
    assert refusal_of(inspecting.enter, found, actor=people["li"], on=FEBRUARY) == ("CHECKS_OWN_VOLUMES",)
    crossed = inspecting.Inspected(**vars(found) | {"kind": "archive_cross_check"})
    assert refusal_of(inspecting.enter, crossed, actor=people["wang"], on=FEBRUARY) == ("NOT_FROM_ABOVE",)
    assert inspecting.enter(crossed, actor=people["city"], on=FEBRUARY).status == "open"
    assert breaches() == []
    each_is_named("duties")


def test_a_paper_that_comes_into_a_bound_month_is_seen_at_the_check(people: dict):
    number = a_person_at_the_window(JANUARY)
    made = recording.do(COUNTY, "archive_binding", Done("2026-01", WORDS), actor=people["li"], on=FEBRUARY)
    add_evidence(number, paper("home_visit_record", JANUARY), actor=people["li"], on=JANUARY)
    (one,) = archives.compared(made)
    assert (one.same, one.bound.papers, one.now.papers) == (False, 2, 3)


@pytest.mark.article("JS-8.4")
def test_business_and_finance_are_compared_each_month_to_the_fen_by_two_people(people: dict):
    case = make_case(JANUARY)
    with transaction() as session:
        session.add(BenefitMonth(case_id=case.id, month="2026-01", entitled=321050, paid=321050))
    key = "enterprise_employees"

    def given(paid: int, why: str = "") -> Done:
        return Done("2026-01", "已核对", {f"{key}.paid_out": {"theirs": paid, "why": why},
                                       f"{key}.back_paid": {"theirs": 0}, f"{key}.recovered": {"theirs": 0}})

    missing = Done("2026-01", "已核对")
    assert refusal_of(recording.do, COUNTY, "reconciliation", missing, actor=people["li"],
                      on=FEBRUARY) == ("FIGURE_MISSING",)
    assert refusal_of(recording.do, COUNTY, "reconciliation", given(321049), actor=people["li"],
                      on=FEBRUARY) == ("DIFFERENCE_UNEXPLAINED",)
    made = recording.do(COUNTY, "reconciliation", given(321049, "手续费一分"), actor=people["wang"], on=FEBRUARY)
    assert made.figures["lines"][0] == {"scheme": key, "item": "paid_out", "ours": 321050, "theirs": 321049,
                                        "why": "手续费一分"}
    assert state("li", "reconciliation", FEBRUARY) == "waiting"
    assert refusal_of(recording.confirm, made.id, actor=people["wang"], on=FEBRUARY) == ("DUTY_SAME_PERSON",)
    assert refusal_of(recording.confirm, made.id, actor=people["li"], on=FEBRUARY) == ("OUT_OF_AREA",)
    recording.confirm(made.id, actor=people["zhao"], on=FEBRUARY)
    assert state("li", "reconciliation", FEBRUARY) == "done"
    assert refusal_of(recording.send_back, made.id, "有误", actor=people["zhao"], on=FEBRUARY) == ("DUTY_SETTLED",)
    assert breaches() == []


@pytest.mark.article("JS-8.4")
def test_what_moved_since_is_not_confirmed_but_compared_anew(people: dict):
    case = make_case(JANUARY)
    zero = {f"enterprise_employees.{item}": {"theirs": 0} for item in ("paid_out", "back_paid", "recovered")}
    made = recording.do(COUNTY, "reconciliation", Done("2026-01", "已核对", zero), actor=people["li"], on=FEBRUARY)
    with transaction() as session:
        session.add(BenefitMonth(case_id=case.id, month="2026-01", entitled=1, paid=1))
    assert refusal_of(recording.confirm, made.id, actor=people["zhao"], on=FEBRUARY) == ("FIGURES_MOVED",)
    recording.send_back(made.id, "发放数已变", actor=people["zhao"], on=FEBRUARY)
    assert state("li", "reconciliation", FEBRUARY) == "open"


@pytest.mark.article("QD-31")
def test_results_are_posted_once_a_year_by_the_grassroots_without_personal_data(people: dict):
    town = office_by_code(TOWN)
    case = make_case(JANUARY, 姓名="张建国")
    with transaction():
        case.pensioner.residence_office_id = town.id
    assert state("chen", "results_posting", FEBRUARY, TOWN) == "open"
    assert state("chen", "results_posting", date(2027, 1, 1), TOWN) == "overdue"
    place = place_of(TOWN, people["chen"])
    found = next(one for one in standings(place, FEBRUARY) if one.kind.name == "results_posting")
    period = found.turns[0].period
    assert (period.first, period.last, period.due_on) == ("2026-01", "2026-12", date(2026, 12, 31))
    (shown,) = posting.people_of(town, place.kept, period, FEBRUARY)
    assert (shown.name, shown.result) == ("张**", "certified")
    late = Done("2026-01", "已公示", {"place": "公告栏", "since": date(2026, 2, 20), "until": date(2026, 2, 27)})
    assert refusal_of(recording.do, TOWN, "results_posting", late, actor=people["chen"],
                      on=FEBRUARY) == ("POSTING_DAYS",)
    done = Done("2026-01", "已公示", {"place": "公告栏", "since": date(2026, 2, 10), "until": date(2026, 2, 17)})
    made = recording.do(TOWN, "results_posting", done, actor=people["chen"], on=FEBRUARY)
    assert made.figures["people"] == 1 and made.figures["results"]["certified"] == 1
    assert state("chen", "results_posting", date(2026, 12, 31), TOWN) == "done"


def test_the_level_above_sees_what_is_overdue_below_without_anybody_sending_it(people: dict):
    make_case(JANUARY)
    on = date(2026, 3, 1)
    below = overdue_below(place_of(CITY, people["city"]), on)
    assert below["51/5101/510107/"] == 1 and below["51/5101/510104/"] == 0
    zero = {f"enterprise_employees.{item}": {"theirs": 0} for item in ("paid_out", "back_paid", "recovered")}
    recording.do(COUNTY, "reconciliation", Done("2026-01", "已核对", zero), actor=people["li"], on=on)
    assert overdue_below(place_of(CITY, people["city"]), on)["51/5101/510107/"] == 0


@pytest.mark.article("QD-15")
def test_the_month_of_matching_is_met_by_a_released_run_and_is_due_on_the_twenty_fifth(people: dict):
    make_case(JANUARY)
    assert state("city", "matching", date(2026, 1, 25), CITY) == "open"
    assert state("city", "matching", date(2026, 1, 26), CITY) == "overdue"
    with transaction() as session:
        run = MatchingRun(month="2026-01", area_path="51/5101/", on=JANUARY, mode="full", directory="x",
                          rules_digest="x")
        session.add(run)
    assert state("city", "matching", date(2026, 1, 26), CITY) == "overdue"
    with transaction():
        run.status, run.released_by_person = "applied", people["city"].natural_person_id
        run.released_by, run.released_on = people["city"].account_id, JANUARY
    assert state("city", "matching", date(2026, 1, 26), CITY) == "done"


@pytest.mark.sqlite_is_enough
def test_a_duty_is_done_by_people_of_its_area_and_once(people: dict):
    a_person_at_the_window(JANUARY)
    there = make_account("there", ["caseworker"], office="510104")
    done = Done("2026-01", WORDS)
    assert refusal_of(recording.do, COUNTY, "archive_binding", done, actor=there, on=FEBRUARY) == ("OUT_OF_AREA",)
    assert refusal_of(recording.do, COUNTY, "matching", done, actor=people["li"], on=FEBRUARY) == ("DUTY_UNKNOWN",)
    assert refusal_of(recording.do, COUNTY, "training", done, actor=people["li"], on=FEBRUARY) == ("DUTY_UNKNOWN",)
    assert refusal_of(recording.do, COUNTY, "archive_binding", Done("2026-01", " "), actor=people["li"],
                      on=FEBRUARY) == ("NOTE_MISSING",)
    recording.do(COUNTY, "archive_binding", done, actor=people["li"], on=FEBRUARY)
    assert refusal_of(recording.do, COUNTY, "archive_binding", done, actor=people["li"], on=FEBRUARY) == ("DUTY_DONE",)
    assert len(list(db.session.scalars(select(DutyRecord)))) == 1


@pytest.mark.sqlite_is_enough
def test_a_duty_is_seen_done_confirmed_and_returned_on_its_pages(app: Flask, clock):
    clock.move_to(FEBRUARY)
    with app.app_context():
        for name, role in (("li", "caseworker"), ("wang", "reviewer"), ("sun", "inspector")):
            make_account(name, [role])
        make_case(JANUARY)
    li, wang, sun = (sign_in(app.test_client(), name) for name in ("li", "wang", "sun"))
    address = "/duties/turns/510107.reconciliation.2026-01"
    assert address in li.get("/duties").text and "应办" in li.get("/duties").text
    assert "记录为已办" in li.get(address).text and "记录为已办" not in sun.get(address).text
    key = "enterprise_employees__"
    amounts = {f"theirs_{key}{item}": "0.00" for item in ("paid_out", "back_paid", "recovered")}
    unread = li.post(address, data=amounts | {f"theirs_{key}paid_out": "一元", "note": "已核对"})
    assert unread.status_code == 400 and "最多两位小数" in unread.text
    differing = li.post(address, data=amounts | {f"theirs_{key}paid_out": "1.00", "note": "已核对"})
    assert differing.status_code == 409 and "两数不同" in differing.text
    statement = (io.BytesIO("险种,项目,金额\n企业职工基本养老保险,当月发放,\"1,234.50\"\n".encode("gb18030")), "f.csv")
    read = li.post(address, data={"read": "1", "statement": statement}, content_type="multipart/form-data")
    assert 'value="1,234.50"' in read.text
    made = li.post(address, data=amounts | {"note": "已核对"})
    assert made.status_code == 302
    page = made.headers["Location"]
    assert li.get(address).headers["Location"] == page
    assert li.post(f"{page}/confirm").status_code == 403 and sun.post(f"{page}/confirm").status_code == 403
    assert wang.post(f"{page}/return", data={"reason": ""}).status_code == 400
    assert wang.post(f"{page}/return", data={"reason": "凭证未附"}).status_code == 302
    assert "凭证未附" in li.get(page).text
    again = li.post(address, data=amounts | {"note": "已附凭证"}).headers["Location"]
    assert page in wang.get("/duties").text or again in wang.get("/duties").text
    assert wang.post(f"{again}/confirm").status_code == 302 and wang.post(f"{again}/confirm").status_code == 409
    assert "已完成" in li.get(again).text
    with app.app_context():
        assert breaches() == []


@pytest.mark.sqlite_is_enough
@pytest.mark.article("QD-31")
def test_the_list_is_printed_and_holds_nothing_but_what_must_be_read_there(app: Flask, clock):
    clock.move_to(FEBRUARY)
    with app.app_context():
        make_account("chen", ["grassroots_officer"], office=TOWN)
        case = make_case(JANUARY, 姓名="张建国")
        number, phone, address = case.pensioner.id_number, case.pensioner.phone, case.pensioner.address
        with transaction():
            case.pensioner.residence_office_id = office_by_code(TOWN).id
    chen = sign_in(app.test_client(), "chen")
    answer = chen.get("/duties/turns/510107001.results_posting.2026-01/posting.pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert "张**" in text and "浆洗街街道" in text
    assert [one for one in ("建国", number, number[-4:], phone, address) if one and one in text] == []
    assert chen.get("/duties/turns/510107.results_posting.2026-01/posting.pdf").status_code == 404
