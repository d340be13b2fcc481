"""Words of pages: Chinese in the source, English in parts/*.yaml, one file per part of the system.

A value is the English, or [one, many] for `ngettext`. Terms of the field are not here: they are the glossary's.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml
from babel.messages.extract import extract
from babel.support import NullTranslations

ROOT = Path(__file__).resolve().parent.parent
PARTS = Path(__file__).resolve().parent / "parts"
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
JINJA = {"extensions": "jinja2.ext.i18n,jinja2.ext.do,jinja2.ext.loopcontrols", "silent": "false"}
PYTHON_FOLDERS = ("web", "staff", "cases", "audit", "matching")

English = str | list[str]


class DoubleEntry(ValueError):
    """Two parts give different English for one Chinese text; the message names both."""


class Catalogue(NullTranslations):
    """gettext over a mapping. What it does not hold stays Chinese."""

    def __init__(self, words: Mapping[str, English]) -> None:
        super().__init__()
        self.words = words

    def gettext(self, message: str) -> str:
        found = self.words.get(message, message)
        return found if isinstance(found, str) else found[-1]

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        found = self.words.get(singular, singular if number == 1 else plural)
        return found if isinstance(found, str) else found[0 if number == 1 else -1]

    def pgettext(self, _context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, _context: str, singular: str, plural: str, number: int) -> str:
        return self.ngettext(singular, plural, number)

    ugettext, ungettext, upgettext, unpgettext = gettext, ngettext, pgettext, npgettext


def load_catalogue(folder: Path = PARTS) -> dict[str, Catalogue]:
    """{"zh": empty, "en": all parts}. Of two translations the first counts: a test names them, no page fails."""
    english = {chinese: text for chinese, text, _part in reversed(_entries(folder))}
    return {"zh": Catalogue({}), "en": Catalogue(english)}


def english(folder: Path = PARTS) -> dict[str, English]:
    """All parts as one mapping Chinese -> English. Raises DoubleEntry."""
    words: dict[str, English] = {}
    origin: dict[str, str] = {}
    for chinese, text, part in _entries(folder):
        if words.setdefault(chinese, text) != text:
            raise DoubleEntry(f"{chinese}: {origin[chinese]} and {part}")
        origin.setdefault(chinese, part)
    return words


def _entries(folder: Path) -> list[tuple[str, English, str]]:
    """(Chinese, English, part) of every line, in the order of the parts."""
    return [(chinese, text, path.name) for path in sorted(folder.glob("*.yaml"))
            for chinese, text in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items()]


def missing_english(root: Path = ROOT, folder: Path = PARTS) -> dict[str, str]:
    """Texts used in templates and Python that have no English: {text: "file:line" of one use}."""
    known = english(folder)
    return {text: place for text, place in used_texts(root) if text not in known}


def used_texts(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """(text, "file:line") of every `_("...")` in templates/ and in the packages that make pages."""
    for path in sorted((root / "templates").rglob("*.html")):
        yield from _texts(path, "jinja2.ext:babel_extract", root)
    for folder in PYTHON_FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            yield from _texts(path, "python", root)


def _texts(path: Path, method: str, root: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        for line, message, _comments, _context in extract(method, file, keywords=KEYWORDS, options=JINJA):
            for text in _first(message):
                yield text, f"{path.relative_to(root)}:{line}"


def _first(message: str | Iterable[str | None]) -> Iterator[str]:
    """The msgid: of a plural pair the singular. An empty text is no text."""
    text = message if isinstance(message, str) else next(iter(message), None)
    if text:
        yield text
