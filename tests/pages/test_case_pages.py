"""The pages of one case while a wrong suspension is put right, each in a real browser, on a phone and at a desk."""
from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from cases.models import Objection, VerificationTask
from tests.features.test_a_wrong_suspension_is_put_right import Course, course  # noqa: F401
from tests.pages.test_browser import DESK, PHONE, faults_of

pytestmark = pytest.mark.browser

AT_DESK = ("/cases/{case}", "/cases/{case}/objections/new", "/cases/{case}/decisions/new/resume",
           "/cases/{case}/evidence")


def pages_after(course: Course, step: int) -> list[tuple[str, str]]:  # noqa: F811
    """(who, address) of what can be looked at after that many steps of the story."""
    case, decision = course.case_id, course.decision_id
    found = [("li", path.format(case=case)) for path in AT_DESK] if step in (0, 2) else []
    return found + [(who, f"/decisions/{decision}") for who in ("li", "wang", "zhao")]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_of_a_case_has_a_fault(course: Course, address: str, new_page: Callable[..., Page],  # noqa: F811
                                       viewport: dict):
    readers = {}
    for name in ("li", "wang", "zhao", "he.village"):
        readers[name] = new_page(viewport=viewport)
        cookie = course[name].get_cookie("session")
        readers[name].context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    found = list(faults_of(readers["li"], f"/cases/{course.case_id}"))
    course.lodge()
    objection, task = (course.one(column)[0] for column in (Objection.public_id, VerificationTask.public_id))
    found += faults_of(readers["li"], f"/objections/{objection}")
    found += faults_of(readers["he.village"], "/verifications")
    found += faults_of(readers["he.village"], f"/verifications/{task}")
    course.verify()
    course.open_resumption()
    for step, (who, action) in enumerate((("li", "submit"), ("li", "initial_review"), ("wang", "recheck"),
                                          ("zhao", "approve"))):
        found += [words for reader, path in pages_after(course, step) for words in faults_of(readers[reader], path)]
        assert course.act(who, action, "同意") == 302, course.said
    found += faults_of(readers["zhao"], f"/cases/{course.case_id}")
    assert not found, "\n".join(sorted(set(found)))
