"""Somebody reports a death at the window. What it is worth depends on who says so, and where."""
from __future__ import annotations

import io
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from cases.death_reports import mark_from_source
from cases.models import Case, DeathMark, Decision, Evidence, Notice, VerificationTask
from database import db
from invariants import breaches
from rules.vocabulary import DEATH_SOURCES
from tests.case_builder import make_case, photo
from tests.people import make_account, sign_in
from tests.places import JIANGSU, QINGDAO, furnish
from workflows.transition import TransitionRefused

ON = date(2026, 11, 21)
DIED_ON = "2026-10-10"
# Jiangsu says nothing of it: the national default. It has rules for urban and rural residents alone.
SCHEME = {"jiangsu": "城乡居民"}
PLACES = {"sichuan": (None, "510107", "蜀汉街社区"), "qingdao": (QINGDAO, "370202", "市南区"),
          "jiangsu": (JIANGSU, "320102", "玄武区")}
OFFICIAL = ("insurance_database", "population_base", "household_cancellation", "court_declaration", "cremation",
            "medical_certificate")
REPORTS = ("family_report", "unit_report", "grassroots_report")
MARKED, SIGNED_BY_TWO, VERIFIED_FIRST = (1, 0, 0), (0, 1, 0), (0, 0, 1)  # marks, decisions mark_death, open tasks
EXPECTED = {
    **{(place, source): MARKED for place in PLACES for source in OFFICIAL},
    **{(place, source): SIGNED_BY_TWO for place in ("sichuan", "jiangsu") for source in REPORTS},
    **{("qingdao", source): VERIFIED_FIRST for source in REPORTS},
    **{(place, "other"): SIGNED_BY_TWO for place in PLACES},
}


def cells_of(place: str) -> dict[str, str]:
    return {"最近认证日期": "2026-06-01", "居住地": PLACES[place][2], "险种": SCHEME.get(place, "企业职工")}


class Window:
    """Li at the window of a county; the case of one pensioner of the place."""

    def __init__(self, app: Flask, place: str, *roles: str, **cells: str) -> None:
        self.app = app
        offices, code, _residence = PLACES[place]
        with app.app_context():
            if offices:
                furnish(offices)
            make_account("li", roles or ["caseworker"], office=code)
            make_account("wang", ["reviewer"], office=code)
            case = make_case(ON, office=code, **cells_of(place) | cells)
            self.case_id, self.case_key = case.public_id, case.id
        self.li = sign_in(app.test_client(), "li")

    @property
    def address(self) -> str:
        return f"/cases/{self.case_id}/deaths/new"

    def report(self, source: str, died_on: str = DIED_ON) -> None:
        self.answer = self.li.post(self.address, data={
            "source": source, "died_on": died_on, "note": "家属来电。", "file": (io.BytesIO(photo()), "paper.jpg")})

    def found(self) -> tuple[int, int, int]:
        """Marks, decisions `mark_death` awaiting initial review, open verification tasks."""
        with self.app.app_context():
            return tuple(db.session.scalar(select(func.count(column)).where(*where)) for column, where in (
                (DeathMark.id, ()), (Decision.id, (Decision.kind == "mark_death", Decision.stage == "initial_review")),
                (VerificationTask.id, (VerificationTask.status == "open",))))

    def all(self, column: object) -> list:
        with self.app.app_context():
            return list(db.session.scalars(select(column).order_by(column.class_.id)))

    def keeps_every_promise(self) -> None:
        with self.app.app_context():
            assert breaches() == []


@pytest.fixture
def day(app: Flask):
    app.config["TODAY"] = ON
    yield app
    app.config.pop("TODAY")


def test_every_source_of_every_place_is_expected_here() -> None:
    assert set(EXPECTED) == {(place, source) for place in PLACES for source in DEATH_SOURCES}


@pytest.mark.article("SC-13", "SC-22", "QD-18")
@pytest.mark.parametrize("place", PLACES)
def test_what_a_report_is_worth_is_what_the_rules_of_the_place_say(day: Flask, place: str) -> None:
    """Each source is reported about a person of its own."""
    window = Window(day, place)
    for source in DEATH_SOURCES:
        before = window.found()
        with day.app_context():
            case = make_case(ON, office=PLACES[place][1], **cells_of(place))
            window.case_id = case.public_id
        window.report(source)
        assert window.answer.status_code == 302, (source, window.answer.text)
        now = window.found()
        assert tuple(b - a for a, b in zip(before, now, strict=True)) == EXPECTED[place, source], source
        assert window.li.get(window.answer.location).status_code == 200
    assert len(window.all(Evidence.id)) == len(DEATH_SOURCES)
    window.keeps_every_promise()


@pytest.mark.article("SC-13", "SC-25")
def test_an_official_paper_marks_the_death_proposes_the_stop_and_tells_the_family(day: Flask) -> None:
    window = Window(day, "sichuan")
    assert "登记死亡报告" in window.li.get(f"/cases/{window.case_id}").text
    window.report("cremation")
    page = window.li.get(window.answer.location).text
    assert "已加注死亡标记" in page
    assert "死亡标记 2026-10-10" in page
    with day.app_context():
        mark = db.session.scalars(select(DeathMark)).one()
        assert (mark.source, mark.died_on) == ("cremation", date(2026, 10, 10))
        stop = db.session.scalars(select(Decision).where(Decision.kind == "stop")).one()
        assert (stop.stage, stop.proposed_by_system, stop.reason) == ("initial_review", True, "death")
        assert db.session.get_one(Case, window.case_key).state == "verified"
    assert "death_marked" in window.all(Notice.kind)
    assert "登记死亡报告" not in window.li.get(f"/cases/{window.case_id}").text
    assert window.li.get(window.address).status_code == 404
    window.keeps_every_promise()


@pytest.mark.article("SC-13", "SC-22")
def test_what_the_family_says_takes_effect_when_a_second_person_has_signed(day: Flask) -> None:
    window = Window(day, "sichuan")
    window.report("family_report")
    assert "须由两人签署" in window.li.get(window.answer.location).text
    assert window.li.post(f"{window.answer.location}/initial_review", data={"opinion": "属实"}).status_code == 302
    assert window.all(DeathMark.id) == []
    wang = sign_in(day.test_client(), "wang")
    assert wang.post(f"{window.answer.location}/recheck", data={"opinion": "属实"}).status_code == 302
    assert window.all(DeathMark.source) == ["family_report"]
    window.keeps_every_promise()


@pytest.mark.article("QD-18", "QD-19", "GB-3.2")
def test_in_qingdao_a_report_of_the_village_is_verified_and_marks_nobody(day: Flask) -> None:
    window = Window(day, "qingdao")
    window.report("grassroots_report")
    assert "有死亡报告" in window.li.get(window.answer.location).text
    assert window.all(VerificationTask.cause) == ["death_reported"]
    assert "referred" in window.all(Notice.kind)
    assert window.found() == VERIFIED_FIRST
    window.keeps_every_promise()


@pytest.mark.article("SC-14", "QD-19")
@pytest.mark.parametrize("certified", ["2026-10-10", "2026-11-01"])
def test_who_was_certified_on_that_day_or_later_is_alive_and_dead_at_once_and_is_verified(
        day: Flask, certified: str) -> None:
    window = Window(day, "sichuan", 最近认证日期=certified)
    window.report("population_base")
    assert window.found() == VERIFIED_FIRST
    assert window.all(VerificationTask.cause) == ["both_lists"]
    with day.app_context():
        assert mark_from_source(window.case_key, "population_base", date(2026, 10, 10), on=ON) is None
    assert window.found() == VERIFIED_FIRST
    window.keeps_every_promise()


@pytest.mark.article("SC-13")
def test_a_register_marks_in_the_systems_name_and_only_once(day: Flask) -> None:
    window = Window(day, "sichuan")
    with day.app_context():
        assert mark_from_source(window.case_key, "population_base", date(2026, 10, 10), on=ON).marked_by is None
        assert mark_from_source(window.case_key, "cremation", date(2026, 10, 11), on=ON) is None
    assert window.all(DeathMark.source) == ["population_base"]
    window.keeps_every_promise()


@pytest.mark.article("SC-13", "QD-18")
@pytest.mark.parametrize(("place", "code"), [("sichuan", "DEATH_REPORT_NEEDS_DECISION"),
                                             ("qingdao", "DEATH_SOURCE_NOT_SUFFICIENT")])
def test_no_register_marks_on_a_mere_report(day: Flask, place: str, code: str) -> None:
    window = Window(day, place)
    with day.app_context(), pytest.raises(TransitionRefused, match=code):
        mark_from_source(window.case_key, "family_report", date(2026, 10, 10), on=ON)
    assert window.found() == (0, 0, 0)


@pytest.mark.article("JS-8.1")
def test_who_is_no_caseworker_marks_nobody_alone(day: Flask) -> None:
    window = Window(day, "sichuan", "grassroots_officer")
    window.report("cremation")
    assert window.all(DeathMark.id) == []
    assert window.all(Decision.kind) == ["mark_death"]


@pytest.mark.article("JS-8.1")
def test_nobody_takes_a_report_for_another_county(day: Flask) -> None:
    window = Window(day, "sichuan")
    with day.app_context():
        make_account("far", ["caseworker"], office="510104")
    far = sign_in(day.test_client(), "far")
    assert far.get(window.address).status_code == 404
    assert far.post(window.address, data={"source": "cremation"}).status_code == 404


def test_a_report_without_paper_or_from_the_future_stays_in_its_form(day: Flask) -> None:
    window = Window(day, "sichuan")
    window.report("cremation", died_on="2026-11-22")
    assert window.answer.status_code == 400
    assert "日期不能晚于今天" in window.answer.text
    empty = window.li.post(window.address, data={"source": "", "died_on": ""})
    assert empty.status_code == 400
    assert "家属来电" in window.answer.text
    assert window.found() == (0, 0, 0)
