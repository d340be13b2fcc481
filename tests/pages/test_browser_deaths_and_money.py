"""Reports of death, overpayments and differences in a real browser, in both languages, wide and on a phone: no
fault that axe finds, nothing wider than its window; a form refused included."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from cases.models import Pensioner
from database import db
from tests.case_builder import make_case
from tests.features.test_an_overpayment_comes_back import HEADS, county, load  # noqa: F401
from tests.pages.test_browser import DESK, PHONE, faults_of, sign_in
from tests.promises.county import County

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("PICTURES_OF_TESTS")  # a folder: what was looked at is kept there


@pytest.fixture
def furnished(county: County, tmp_path: Path) -> Iterator[County]:  # noqa: F811
    """Two months paid after a death that is marked; a payee that a list states otherwise; somebody alive."""
    rows = [f"2026-0{month},3210.50" for month in (1, 2, 3, 4)]
    load(county, tmp_path, "pay_run", HEADS, *rows)
    with county.app.app_context():
        number = db.session.scalar(select(Pensioner.id_number))
        make_case(county.on, 身份证号=number, 最近认证日期="2025-09-01", 银行账号="6228480012345678999")
        county.alive = make_case(county.on, 最近认证日期="2025-09-01").public_id
    county.decided("mark_death", None, "cremation_certificate", signers=("li", "wang"), died_on="2026-02-10")
    yield county


def pages_of(county: County) -> list[str]:  # noqa: F811
    alive, dead = f"/cases/{county.alive}", f"/cases/{county.case_id}"
    return ["/overpayments", "/imports/differences", f"{alive}/deaths/new", f"{alive}/decisions/new/mark_death",
            f"{dead}/decisions/new/recover_overpayment", dead, f"{alive}"]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ("zh", "en"))
def test_no_page_of_deaths_and_money_has_a_fault(
        furnished: County, new_page: Callable[..., Page], language: str, viewport: dict) -> None:
    page = new_page(viewport=viewport)
    sign_in(page, "li")
    page.context.add_cookies([{"name": "language", "value": language, "url": page.url}])
    found = []
    for path in pages_of(furnished):
        found += faults_of(page, path)
        keep(page, f"{path.strip('/').replace('/', '-')}-{language}-{viewport['width']}")
    assert not found, "\n".join(found)


def test_a_refused_report_keeps_what_was_typed_and_names_what_is_missing(
        furnished: County, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport=PHONE)
    sign_in(page, "li")
    page.goto(f"/cases/{furnished.alive}/deaths/new")
    page.locator("#note").fill("邻居来电。")
    page.locator("main form button[type=submit]").click()
    assert page.locator("#note").input_value() == "邻居来电。"
    assert page.locator(".field-error").count() == 3
    keep(page, "refused")


def keep(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
