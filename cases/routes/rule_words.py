"""Rule values as people read them: names, units, the words of rows and values, document and article apart."""
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from cases.routes.rule_names import RULE_NAMES, SECTION_NAMES, UNITS, VALUE_WORDS
from cases.search import offices_below
from rules import Entry, named_places
from rules.changes import Change
from rules.schema import KEYS, SECTIONS, key_and_row
from rules.vocabulary import SCHEMES
from staff.actor import Actor
from staff.models import Office
from web.filters import term
from web.language import current_language
from workflows.glossary import entries
from workflows.glossary import term as glossary_term

PREFIXES = ("kind", "reason", "benefit", "level", "evidence", "death_source", "scheme", "method", "loss", "state",
            "service", "pause", "duty")
_ARTICLE = re.compile(r"^(?P<document>.+?)\s+(?P<article>(?:第|附件|[一二三四五六七八九十]+（|\d+\.\d).*)$")


@dataclass(frozen=True)
class Written:
    """One value in words. row: which row of a table, empty elsewhere; article: empty where only a document is known."""

    entry: Entry
    row: str
    value: str
    document: str
    article: str


@dataclass(frozen=True)
class Place:
    """A place that has rules of its own. code: its GB/T 2260 prefix."""

    code: str
    title: str


def name_of(path: str) -> str:
    """Of a rule, with the words of its row."""
    name, row = key_and_row(path)
    words = str(RULE_NAMES.get(name, name))
    return f"{words} · {row_words(row)}" if row else words


def unit_of(path: str) -> str:
    return str(UNITS.get(KEYS[key_and_row(path)[0]].unit, ""))


def row_words(row: str | None) -> str:
    return " · ".join(word(part) for part in row.split(".")) if row else ""


def word(key: str) -> str:
    """The word for a bare name: the rules' own, else the glossary's; a name that has none is shown as it is."""
    if key in VALUE_WORDS:
        return str(VALUE_WORDS[key])
    known = next((f"{prefix}.{key}" for prefix in PREFIXES if f"{prefix}.{key}" in entries()), None)
    return glossary_term(known, current_language()) if known else key


def value_words(value: object) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _("；").join(_any_of(one) for one in value) or "—"
    if isinstance(value, dict):
        return _("，").join(f"{word(key)} {value_words(one)}" for key, one in value.items())
    return "—" if value is None else word(str(value))


def with_unit(path: str, value: object) -> str:
    unit = "" if value in (None, []) else unit_of(path)
    return f"{value_words(value)} {unit}".strip()


def _any_of(one: object) -> str:
    return _(" 或 ").join(value_words(each) for each in one) if isinstance(one, list) else value_words(one)


def written(entry: Entry) -> Written:
    document, article = document_and_article(entry.basis)
    return Written(entry, row_words(key_and_row(entry.path)[1]), with_unit(entry.path, entry.value), document, article)


def document_and_article(basis: str) -> tuple[str, str]:
    """(document, article); of a house value its page, and no article."""
    found = _ARTICLE.match(basis)
    return (found["document"], found["article"]) if found else (basis.removeprefix("house: "), "")


def sections(found: Iterable[Entry]) -> dict[str, list[tuple[str, list[Written]]]]:
    """name of a section -> (name of a rule, its rows), in the order of the schema; what is empty is left out."""
    by_key: dict[str, list[Written]] = {}
    for entry in found:
        by_key.setdefault(key_and_row(entry.path)[0], []).append(written(entry))
    listed = {name: [(str(RULE_NAMES.get(key, key)), by_key[key]) for key in keys if key in by_key]
              for name, keys in SECTIONS.items()}
    return {str(SECTION_NAMES[name]): rows for name, rows in listed.items() if rows}


def change_words(found: Iterable[Change]) -> list[tuple[str, Change, Written | None, Written | None]]:
    """(name of the rule, the change, old, new)."""
    return [(name_of(one.path), one, one.old and written(one.old), one.new and written(one.new)) for one in found]


def places() -> list[Place]:
    """Those that have rules of their own, in the order of their codes."""
    return [Place(code, title) for code, title in named_places()]


def schemes() -> dict[str, str]:
    return {one: term(f"scheme.{one}") for one in SCHEMES}


def chosen_office(actor: Actor, code: str | None) -> tuple[list[Office], Office | None]:
    """The offices to choose from, and the one meant: the narrowest where none is."""
    offices = offices_below(actor)
    return offices, next((one for one in offices if one.code == code), offices[-1] if offices else None)
