"""The ledgers and pressings in a real browser, in both languages, wide and on a phone: no fault that axe finds, nothing
wider than its window."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page

from cases.ledgers.filing import file
from cases.ledgers.follow_ups import Said, follow_up
from cases.ledgers.table import LEDGERS
from cases.pressing import Demand, press
from cases.sweep import sweep
from tests.case_builder import DEAD, LAPSED, make_case
from tests.ledgers.conftest import ON, county  # noqa: F401
from tests.pages.test_browser import DESK, PHONE, faults_of, sign_in
from tests.pages.test_browser_deaths_and_money import keep
from tests.people import actor

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(county: Flask) -> list[str]:  # noqa: F811
    """Somebody on every ledger, two days filed, a case followed up, the county and its street pressed."""
    with county.app_context():
        for certified in ("2025-05-15", "2025-04-20", "2025-03-01", "2023-01-01"):
            make_case(date(2026, 2, 28), 最近认证日期=certified)
        file(date(2026, 2, 28), today=ON)
        long = make_case(ON, **LAPSED | {"暂停/停发日期": "2025-06-01"})
        gone = make_case(ON, **DEAD | {"暂停/停发日期": "2025-01-10"})
        sweep(ON, today=ON)
        file(ON, today=ON)
        follow_up(long.id, "long_suspended", Said("visit", "已上门，邻居称近日外出", ON.replace(month=4)),
                  actor=actor("li"), on=ON)
        follow_up(gone.id, "dormant", Said("family_not_reached", "登记的电话是空号", ON.replace(month=4)),
                  actor=actor("li"), on=ON)
        to_us = press(Demand("510107", "past", "请于月底前核实完毕", date(2026, 3, 31)), actor=actor("city"), on=ON)
        followed = [f"/ledgers/{ledger}/cases/{case.public_id}" for ledger, case in (
            ("long_suspended", long), ("dormant", gone))]
        return [*(f"/ledgers/{name}{more}" for name in LEDGERS for more in ("", "/people")), "/ledgers/withheld",
                *followed, "/ledgers/pressings", "/ledgers/pressings/new", f"/ledgers/pressings/{to_us.public_id}"]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ("zh", "en"))
def test_no_page_of_the_ledgers_has_a_fault(
        pages: list[str], new_page: Callable[..., Page], language: str, viewport: dict) -> None:
    page = new_page(viewport=viewport)
    sign_in(page, "li")
    page.context.add_cookies([{"name": "language", "value": language, "url": page.url}])
    found = []
    for at, path in enumerate(pages):
        found += faults_of(page, path)
        keep(page, f"ledger-{at}-{language}-{viewport['width']}")
    assert not found, "\n".join(found)
