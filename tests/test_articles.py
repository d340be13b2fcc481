"""Each article of the requirements says what carries it out, and that what is named is there."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from docs import articles
from rules.schema import KEYS
from workflows.case_lifecycle import TRANSITIONS
from workflows.review_chain import DECISION_KINDS

pytestmark = pytest.mark.sqlite_is_enough

ROOT = Path(__file__).resolve().parent.parent
CARRIED = articles.carried()


def _has_command(app: Flask, words: list[str]) -> bool:
    found = app.cli
    for word in words:
        found = getattr(found, "commands", {}).get(word)
    return found is not None


IS_THERE: dict[str, Callable[[Flask, list[str]], bool]] = {
    "page": lambda app, words: words[0] in app.view_functions,
    "rule": lambda app, words: words[0] in KEYS,
    "table": lambda app, words: any(row.action == words[0] for row in TRANSITIONS),
    "kind": lambda app, words: words[0] in DECISION_KINDS,
    "command": _has_command,
}


def is_there(app: Flask, name: str) -> bool:
    kind, *words = name.split()
    return IS_THERE[kind](app, words) if words else (ROOT / kind).exists()


def test_every_article_is_told_of_once_in_the_order_of_the_requirements():
    wanted = [article for section in articles.sections(articles.REQUIREMENTS.read_text(encoding="utf-8"))
              for article in section.articles]
    assert sorted(article for article, _ in CARRIED) == sorted(wanted)
    assert len({article for article, _ in CARRIED}) == len(CARRIED)


def test_what_carries_an_article_out_exists(app: Flask):
    assert [(article, name) for article, done in CARRIED for name in done.by if not is_there(app, name)] == []


@pytest.mark.parametrize("name", ["cases/nothing.py", "page cases.nothing", "rule nothing", "table nothing",
                                  "kind nothing", "command audit nothing"])
def test_what_does_not_exist_is_found(app: Flask, name: str):
    assert not is_there(app, name)


def test_an_article_that_no_test_names_or_nothing_carries_out_says_what_is_not_done():
    named = articles.marks(articles.TESTS)
    silent = [article for article, done in CARRIED if not done.not_yet and (article not in named or not done.by)]
    assert silent == []
