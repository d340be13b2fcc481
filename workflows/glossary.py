"""The field's words: `prefix.name` -> Chinese and English, from glossary.yaml."""
from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

LANGUAGES = ("zh", "en")
_FILE = Path(__file__).with_name("glossary.yaml")
_ENTRY = {"zh", "en", "source", "next"}


class UnknownTerm(KeyError):
    """No such word, or no such language."""


@cache
def entries() -> Mapping[str, Mapping[str, object]]:
    """All entries by key. Raises ValueError for one that lacks a language or bears an unknown field."""
    tree = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    found = {f"{prefix}.{name}": entry for prefix, names in tree.items() for name, entry in names.items()}
    for key, entry in found.items():
        if not isinstance(entry, dict) or set(entry) - _ENTRY or not all(entry.get(lang) for lang in LANGUAGES):
            raise ValueError(f"glossary entry {key} is not well formed")
    return MappingProxyType(found)


def _language(lang: str) -> str:
    short = str(lang)[:2]
    if short not in LANGUAGES:
        raise UnknownTerm(f"language {lang}")
    return short


def term(key: str, lang: str = "zh") -> str:
    """The word for `prefix.name`; lang "zh" or "en", or a locale that begins with it. Raises UnknownTerm."""
    try:
        return entries()[key][_language(lang)]
    except KeyError as missing:
        raise UnknownTerm(key) from missing


def next_step(code: str, lang: str = "zh") -> str:
    """What to do after a refusal: next_step("SAME_PERSON"). Raises UnknownTerm."""
    try:
        return entries()[f"refusal.{code}"]["next"][_language(lang)]
    except KeyError as missing:
        raise UnknownTerm(f"refusal.{code}.next") from missing


def source_of(key: str) -> str:
    """Document and article the word is from; empty when it is the house's. Raises UnknownTerm."""
    try:
        return str(entries()[key].get("source", ""))
    except KeyError as missing:
        raise UnknownTerm(key) from missing


@cache
def terms(prefix: str, lang: str = "zh") -> Mapping[str, str]:
    """name -> word of one prefix, in the file's order. Raises UnknownTerm when there is none."""
    start = f"{prefix}."
    found = {key[len(start):]: term(key, lang) for key in entries() if key.startswith(start)}
    if not found:
        raise UnknownTerm(prefix)
    return MappingProxyType(found)
