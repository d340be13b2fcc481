"""Every rule is read by something that acts on it, or docs/not-yet.md says that nothing does."""
from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from rules.schema import KEYS

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_YET = ROOT / "docs" / "not-yet.md"
READERS = ("cases", "staff", "audit", "web", "matching", "workflows", "invariants")
TABLES = ("cases/notice_kinds.yaml",)  # their rows name rules that the code beside them looks up
NAMES_ONLY = {"rule_names.py"}  # names every key for a page


def read_keys() -> set[str]:
    """Keys that stand in a string of a reader, alone or before a dot."""
    strings: set[str] = set()
    for folder in READERS:
        for path in (ROOT / folder).rglob("*.py"):
            if path.name not in NAMES_ONLY:
                strings |= {node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                            if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for table in TABLES:
        strings |= set(_values(yaml.safe_load((ROOT / table).read_text(encoding="utf-8"))))
    return {text.partition(".")[0] for text in strings} & set(KEYS)


def _values(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for below in tree.values() if isinstance(tree, dict) else tree:
            yield from _values(below)


def said_to_be_unread() -> set[str]:
    text = NOT_YET.read_text(encoding="utf-8")
    listed = re.search(r"<!-- unread rules -->(.*?)<!-- end -->", text, re.DOTALL)
    return set(re.findall(r"`(\w+)`", listed[1])) if listed else set()


def test_a_rule_that_nothing_reads_is_named_in_not_yet():
    assert set(KEYS) - read_keys() - said_to_be_unread() == set()


def test_only_rules_that_exist_are_named_there():
    assert said_to_be_unread() <= set(KEYS)
