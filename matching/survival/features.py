"""What the model looks at: the life signs of the 24 months before a day, counted per person. Plain NumPy, no loops.

A sign is (person, day, kind); days since 1970-01-01; kind: a small number, 0 to 30, of the register that saw it.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MONTH, YEAR, WINDOW = 30, 365, 730  # days
LONGEST = 24.0  # months since the last sign, where there is none in the window
Array = np.ndarray


@dataclass(frozen=True)
class People:
    """One entry for each person, ascending. born: days since 1970-01-01; female: 0 or 1."""

    person: Array
    born: Array
    female: Array


# name -> how it is told, {0} being the value
WORDS = {
    "recency": {"zh": "最近一次生存迹象在 {0:.1f} 个月前", "en": "last sign of life {0:.1f} months ago"},
    "kinds": {"zh": "近十二个月来自 {0:.0f} 类登记", "en": "from {0:.0f} kinds of register in twelve months"},
    "number": {"zh": "近十二个月共 {0:.0f} 次", "en": "{0:.0f} signs in twelve months"},
    "months": {"zh": "近十二个月中有迹象的有 {0:.0f} 个月", "en": "signs in {0:.0f} of the last twelve months"},
    "gap": {"zh": "此前两次迹象之间最长隔 {0:.1f} 个月", "en": "longest gap between signs before: {0:.1f} months"},
    "irregular": {"zh": "间隔的不规律程度 {0:.2f}", "en": "irregularity of the gaps {0:.2f}"},
    "overdue": {"zh": "距今是平常间隔的 {0:.1f} 倍", "en": "silent for {0:.1f} times the usual gap"},
    "age": {"zh": "{0:.0f} 岁", "en": "{0:.0f} years old"},
    "female": {"zh": "性别（女为 1）{0:.0f}", "en": "sex (1: female) {0:.0f}"},
}
NAMES = tuple(WORDS)


def features(people: People, person: Array, day: Array, kind: Array, on: int) -> Array:
    """One row for each of `people`, a column for each of NAMES. Signs of others, undated or later do not count."""
    place = np.searchsorted(people.person, person)
    known = place < len(people.person)
    known[known] &= people.person[place[known]] == person[known]
    kept = known & (day > on - WINDOW) & (day <= on) & (day > 0)
    order = np.lexsort((day[kept], place[kept]))
    place, day, kind = place[kept][order], day[kept][order].astype(np.int64), kind[kept][order].astype(np.int64)
    found = np.zeros((len(people.person), len(NAMES)))
    for name, column in _columns(people, place, day, kind, on).items():
        found[:, NAMES.index(name)] = column
    return found


def _columns(people: People, place: Array, day: Array, kind: Array, on: int) -> dict[str, Array]:
    size, year = len(people.person), day > on - YEAR
    last = np.full(size, float(on - LONGEST * MONTH))
    np.maximum.at(last, place, day)
    mean, deviation, longest = _gaps(size, place, day)
    silent = (on - last) / MONTH
    usual = np.where(mean > 0, mean, 3.0)
    return {
        "recency": np.minimum(silent, LONGEST),
        "kinds": _distinct(size, place[year], kind[year]),
        "number": np.minimum(np.bincount(place[year], minlength=size), 200),
        "months": _distinct(size, place[year], (on - day[year]) * 12 // YEAR),
        "gap": np.minimum(longest, LONGEST),
        "irregular": np.minimum(np.where(mean > 0, deviation / usual, 1.0), 5.0),
        "overdue": np.minimum(silent / np.maximum(usual, 0.25), 20.0),
        "age": (on - people.born) / 365.25,
        "female": people.female.astype(float),
    }


def _gaps(size: int, place: Array, day: Array) -> tuple[Array, Array, Array]:
    """Mean, standard deviation and longest of the gaps between neighbouring signs, in months; 0 without two signs."""
    same = place[1:] == place[:-1] if len(place) else np.zeros(0, bool)
    gap, whose = (np.diff(day)[same] / MONTH, place[1:][same]) if len(place) else (np.zeros(0), place)
    count = np.maximum(np.bincount(whose, minlength=size), 1)
    mean = np.bincount(whose, gap, minlength=size) / count
    spread = np.bincount(whose, gap * gap, minlength=size) / count - mean * mean
    longest = np.zeros(size)
    np.maximum.at(longest, whose, gap)
    return mean, np.sqrt(np.maximum(spread, 0)), longest


def _distinct(size: int, place: Array, value: Array) -> Array:
    pairs = np.unique(place * 64 + value)
    return np.bincount(pairs // 64, minlength=size)
