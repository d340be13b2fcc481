"""Every page that can be reached without a case, in a real browser: no fault that axe finds, nothing wider than a
phone, nothing blocked or fetched from outside. Error pages too."""
from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page

from tests import people
from tests.pages.test_frame import add_faults

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1360, "height": 900}
BUSINESS = ("grassroots_officer", "caseworker", "reviewer", "approver")
ERRORS = ("/fault/400", "/fault/403", "/fault/404", "/refused", "/fault/413", "/fault/429")
LEFT_BEHIND = "net::ERR_ABORTED"  # the page was left before its icon had come
WAYS_OUT = {"static", "public.front"}


@pytest.fixture
def staffed(app: Flask) -> Flask:
    """A person for each side: business, inspection, administration."""
    with app.app_context():
        people.make_account("caseworker", BUSINESS)
        people.make_account("inspector", ("inspector",))
    add_faults(app)
    return app


def plain_pages(app: Flask) -> list[str]:
    """Addresses of GET routes that take no argument."""
    return sorted({rule.rule for rule in app.url_map.iter_rules()
                   if "GET" in (rule.methods or ()) and not rule.arguments and rule.endpoint not in WAYS_OUT
                   and "." not in rule.rule and rule.rule not in ("/refused", "/broken")})


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(people.PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def faults_of(page: Page, path: str) -> Iterator[str]:
    """What is wrong with one page, in words."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: heard.append(f"not fetched: {request.url}")
            if request.failure != LEFT_BEHIND else None)
    answer = page.goto(path)
    if answer and "text/html" not in answer.headers.get("content-type", ""):
        return
    yield from (f"{path}: {words}" for words in heard if "the server responded with a status" not in words)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield f"{path}: wider than its window"
    for one in Axe().run(page).response["violations"]:
        yield from (f"{path}: {one['id']}: {node['html'][:160]}" for node in one["nodes"])


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("username", ["caseworker", "inspector", "founder.security"])
def test_no_page_has_a_fault(staffed: Flask, new_page: Callable[..., Page], username: str, viewport: dict):
    page = new_page(viewport=viewport)
    sign_in(page, username)
    found = [words for path in (*plain_pages(staffed), *ERRORS) for words in faults_of(page, path)]
    assert not found, "\n".join(found)


def test_a_refused_sign_in_says_so_and_takes_the_focus(staffed: Flask, page: Page):
    page.goto("/sign-in")
    page.locator("main button[type=submit]").click()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.get_by_role("alert").get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "username"


def test_the_language_is_switched_where_one_is_and_back(staffed: Flask, page: Page):
    sign_in(page, "caseworker")
    page.goto("/guide")
    page.get_by_role("button", name="English").click()
    assert page.url.endswith("/guide") and page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_on_a_phone_the_sections_fold_away_and_open(staffed: Flask, new_page: Callable[..., Page]):
    page = new_page(viewport=PHONE)
    sign_in(page, "caseworker")
    page.goto("/guide")
    sections = page.locator("#sections")
    if not sections.count():
        pytest.skip("no section has pages yet")
    assert not sections.is_visible()
    page.get_by_role("button", name="菜单").click()
    assert sections.is_visible()


def test_on_a_phone_the_filters_of_a_list_fold_away_and_open_by_keyboard(staffed: Flask, new_page: Callable[..., Page]):
    page = new_page(viewport=PHONE)
    sign_in(page, "caseworker")
    page.goto("/cases")
    name = page.locator("#text")
    assert not name.is_visible()
    page.locator(".fold > summary").focus()
    page.keyboard.press("Enter")
    assert name.is_visible()
    page.locator("#id_number").fill("123")
    page.get_by_role("button", name="按号码查找").click()
    page.locator("#id_number-error").wait_for()
    assert page.locator("#id_number-error").is_visible(), "a wrong value folds nothing away"
    page.set_viewport_size(DESK)
    page.goto("/cases?state=verified")
    assert name.is_visible() and not page.locator(".fold > summary").is_visible()


def test_without_the_script_the_filters_stand_open(staffed: Flask, new_page: Callable[..., Page]):
    page = new_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, "caseworker")
    page.goto("/cases")
    assert page.locator("#text").is_visible() and page.locator("#id_number").is_visible()
