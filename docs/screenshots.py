"""python docs/screenshots.py: pictures of the main pages in docs/pictures, from a running demonstration (`make run`).

Needs Chromium. ADDRESS and INSTANCE_DIR say where it runs, CHROMIUM where the browser is.
"""
from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ADDRESS = os.environ.get("ADDRESS", "http://127.0.0.1:8000")
INSTANCE = Path(os.environ.get("INSTANCE_DIR", "instance/demo"))
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PICTURES = Path(__file__).parent / "pictures"
SIZES = {"wide": {"width": 1360, "height": 900}, "phone": {"width": 390, "height": 780}}
# picture, user name, address, and a link to follow from it
PAGES = (
    ("my-work", "wang", "/work", None), ("cases", "li", "/cases", None),
    ("case", "li", "/cases?state=stopped", "main table a"), ("decision", "wang", "/work", "main table a"),
    ("overview", "zhao", "/overview", None), ("rules", "li", "/rules", None),
    ("what-if", "zhao", "/rules/what-if?office=510107&period_months-pension=6&periods=anew", None),
    ("calendar", "li", "/calendar", None),
    ("not-certified", "li", "/ledgers/not_certified", None), ("limits", "zhao", "/limits", None),
    ("objections", "li", "/objections", None), ("guide", "village.he", "/guide", None),
    ("verifications", "village.he", "/verifications", None), ("visit", "village.he", "/verifications", ".task-list a"),
    ("sources", "city.li", "/feeds", None), ("matching", "city.wang", "/matching", None),
    ("month", "city.wang", "/matching", "main table a"), ("identity", "wang", "/linkage", "main table a"),
    ("life-signs", "li", "/matching/lists?list=eligible", "main table a"),
    ("audit", "inspector", "/audit", None),
)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    password = re.search(r"Password of every account: (\S+)", (INSTANCE / "sign-ins.txt").read_text("utf-8")).group(1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, page in _pages(browser, password):
            page.screenshot(path=PICTURES / f"{name}.png")
            print(PICTURES.name, name, page.url)
        browser.close()


def _pages(browser: Browser, password: str) -> Iterator[tuple[str, Page]]:
    for size, viewport in SIZES.items():
        for name, username, address, link in PAGES:
            context = browser.new_context(viewport=viewport, locale="zh-CN")
            page = context.new_page()
            _sign_in(page, username, password)
            page.goto(ADDRESS + address)
            if link and page.locator(link).count():
                page.locator(link).first.click()
            yield f"{name}-{size}", page
            if size == "wide":
                page.get_by_role("button", name="English").or_(page.get_by_role("link", name="English")).first.click()
                page.wait_for_load_state("networkidle")
                yield f"{name}-{size}-en", page
            context.close()


def _sign_in(page: Page, username: str, password: str) -> None:
    page.goto(f"{ADDRESS}/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")


if __name__ == "__main__":
    main()
