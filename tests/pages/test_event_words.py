"""Events of the log are read in words, in both languages; one without a word still shows."""
from __future__ import annotations

from dataclasses import fields

import pytest
from flask import Flask

from audit.events import TYPES
from web.event_words import event_field, event_value
from workflows.glossary import entries

pytestmark = pytest.mark.sqlite_is_enough

NAMES = sorted({field.name for kind in TYPES.values() for field in fields(kind)})


def test_every_field_of_an_event_has_a_word():
    assert [name for name in NAMES if f"field.{name}" not in entries()] == []


@pytest.mark.parametrize(("value", "name", "words"), [
    ("window_visit", "method", "窗口"), ("eligible", "outcome", "仍具备资格"), ("sms", "channel", "短信"),
    ("SAME_PERSON", "refusal", "同一人不能再签"), (True, "masked", "是"), ("nonsense", "kind", "nonsense"),
    (["new_name"], "changed", "new_name"), ({"rows": 3}, "counts", "行数 3"), ({"sms": "a1"}, "notices", "短信 a1"),
    (7, "rows", "7")])
def test_a_value_is_read_in_words_where_there_are_any(app: Flask, value: object, name: str, words: str):
    with app.test_request_context():
        assert words in event_value(value, name)


def test_a_field_of_an_old_event_shows_as_it_is(app: Flask):
    with app.test_request_context():
        assert event_field("long_gone") == "long_gone"
