"""The pages of a case in a real browser, in both languages, wide and on a phone: no fault that axe finds, nothing wider
than its window, nothing fetched from outside; forms refused and a decision that is too late included."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from audit.models import AuditEvent
from cases import objections
from cases.models import Decision, Notice, Objection, VerificationTask
from database import db
from staff import relatives
from tests import people
from tests.case_builder import DEAD, LAPSED, make_case, photo
from tests.features.test_a_wrong_suspension_is_put_right import ON, Course
from tests.pages.test_browser import DESK, PHONE, faults_of, sign_in

pytestmark = pytest.mark.browser
LANGUAGES = ("zh", "en")


@pytest.fixture
def course(app: Flask) -> Iterator[Course]:
    """An objection verified, its resumption awaiting recheck; a dead pensioner's case; an inspector and a relative."""
    app.config["TODAY"] = ON
    made = Course(app)
    made.lodge()
    made.verify()
    made.open_resumption()
    assert made.act("li", "submit") == 302 and made.act("li", "initial_review", "同意") == 302
    with app.app_context():
        made.dead_id = make_case(ON, **DEAD).public_id
        people.make_account("guo", ["inspector"])
        relatives.declare(people.actor("li"), people.valid_id_number(), "sibling", ON)
    yield made
    app.config.pop("TODAY", None)


def pages_of(course: Course) -> dict[str, list[str]]:
    """Who looks at what."""
    case, dead = f"/cases/{course.case_id}", f"/cases/{course.dead_id}"
    with course.app.app_context():
        decision = f"/decisions/{db.session.scalar(select(Decision.public_id))}"
        rest = [f"/objections/{db.session.scalar(select(Objection.public_id))}",
                f"/verifications/{db.session.scalar(select(VerificationTask.public_id))}",
                f"/notices/{db.session.scalar(select(Notice.public_id))}"]
        event = db.session.scalar(select(AuditEvent.uid).where(AuditEvent.type == "EvidenceAdded"))
    return {
        "li": [case, dead, decision, *rest, f"{dead}/decisions/new/terminate", f"{case}/objections/new",
               f"{case}/evidence", f"{case}/dossier", "/objections", "/cases?elapsed_from=10", "/work?tab=submitted"],
        "wang": ["/work", decision, f"{case}/decisions/new/resume"],
        "guo": [f"/audit/events/{event}", "/staff/relatives", "/overview"],
    }


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_a_case_has_a_fault(course: Course, new_page: Callable[..., Page], language: str, viewport: dict):
    found = []
    for name, addresses in pages_of(course).items():
        page = new_page(viewport=viewport)
        sign_in(page, name)
        page.context.add_cookies([{"name": "language", "value": language, "url": page.url}])
        found += [words for path in addresses for words in faults_of(page, path)]
    assert not found, "\n".join(found)


def test_a_visit_is_recorded_on_a_phone_with_its_photo(course: Course, new_page: Callable[..., Page],
                                                       tmp_path: Path):
    with course.app.app_context():
        case = make_case(ON, **LAPSED)
        objections.lodge(case.id, objections.Lodged("to_suspension", "self", "健在"), actor=people.actor("li"), on=ON)
        task = db.session.scalar(select(VerificationTask.public_id).where(VerificationTask.status == "open"))
    shot = tmp_path / "visit.jpg"
    shot.write_bytes(photo())
    page = new_page(viewport=PHONE)
    sign_in(page, "he.village")
    page.goto(f"/verifications/{task}")
    choice = page.locator(".visit .form-check").first
    assert choice.bounding_box()["height"] >= 44
    choice.click()
    page.locator("#means").select_option("home_visit")
    page.locator("#note").fill("本人在家。")
    page.locator("input[type=file]").set_input_files(shot)
    assert "visit.jpg" in page.locator(".file-name").inner_text()
    page.locator(".visit > .btn").click()
    assert page.locator(".done").is_visible()


def test_the_first_stop_of_the_keyboard_is_the_way_past_the_menu(course: Course, new_page: Callable[..., Page]):
    page = new_page(viewport=DESK)
    sign_in(page, "li")
    page.goto(f"/cases/{course.case_id}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none" and page.evaluate("!!document.activeElement.closest('main')")
