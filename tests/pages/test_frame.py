"""What surrounds every page: language, headers, navigation, and the pages for what went wrong."""
from __future__ import annotations

import pytest
from flask import Flask, abort, current_app
from flask.testing import FlaskClient
from werkzeug.exceptions import default_exceptions

from staff.access import public
from web.language import local_address
from workflows.transition import Refusal, TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

STATUSES = (400, 401, 403, 404, 405, 409, 413, 429, 500)


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """A client of an application with a page for every fault."""
    add_faults(app)
    return app.test_client()


def add_faults(app: Flask) -> None:
    """/fault/<status>, /refused and /broken, for one test: the next one finds nothing there (tests/conftest.py)."""
    app.config["FAULTS"] = True

    @public
    def fault(status: int) -> str:
        _only_when_asked()
        abort(status if status in default_exceptions else 404)

    @public
    def refused() -> str:
        _only_when_asked()
        raise TransitionRefused((Refusal("SAME_PERSON", article="SC-29"), Refusal("OWN_CASE")))

    @public
    def broken() -> str:
        _only_when_asked()
        raise RuntimeError("nobody must read this")

    if "fault" in app.view_functions:
        return
    app.view_functions |= {"fault": fault, "refused": refused, "broken": broken}
    for path, name in (("/fault/<int:status>", "fault"), ("/refused", "refused"), ("/broken", "broken")):
        app.url_map.add(app.url_rule_class(path, endpoint=name, methods={"GET"}))


def _only_when_asked() -> None:
    if not current_app.config.get("FAULTS"):
        abort(404)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_has_a_page_that_says_what_to_do_next(failing: FlaskClient, status: int, language: str):
    failing.set_cookie("language", language)
    answer = failing.get(f"/fault/{status}")
    assert answer.status_code == status
    assert ("接下来可以" if language == "zh" else "What you can do next") in answer.text
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text


def test_a_conflict_lists_every_refusal_in_words(failing: FlaskClient):
    answer = failing.get("/refused")
    assert answer.status_code == 409
    assert "同一人不能再签下一步" in answer.text and "您本人的待遇" in answer.text


def test_a_broken_server_keeps_its_inside_to_itself(failing: FlaskClient, app: Flask):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        answer = failing.get("/broken")
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500 and "nobody must read this" not in answer.text


def test_nothing_is_cached_framed_or_loaded_from_outside(client: FlaskClient):
    answer = client.get("/guide")
    policy = answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert 'src="http' not in answer.text and 'href="http' not in answer.text


def test_every_page_has_the_other_language_and_a_way_past_the_header(client: FlaskClient):
    answer = client.get("/guide")
    assert 'action="/language/en"' in answer.text and 'href="#main"' in answer.text and 'id="main"' in answer.text


def test_the_language_changes_by_post_and_comes_back_to_the_page(client: FlaskClient):
    assert client.get("/language/en").status_code in (404, 405)
    answer = client.post("/language/en", data={"next": "/guide?a=1"})
    assert answer.status_code == 302 and answer.headers["Location"] == "/guide?a=1"
    assert '<html lang="en">' in client.get("/guide").text
    assert client.post("/language/fr").status_code == 404


@pytest.mark.parametrize("address", [
    "https://example.org/", "//example.org", "/\\example.org", "\\\\example.org", "javascript:alert(1)", "", None,
    "guide", "http:/guide", "/\t/example.org", "/\n/example.org",
])
def test_no_address_leads_out_of_the_site(address: str | None):
    assert local_address(address) == "/"


@pytest.mark.article("SC-6", "QD-8")
def test_policies_ways_and_steps_are_published_for_everybody(client: FlaskClient):
    zh = client.get("/guide").text
    assert "十二个月" in zh and "掌上12333" in zh and "中国领事" in zh and "第二十四条" in zh
    assert "带上本人身份证或者社会保障卡" in zh and "人脸识别" in zh
    client.set_cookie("language", "en")
    assert "twelve months" in client.get("/guide").text


def test_whoever_is_not_signed_in_is_led_to_the_door(client: FlaskClient):
    assert client.get("/").headers["Location"] == "/sign-in"
