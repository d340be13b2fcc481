"""A list goes on behind the key in its address; an address that holds none is answered as a bad one."""
from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from werkzeug.exceptions import BadRequest

from web.paging import key_after


@pytest.mark.parametrize(("given", "heads", "key"), [
    ("2026-03-16_7", 0, (date(2026, 3, 16), 7)),
    ("initial_review_2026-03-16_7", 1, ("initial_review", date(2026, 3, 16), 7)),
    ("", 0, None),
])
def test_the_key_of_the_last_row_is_read_from_the_address(app: Flask, given: str, heads: int, key: object) -> None:
    with app.test_request_context(query_string={"after": given}):
        assert key_after(heads) == key


@pytest.mark.parametrize(("given", "heads"), [
    ("7", 0), ("2026-02-30_7", 0), ("2026-03-16_x", 0), ("recheck_2026-03-16_7", 0), ("2026-03-16_7", 1),
])
def test_what_is_no_key_of_the_list_is_a_bad_address(app: Flask, given: str, heads: int) -> None:
    with app.test_request_context(query_string={"after": given}), pytest.raises(BadRequest):
        key_after(heads)
