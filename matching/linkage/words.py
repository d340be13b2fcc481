"""A comparison in words, level by level, and where two values differ: for the people who decide."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from matching.linkage import names
from matching.linkage.records import Given, readable_birth, readable_number, readable_place
from matching.linkage.settings import ELSE, MISSING, Comparison, load

NOT_SAID = {"zh": "至少一方没有，不比", "en": "missing on one side, not compared"}
BEFORE = {"zh": "比较之前", "en": "Before anything is compared"}
AT_RANDOM = {"zh": "随便两条记录很少是同一个人", "en": "two records at random are seldom of one person"}


@dataclass(frozen=True)
class Told:
    """One line of the comparison. bits: how much it says for one person (more than 0) or for two."""

    name: str
    what: str
    words: str
    bits: float


def told(comparison: list[Any], language: str) -> list[Told]:
    """Every line in the order of the settings; one of a level no longer in them shows by its name."""
    by_name = {one.name: one for one in load("pensioners").comparisons}
    return [_told(by_name.get(name), name, level, bits / 1000, language) for name, level, bits in comparison]


def _told(comparison: Comparison | None, name: str, level: str, bits: float, language: str) -> Told:
    if comparison is None:
        return Told(name, BEFORE[language], AT_RANDOM[language], bits)
    words: Mapping[str, Mapping[str, str]] = {one.name: one.words for one in comparison.levels}
    words = words | {ELSE: comparison.otherwise, MISSING: NOT_SAID}
    return Told(name, comparison.words[language], words.get(level, {language: level})[language], bits)


@dataclass(frozen=True)
class Beside:
    """One value of both sides, in pieces (text, whether the other side has it otherwise)."""

    name: str
    left: list[tuple[str, bool]]
    right: list[tuple[str, bool]]


def beside(left: Given, right: Given) -> list[Beside]:
    """Both sides, value by value; numbers are covered as everywhere, and what differs is marked all the same."""
    readers = {"name": names.as_written, "birth": readable_birth, "sex": lambda one: one, "place": readable_place}
    found = []
    for name, read in readers.items():
        compare = _of_number if name == "place" else _marked
        found.append(Beside(name, *compare(read(getattr(left, name)) or "", read(getattr(right, name)) or "")))
    number = _of_number(readable_number(left.number) or "", readable_number(right.number) or "")
    return [*found, Beside("number", *map(_covered, number))]


def _marked(left: str, right: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    one: list[tuple[str, bool]] = []
    other: list[tuple[str, bool]] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        one += [(left[a:b], kind != "equal")] if a < b else []
        other += [(right[c:d], kind != "equal")] if c < d else []
    return one, other


def _of_number(left: str, right: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Digit by digit where both can be read; of two places, as far as both go."""
    if len(left) != len(right) and not (left.startswith(right) or right.startswith(left)):
        return _marked(left, right)
    known = [one != other and "*" not in (one, other) for one, other in zip(left, right, strict=False)]
    return _grouped(left, known), _grouped(right, known)


def _grouped(text: str, marks: list[bool]) -> list[tuple[str, bool]]:
    pairs = zip(text, [*marks, *[False] * (len(text) - len(marks))], strict=True)
    return [("".join(one for one, _ in group), mark) for mark, group in groupby(pairs, key=lambda pair: pair[1])]


HEAD, TAIL = 6, 4  # of a number, readable by everybody


def _covered(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    length, at, found = sum(len(text) for text, _ in pieces), 0, []
    for text, other in pieces:
        shown = "".join(one if place < HEAD or place >= length - TAIL else "*" for place, one in enumerate(text, at))
        found.append((shown if length > HEAD + TAIL else "*" * len(text), other))
        at += len(text)
    return found
