"""Numbers of suspended and stopped over time, with a ceiling to keep (SC 31)."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cases.ledgers import withheld
from cases.ledgers.place import place_of
from cases.sweep import sweep
from tests.case_builder import DEAD, LAPSED, make_case
from tests.ledgers.conftest import ON
from tests.people import actor


def kept(name: str = "li", office: str | None = None) -> withheld.Kept:
    return withheld.now(place_of(office, actor(name)), actor(name), ON)[0]


def months(name: str = "li") -> dict[str, dict[str, int]]:
    place = place_of(None, actor(name))
    return withheld.by_month(place, withheld.now(place, actor(name), ON)[0], actor(name), ON)


@pytest.mark.article("SC-31")
def test_each_month_is_counted_back_from_the_steps_of_the_cases(county: Flask) -> None:
    with county.app_context():
        make_case(ON, **LAPSED | {"暂停/停发日期": "2025-11-10"})
        make_case(ON, **LAPSED | {"暂停/停发日期": "2024-01-10"})  # before the twelve months
        make_case(ON, **DEAD)  # stopped on 20 January
        make_case(ON, office="510104", 居住地="", **LAPSED)
        found = months()
        assert list(found["suspended"])[0] == "2025-04" and list(found["suspended"])[-1] == "2026-03"
        assert [found["suspended"][month] for month in ("2025-10", "2025-11", "2026-02", "2026-03")] == [1, 2, 2, 2]
        assert [found["stopped"][month] for month in ("2025-12", "2026-01", "2026-03")] == [0, 1, 1]
        assert months("far")["suspended"]["2026-01"] == 1


@pytest.mark.article("SC-31")
def test_what_the_sweep_suspends_counts_from_its_month(county: Flask) -> None:
    with county.app_context():
        make_case(date(2025, 11, 2), 最近认证日期="2025-01-15")
        for day in (date(2025, 11, 2), date(2026, 1, 16), date(2026, 2, 20), ON):
            sweep(day, today=ON)
        found = months()
        assert kept().suspended == found["suspended"]["2026-03"]
        assert found["suspended"]["2025-12"] == 0


@pytest.mark.article("SC-31")
def test_the_ceiling_is_per_mille_of_the_cases_kept(county: Flask, change_rule: Callable) -> None:
    with county.app_context():
        for _ in range(4):
            make_case(ON)
        make_case(ON, **LAPSED)
        make_case(ON, **DEAD | {"发放状态": "终止"})
        assert (kept().all, kept().withheld, kept().ceiling, kept().above) == (5, 1, 0, True)  # 5 x 20 per mille
        change_rule("withheld_ceiling_per_mille", 200)
        assert (kept().ceiling, kept().above) == (1, False)
        change_rule("withheld_ceiling_per_mille", 199)
        assert (kept().ceiling, kept().above) == (0, True)


@pytest.mark.article("SC-31")
def test_the_page_says_in_words_when_it_is_above_and_has_the_figures_as_a_table(
        county: Flask, signed_in: Callable[[str], FlaskClient], change_rule: Callable) -> None:
    with county.app_context():
        make_case(ON, **LAPSED)
        make_case(ON, office="510104", 居住地="")
    page = signed_in("li").get("/ledgers/withheld").text
    assert "现在超出提示线 1 件" in page and "2026-01" in page and "提示线" in page and "<details>" in page
    assert "/cases?state=suspended&amp;office=51/5101/510107/" in page
    both = signed_in("city").get("/ledgers/withheld").text
    assert "武侯区" in both and "锦江区" in both and "未超出" in both
    assert "没有超出" in signed_in("far").get("/ledgers/withheld").text
    assert signed_in("far").get("/ledgers/withheld?office=510107").status_code == 404
    assert signed_in("street").get("/ledgers/withheld").status_code == 403
