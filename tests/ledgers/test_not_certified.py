"""The list of those not certified, in the bands of annex 7 (SC 38): by place and scheme, with who stands behind each
figure, taken away as a file, filed each day. Days are written by hand, counted back from 15 March 2026."""
from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from audit.models import AuditEvent
from cases.ledgers import filing, reading
from cases.ledgers.place import place_of
from cases.ledgers.reading import Asked
from cases.ledgers.table import LEDGERS
from cases.models import Case, FiledCount
from cases.sweep import FutureSweep
from database import db
from tests.case_builder import DEAD, make_case
from tests.ledgers.conftest import ON
from tests.people import actor
from tests.replay.damaging import each_is_named

People = Callable[[str], FlaskClient]
# last certified -> first month of the band on 15 March 2026; none: not long enough
BANDS = {"2025-05-16": None, "2025-05-15": "10", "2025-03-16": "10", "2025-03-15": "12", "2024-03-16": "12",
         "2024-03-15": "24", "2023-03-15": "36", "2022-03-15": "48", "2021-03-16": "48", "2021-03-15": "60"}


def asked(name: str = "li", office: str | None = None, **more: object) -> Asked:
    return Asked(LEDGERS["not_certified"], place_of(office, actor(name)), ON, **more)


def counted(name: str = "li", office: str | None = None, **more: object) -> dict[str, int]:
    found = reading.matrix(asked(name, office, **more), actor(name))
    return {part.key: number for part, number in zip(found.parts, found.all, strict=True) if number}


@pytest.mark.article("SC-38", "SC-annex-7")
@pytest.mark.parametrize(("certified", "band"), BANDS.items())
def test_each_stands_in_the_band_of_the_months_elapsed(county: Flask, certified: str, band: str | None) -> None:
    with county.app_context():
        make_case(ON, 最近认证日期=certified)
        assert counted() == ({band: 1} if band else {})


@pytest.mark.article("SC-38")
def test_the_dead_and_the_terminated_are_no_longer_asked(county: Flask) -> None:
    with county.app_context():
        make_case(ON, **DEAD)
        make_case(ON, **DEAD | {"发放状态": "终止"})
        make_case(ON, **DEAD | {"停发或暂停原因": "失踪"})
        assert counted() == {"12": 1}


def test_other_bounds_of_the_rules_make_other_bands(county: Flask, change_rule: Callable) -> None:
    change_rule("not_certified_bands", [{"from": 6, "below": 18}, {"from": 18, "below": None}])
    with county.app_context():
        for certified in ("2025-09-15", "2025-09-16", "2024-09-15"):
            make_case(ON, 最近认证日期=certified)
        assert counted() == {"6": 1, "18": 1}


@pytest.mark.article("SC-38")
def test_counts_go_down_from_city_to_county_to_street_and_each_adds_up(county: Flask) -> None:
    with county.app_context():
        for place in ("蜀汉街社区", "浆洗街街道", ""):
            make_case(ON, 最近认证日期="2025-01-01", 居住地=place)
        make_case(ON, office="510104", 最近认证日期="2025-01-01", 居住地="")

        def lines(name: str, office: str) -> dict[str | None, int]:
            found = reading.matrix(asked(name, office), actor(name))
            assert tuple(map(sum, zip(*(line.numbers for line in found.places), strict=True))) == found.all
            assert tuple(map(sum, zip(*(line.numbers for line in found.schemes), strict=True))) == found.all
            return {line.office and line.office.code: sum(line.numbers) for line in found.places}

        assert lines("city", "5101") == {"510104": 1, "510107": 3}
        assert lines("li", "510107") == {"510107001": 2, None: 1}
        assert lines("li", "510107001") == {"510107001201": 1, None: 1}
        village = reading.matrix(asked("li", "510107001201"), actor("li"))
        assert (village.places, sum(village.all)) == ((), 1)


@pytest.mark.article("SC-38")
def test_behind_each_figure_stand_the_people_it_counts(county: Flask, signed_in: People) -> None:
    with county.app_context():
        make_case(ON, 姓名="吴桂芳", 最近认证日期="2025-05-15")
        make_case(ON, 姓名="郑文华", 最近认证日期="2021-03-15", 居住地="")
        make_case(ON, 姓名="孙秀英", 最近认证日期="2025-05-15", 险种="工伤", 待遇类别="伤残津贴")
    people = "/ledgers/not_certified/people?office=510107"
    assert names(signed_in("li").get(people).text) == {"吴桂芳", "郑文华", "孙秀英"}
    assert names(signed_in("li").get(people + "&part=60").text) == {"郑文华"}
    assert names(signed_in("li").get(people + "&own=1").text) == {"郑文华"}
    assert names(signed_in("li").get(people + "&part=10&scheme=work_injury").text) == {"孙秀英"}
    page = signed_in("li").get("/ledgers/not_certified?office=510107").text
    assert "满 10 个月不满 1 年" in page and "满 1 年不满 2 年" in page and "满 5 年" in page
    assert "附件7" in page and "2026-03-15" in page


def names(page: str) -> set[str]:
    return {name for name in ("吴桂芳", "郑文华", "孙秀英", "隔壁人") if name in page}


def test_pages_follow_each_other_longest_first_without_gap(county: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.ledgers.reading.PAGE", 2)
    with county.app_context():
        days = ["2025-05-15", "2021-03-15", "2024-01-01", "2024-01-01", "2023-01-01"]
        for certified in days:
            make_case(ON, 最近认证日期=certified)
        seen, after = [], None
        while True:
            rows, after = reading.page(asked(), actor("li"), after)
            seen += [row.period_start.isoformat() for row in rows]
            if after is None:
                break
        assert seen == sorted(days)


@pytest.mark.article("SC-38")
def test_another_area_is_not_seen_and_its_office_does_not_exist(county: Flask, signed_in: People) -> None:
    with county.app_context():
        mine = make_case(ON, 姓名="吴桂芳", 最近认证日期="2025-05-15").public_id
        make_case(ON, office="510104", 居住地="", 姓名="隔壁人", 最近认证日期="2025-05-15")
    assert names(signed_in("far").get("/ledgers/not_certified/people").text) == {"隔壁人"}
    assert signed_in("far").get("/ledgers/not_certified?office=510107").status_code == 404
    assert signed_in("far").get(f"/ledgers/not_certified/people?after={mine}").status_code == 404
    assert signed_in("street").get("/ledgers/not_certified").status_code == 403
    assert names(signed_in("inspector").get("/ledgers/not_certified/people").text) == {"吴桂芳", "隔壁人"}


@pytest.mark.parametrize("wrong", ["not_certified/people?part=11", "not_certified?scheme=x", "nonsense"])
def test_what_is_on_no_ledger_is_not_found(county: Flask, signed_in: People, wrong: str) -> None:
    assert signed_in("li").get(f"/ledgers/{wrong}").status_code == 404


@pytest.mark.article("SC-38")
def test_the_file_holds_the_rows_of_the_list_masked_and_is_an_event(county: Flask, signed_in: People) -> None:
    with county.app_context():
        make_case(ON, 姓名="吴桂芳", 最近认证日期="2025-03-15")
        make_case(ON, 姓名="郑文华", 最近认证日期="2025-09-15")
        make_case(ON, office="510104", 居住地="", 姓名="隔壁人", 最近认证日期="2025-03-15")
    sent = {"format": "csv", "office": "510107", "part": "12"}
    answer = signed_in("li").post("/ledgers/not_certified/download", data=sent)
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["姓名"], row["已过月数"], row["居住地"]) for row in rows] == [("吴桂芳", "12", "蜀汉街社区")]
    assert "********" in rows[0]["公民身份号码"]
    with county.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "Exported")).one()
        data = json.loads(event.canonical)["data"]
    assert (data["kind"], data["rows"]) == ("not_certified", 1)
    assert data["selection"] == sent
    assert signed_in("li").post("/ledgers/not_certified/download", data=sent | {"format": "pdf"}).status_code == 400
    assert signed_in("far").post("/ledgers/not_certified/download", data=sent).status_code == 404


@pytest.mark.article("SC-38", "SC-31")
def test_each_day_is_filed_once_and_never_again(county: Flask) -> None:
    with county.app_context():
        make_case(ON, 最近认证日期="2025-03-15")
        make_case(ON, 最近认证日期="2025-09-15")
        make_case(ON, office="510104", 居住地="", 最近认证日期="2021-03-15")
        assert filing.file(ON, today=ON) == {"not_certified": 2, "state": 3}
        make_case(ON, 最近认证日期="2025-03-15")
        assert filing.file(ON, today=ON) == {}
        rows = db.session.execute(select(FiledCount.office_path, FiledCount.part, FiledCount.number)
                                  .where(FiledCount.list == "not_certified").order_by(FiledCount.office_path)).all()
        assert [tuple(row) for row in rows] == [("51/5101/510104/", "60", 1), ("51/5101/510107/", "12", 1)]
        with pytest.raises(filing.FiledLater):
            filing.file(date(2026, 3, 14), today=ON)
        with pytest.raises(FutureSweep):
            filing.file(date(2026, 3, 16), today=ON)
        with pytest.raises(Exception, match="never change|permission denied"):
            db.session.execute(update(FiledCount).values(number=9))
        db.session.rollback()
        events = db.session.scalars(select(AuditEvent.canonical).where(AuditEvent.type == "ListsFiled")).all()
        assert [json.loads(one)["data"]["offices"] for one in events] == [2]
        each_is_named("counts of a day")


@pytest.mark.article("SC-38")
def test_the_sweep_files_the_day_and_the_page_shows_how_it_went(county: Flask, signed_in: People) -> None:
    with county.app_context():
        make_case(date(2026, 2, 28), 最近认证日期="2024-02-01")
    run = county.test_cli_runner().invoke
    assert "filed 2026-02-28: not_certified 1, state 1" in run(args=["sweep", "run", "--on", "2026-02-28"]).output
    assert "每日存档的未认证人数" not in signed_in("li").get("/ledgers/not_certified").text
    assert "filed 2026-03-15" in run(args=["lists", "file"]).output
    assert run(args=["lists", "file"]).output == "2026-03-15 is filed already\n"
    assert "a later day than 2026-03-01 is filed" in run(args=["lists", "file", "--on", "2026-03-01"]).output
    page = signed_in("li").get("/ledgers/not_certified").text
    assert "每日存档的未认证人数" in page and "最近一次每日存档：2026-03-15" in page
    with county.app_context():
        parts = asked().parts
        assert filing.by_month(actor("li"), "51/5101/510107/", ON, parts)["24"] == {
            date(2026, 2, 28): 1, date(2026, 3, 15): 1}
        assert filing.by_month(actor("far"), "51/5101/510107/", ON, parts)["24"] == {}


def test_the_figures_of_a_city_are_read_off_one_index(county: Flask) -> None:
    if db_engine(county) != "sqlite":
        pytest.skip("the plan is SQLite's")
    with county.app_context():
        query = reading._counting(asked("city", "5101"), actor("city"), Case.office_path)
        query = query.group_by(Case.office_path, Case.scheme)
        text = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
        plan = " ".join(row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))
    assert "COVERING INDEX ix_cases_not_certified (office_path=? AND period_start<?)" in plan


def db_engine(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name
