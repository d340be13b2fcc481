"""Through the pages: bring a feed, see how fresh each source is, what was refused and why, withdraw."""
from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit.models import AuditEvent
from database import db
from matching.feeds.freshness import state_of
from rules.feeds import catalogue
from tests.matching.conftest import make_city
from tests.matching.feeds import ON, RAIL
from tests.people import make_account, sign_in

GOOD = "周秀英,{0},2026-02-01,已乘车"
pytestmark = pytest.mark.sqlite_is_enough


@pytest.fixture
def numbers(app: Flask, feed_store: Path, clock) -> list[str]:
    """ID numbers of three pensioners. Made in a context that is closed again: requests must not share one."""
    clock.move_to(ON)
    with app.app_context():
        found = [person.id_number for person in make_city()]
        make_account("wang.feeds", ["reviewer"], "5101")
        make_account("yang.feeds", ["caseworker"], "510107")
    return found


@pytest.fixture
def client_of(app: Flask, numbers) -> Callable[[str], FlaskClient]:
    return lambda name: sign_in(app.test_client(), name)


@pytest.fixture
def li(client_of) -> FlaskClient:
    return client_of("li.feeds")


@pytest.fixture
def events(app: Flask) -> Callable[[str], int]:
    """How many events of a type there are."""
    def number(kind: str) -> int:
        with app.app_context():
            return len(db.session.scalars(select(AuditEvent.id).where(AuditEvent.type == kind)).all())

    return number


def _bring(client: FlaskClient, *lines: str, source: str = "rail_travel", headings: tuple[str, ...] = RAIL,
           office: str = "5101"):
    content = "\n".join((",".join(headings), *lines)).encode()
    return client.post("/feeds", data={"source": source, "office": office, "file": (io.BytesIO(content), "乘车.csv")})


def test_a_file_brought_by_page_is_loaded_and_its_rows_add_up_on_it(numbers, li, client_of, events):
    answer = _bring(li, GOOD.format(numbers[0]), GOOD.format(numbers[0]), "周秀英,,昨天,上车")
    assert answer.status_code == 302
    page = li.get(answer.location).get_data(as_text=True)
    assert "已导入" in page and "日期写法不认识" in page and "不认识这个取值" in page
    assert "1 / 3" not in page and events("FeedLoaded") == 1


def test_a_damaged_file_is_refused_beside_its_field(numbers, li, client_of, events):
    answer = _bring(li, headings=("甲", "乙"))
    assert answer.status_code == 409 and "没有找到表头" in answer.get_data(as_text=True)


def test_the_reasons_of_the_quarantine_are_counted_and_filter_it(numbers, li, client_of, events):
    at = _bring(li, "周秀英,x,昨天,已乘车", "吴建国,x,前天,已乘车", "吴建国,x,2026-02-01,飞走").location
    page = li.get(f"{at}?code=UNKNOWN_VALUE").get_data(as_text=True)
    assert "飞走" in page and "昨天" not in page


def test_the_quarantine_is_downloaded_and_that_is_on_the_log(numbers, li, client_of, events):
    at = _bring(li, "周秀英,x,昨天,已乘车", f"=cmd,{numbers[0]},明天,已乘车").location
    answer = li.post(f"{at}/quarantine")
    text = answer.get_data(as_text=True)
    assert answer.mimetype == "text/csv" and text.count("日期写法不认识") == 2 and "\n=" not in text
    assert events("Exported") == 1


def test_a_load_is_withdrawn_with_a_reason_and_then_says_so(numbers, li, client_of, events):
    at = _bring(li, GOOD.format(numbers[0])).location
    wang = client_of("wang.feeds")
    assert wang.post(f"{at}/withdraw", data={"reason": ""}).status_code == 409
    assert wang.post(f"{at}/withdraw", data={"reason": "来源更正"}).status_code == 302
    page = wang.get(at).get_data(as_text=True)
    assert "不再作数" in page and "来源更正" in page and "撤回这批数据" not in page
    assert wang.post(f"{at}/withdraw", data={"reason": "再撤"}).status_code == 409 and events("FeedWithdrawn") == 1


def test_a_load_of_the_city_is_not_there_for_a_county(numbers, li, client_of, events):
    at = _bring(li, GOOD.format(numbers[0])).location
    yang = client_of("yang.feeds")
    assert yang.get(at).status_code == 404 and yang.post(f"{at}/withdraw", data={"reason": "x"}).status_code == 404
    assert "乘车.csv" not in yang.get("/feeds").get_data(as_text=True)
    assert _bring(yang, GOOD.format(numbers[0])).status_code == 409  # the city is no office of theirs


def test_what_we_count_ourselves_is_no_file_to_choose(numbers, li, client_of, events):
    page = li.get("/feeds").get_data(as_text=True)
    assert 'value="rail_travel"' in page and 'value="survival_model"' not in page
    assert _bring(li, GOOD.format(numbers[0]), source="survival_model").status_code == 409
    assert events("FeedLoaded") == 0


@pytest.mark.parametrize(("days", "state"), [(0, "fresh"), (30, "fresh"), (31, "due"), (45, "due"), (46, "silent")])
def test_a_source_is_due_after_its_period_and_silent_after_its_days(days, state):
    came = date(2026, 1, 5)
    assert state_of(catalogue().sources["rail_travel"], came, date.fromordinal(came.toordinal() + days)) == state


def test_a_source_gone_silent_stands_first(numbers, li, client_of, events, clock):
    _bring(li, GOOD.format(numbers[0]))
    clock.move_to(date(2026, 5, 1))
    _bring(li, f"周秀英,{numbers[0]},2026-04-20", source="family_doctors", headings=("姓名", "身份证号", "签约日期"))
    page = li.get("/feeds").get_data(as_text=True)
    table = page[page.index("<tbody>"):page.index("</tbody>")]
    assert table.index("乘坐火车记录") < table.index("家庭医生签约") and "已断供" in table


def test_an_interrupted_load_is_gone_on_with_from_the_page(numbers, li, client_of, events, monkeypatch):
    monkeypatch.setattr("matching.feeds.uploads._run", lambda *_: None)
    at = _bring(li, GOOD.format(numbers[0])).location
    monkeypatch.undo()
    assert li.get(f"{at}/progress").status_code == 200
    assert li.post(f"{at}/go-on").status_code == 302
    assert events("FeedLoaded") == 1
    assert li.get(f"{at}/progress").headers["HX-Refresh"] == "true"
