"""A1 has exceptions; each is listed with its reason, held to its bounds by a test, and shown in the documents."""
from __future__ import annotations

import re
from pathlib import Path

from staff.crossings import CROSSINGS

TESTS = Path(__file__).resolve().parent.parent
PAGE = TESTS.parent / "docs" / "decisions" / "090-what-crosses-an-area.md"
NAMED = re.compile(r'^@pytest\.mark\.crosses\("(\w+)"\)$', re.MULTILINE)


def test_every_listed_exception_has_a_test_and_every_such_test_a_listed_exception() -> None:
    tested = {name for path in TESTS.rglob("test_*.py") for name in NAMED.findall(path.read_text("utf-8"))}
    assert tested == {row.name for row in CROSSINGS}


def test_no_exception_is_listed_twice_or_without_a_reason() -> None:
    assert len({row.name for row in CROSSINGS}) == len(CROSSINGS)
    assert [row.name for row in CROSSINGS if not (row.what and row.why and row.basis)] == []


def test_the_page_shows_the_table_as_it_is() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert rows == [f"| `{row.name}` | {row.what} | {row.why} | {row.basis} |" for row in CROSSINGS]
