"""Qingdao (QD 7): who lives in the city is kept by the county of residence, who lives elsewhere by the one that pays.
A move seen by an import moves the case; lists, search, sweep and letters follow it."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.letters import letter_text
from cases.models import BenefitMonth, Case, Notice, VerificationTask
from cases.sweep import sweep
from database import db
from invariants import breaches
from rules import rules_for
from staff.offices import office_by_code
from tests.case_builder import make_case, pensioner_id_number
from tests.people import actor, make_account, sign_in
from tests.places import QINGDAO, furnish

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 11, 21)
SHINAN, SHIBEI = "370202", "370203"  # who pays; where the person lives
KEPT_BY_PAYER, KEPT_BY_RESIDENCE = f"37/3702/{SHINAN}/", f"37/3702/{SHIBEI}/"
NEAR, FAR = "辽宁路社区", "历下区"


class City:
    """One caseworker in each of two counties of the city; one pensioner, paid by the first."""

    def __init__(self, app: Flask) -> None:
        self.app, self.number = app, pensioner_id_number()
        with app.app_context():
            furnish(QINGDAO)
            for name, code in (("pays", SHINAN), ("near", SHIBEI)):
                make_account(name, ["caseworker"], office=code)
        self.pays, self.near = (sign_in(app.test_client(), name) for name in ("pays", "near"))

    def lives(self, place: str, **cells: str) -> None:
        """The paying office's list says so; a case is made, or found."""
        with self.app.app_context():
            case = make_case(ON, office=SHINAN, 居住地=place, 身份证号=self.number,
                             **{"最近认证日期": "2026-06-01"} | cells)
            self.key, self.case_id, self.case_no = case.id, case.public_id, case.case_no

    @property
    def kept_by(self) -> str:
        with self.app.app_context():
            return db.session.get_one(Case, self.key).office_path

    def told(self, kind: str) -> list[str]:
        """Canonical bytes of the events of that type."""
        with self.app.app_context():
            return [bytes(one).decode() for one in db.session.scalars(
                select(AuditEvent.canonical).where(AuditEvent.type == kind))]


@pytest.fixture
def city(app: Flask) -> Iterator[City]:
    app.config["TODAY"] = ON
    made = City(app)
    yield made
    with app.app_context():
        assert breaches() == []
    app.config.pop("TODAY")


def listed(client: object, city: City) -> bool:
    """By name, in the list of cases."""
    return city.case_id in client.get("/cases?text=周秀英").text


def test_the_rule_is_qingdaos_own_and_says_where_it_stands() -> None:
    entry = rules_for(SHINAN, ON).entry("responsible_office.keep")
    assert (entry.value, entry.basis) == ("territorial", "青人社字〔2018〕47号 第六条、第七条")


@pytest.mark.article("QD-7", "QD-6")
@pytest.mark.parametrize(("place", "path"), [(NEAR, KEPT_BY_RESIDENCE), (FAR, KEPT_BY_PAYER), ("", KEPT_BY_PAYER)])
@pytest.mark.crosses("paying_office")
def test_residence_inside_the_city_decides_and_outside_it_the_office_that_pays(
        city: City, place: str, path: str) -> None:
    city.lives(place)
    assert city.kept_by == path
    assert listed(city.near, city) is (path == KEPT_BY_RESIDENCE)
    assert listed(city.pays, city) is (path == KEPT_BY_PAYER)
    assert city.pays.get(f"/cases/{city.case_id}").status_code == 200
    assert city.near.get(f"/cases/{city.case_id}").status_code == (200 if path == KEPT_BY_RESIDENCE else 404)
    asked = city.near.post("/cases", data={"id_number": city.number}).location
    assert (city.case_id in city.near.get(asked).text) is (path == KEPT_BY_RESIDENCE)


@pytest.mark.article("QD-7")
def test_what_the_employing_unit_answers_for_stays_with_the_office_that_pays(city: City) -> None:
    city.lives(NEAR, 险种="机关事业")
    assert city.kept_by == KEPT_BY_PAYER


@pytest.mark.article("QD-7")
def test_a_move_seen_by_an_import_moves_the_case_and_its_lists_with_an_event(city: City) -> None:
    city.lives(FAR)
    assert listed(city.pays, city)
    city.lives(NEAR)
    assert city.kept_by == KEPT_BY_RESIDENCE
    (moved,) = city.told("ResponsibleOfficeChanged")
    assert [part for part in (KEPT_BY_PAYER, KEPT_BY_RESIDENCE, "residence") if part not in moved] == []
    assert listed(city.near, city)
    assert not listed(city.pays, city)
    city.lives(FAR, 联系地址="泉城路 9 号")  # the same list as the first would be known already (F2)
    assert city.kept_by == KEPT_BY_PAYER
    assert len(city.told("ResponsibleOfficeChanged")) == 2
    assert not listed(city.near, city)


@pytest.mark.article("QD-7", "QD-19", "QD-20")
def test_the_sweep_its_task_and_its_letter_are_of_the_office_that_keeps_the_case(city: City) -> None:
    city.lives(NEAR, 最近认证日期="2025-12-20")
    with city.app.app_context():
        sweep(ON, today=ON)
        task = db.session.scalars(select(VerificationTask)).one()
        assert (task.office_path, task.grassroots_path) == (
            KEPT_BY_RESIDENCE, f"{KEPT_BY_RESIDENCE}370203001/370203001001/")
        letters = {letter_text(one).splitlines()[0] for one in db.session.scalars(
            select(Notice).where(Notice.channel == "letter"))}
        assert letters == {"市北区"}
        task_id = task.public_id
    assert city.near.get(f"/verifications/{task_id}").status_code == 200
    assert task_id in city.near.get("/verifications").text
    assert task_id not in city.pays.get("/verifications").text


@pytest.mark.article("QD-7")
def test_an_open_task_moves_with_the_person(city: City) -> None:
    city.lives(FAR, 最近认证日期="2025-12-20")
    with city.app.app_context():
        sweep(ON, today=ON)
        assert db.session.scalars(select(VerificationTask.office_path)).one() == KEPT_BY_PAYER
    city.lives(NEAR, 最近认证日期="2025-12-20")
    with city.app.app_context():
        assert db.session.scalars(select(VerificationTask.office_path)).one() == KEPT_BY_RESIDENCE


@pytest.mark.article("QD-26", "JS-8.4")
@pytest.mark.crosses("files_of_the_paying_office")
def test_the_pay_run_of_the_office_that_pays_speaks_of_cases_kept_elsewhere(city: City, tmp_path: Path) -> None:
    city.lives(NEAR)
    path = tmp_path / "run.csv"
    path.write_text(f"身份证号,险种,待遇类别,费款所属期,发放金额\n{city.number},110,养老金,2026-10,3210.50\n", "utf-8")
    with city.app.app_context():
        batch = release(propose(path, office_by_code(SHINAN), actor(f"importer.one.{SHINAN}"), ON, kind="pay_run"),
                        actor(f"importer.two.{SHINAN}"), ON)
        assert (batch.rows, batch.loaded) == (1, 1)
        assert db.session.scalars(select(BenefitMonth.paid)).one() == 321050


@pytest.mark.article("QD-26")
def test_the_office_that_pays_resumes_what_the_office_of_residence_keeps(city: City) -> None:
    city.lives(NEAR, 发放状态="暂停发放", 停发或暂停原因="逾期未认证", 最近认证日期="2025-01-01",
               **{"暂停/停发日期": "2026-10-08"})
    assert city.pays.get(f"/cases/{city.case_id}/decisions/new/resume").status_code == 200
    assert city.near.get(f"/cases/{city.case_id}/decisions/new/resume").status_code == 409
