"""Whatever goes wrong, the reader gets a page of ours, in words, with its code and a way on."""
from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.exceptions import default_exceptions

pytestmark = pytest.mark.sqlite_is_enough


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("status", sorted(default_exceptions))
def test_every_status_is_answered_by_a_page_in_the_readers_language(app: Flask, status: int, language: str) -> None:
    with app.test_request_context(headers={"Cookie": f"language={language}"}):
        answer = app.make_response(app.handle_user_exception(default_exceptions[status]()))
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert {"zh": f"代码 {status}", "en": f"Code {status}"}[language] in page and f'lang="{language}' in page
    assert page.count("<h1") == 1
