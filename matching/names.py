"""Names made comparable, in one way for feeds and for linkage: width, blanks, separators, variants. Pure; the tables
are rules/linkage/names.yaml.
"""
from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TABLES = Path(__file__).resolve().parents[1] / "rules" / "linkage" / "names.yaml"
DOT = "·"
_NOT_COMPARED = dict.fromkeys(map(ord, f"{DOT}-'"))


@cache
def tables() -> dict[str, Any]:
    return yaml.safe_load(TABLES.read_text("utf-8"))


@cache
def _marks() -> dict[int, str]:
    return dict.fromkeys(map(ord, tables()["separators"]), DOT) | dict.fromkeys(map(ord, tables()["unreadable"]), "?")


@cache
def _variants() -> dict[int, str]:
    return {ord(one): common for one, common in tables()["variants"].items()} | {ord(DOT): ""}


def as_written(name: str | None) -> str | None:
    """One width, no blanks, one separator, one mark for what was unreadable; None when nothing is left."""
    text = "".join(unicodedata.normalize("NFKC", name or "").split())
    return text.translate(_marks()).strip(DOT) or None


def plain(name: str) -> str:
    """Without separators, each variant as the common character: 張·堃 and 张坤 are one."""
    return name.translate(_variants())


def compared(name: str) -> str:
    """What two writings of one name have in common; variants stay apart, for some of them are names of their own and
    what agrees in number and name proves by itself."""
    return (as_written(name) or "").translate(_NOT_COMPARED).casefold()
