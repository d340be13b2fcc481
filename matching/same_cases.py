"""The cases of a bucket found again among those of another run."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from matching.columns import layers
from matching.packed import Numbers
from matching.predicates import Columns
from matching.store import BUCKET

UNKNOWN = -1
STEP = 1 << 15  # stays in the cache


@dataclass(frozen=True)
class Again:
    """Which case is which: row for row the same at the beginning and at the end, one by one between.

    then: how many cases there were; first, last: so many are the same at the beginning, at the end; between: for each
    case of now between these its row of then, UNKNOWN where it was not there or was about another person.
    """

    then: int
    first: int
    last: int
    between: Numbers

    def taken(self, values: Numbers, otherwise: int) -> Numbers:
        """For each case of now the value it had; `otherwise` for one that was not there."""
        found = np.full(len(self.between), otherwise, values.dtype)
        there = np.flatnonzero(self.between != UNKNOWN)
        found[there] = values[self.between[there]]
        return np.concatenate([values[:self.first], found, values[self.then - self.last:]])

    def left_out(self) -> Numbers:
        """Rows of then that were not found."""
        return np.flatnonzero(self.rows_now(np.arange(self.first, self.then - self.last)) == UNKNOWN) + self.first

    def rows_now(self, rows: Numbers) -> Numbers:
        """For rows of then the rows of now; UNKNOWN for those that were not found."""
        between = np.full(self.then - self.first - self.last, UNKNOWN)
        there = np.flatnonzero(self.between != UNKNOWN)
        between[self.between[there] - self.first] = there + self.first
        found = np.where(rows < self.first, rows, rows - self.then + self.first + len(self.between) + self.last)
        inner = np.flatnonzero((rows >= self.first) & (rows < self.then - self.last))
        found[inner] = between[rows[inner] - self.first]
        return found


def again(then: Columns, now: Columns) -> Again | None:
    """Both have `case` and `person`, which ascends. None where they are the same, row for row."""
    counts = len(then["case"]), len(now["case"])
    first = _alike(then, now, min(counts))
    if first == max(counts):
        return None
    last = _alike({name: then[name][::-1] for name in NAMED}, {name: now[name][::-1] for name in NAMED},
                  min(counts) - first)
    old, new = ({name: one[name][first:count - last] for name in NAMED}
                for one, count in zip((then, now), counts, strict=True))
    return Again(counts[0], first, last, _one_by_one(old, new, first))


NAMED = ("case", "person")


def _alike(then: Columns, now: Columns, most: int) -> int:
    """How many cases are the same from the beginning on."""
    for start in range(0, most, STEP):
        part = slice(start, min(start + STEP, most))
        other = np.zeros(part.stop - start, bool)
        for name in NAMED:
            other |= then[name][part] != now[name][part]
        if other.any():
            return start + int(other.argmax())
    return most


def _one_by_one(then: Mapping[str, Numbers], now: Mapping[str, Numbers], first: int) -> Numbers:
    """For each case of now its row of then, counted from `first` on."""
    found = np.full(len(now["case"]), UNKNOWN)
    if len(then["case"]):
        local = now["person"] & (BUCKET - 1)
        for layer in layers(then["person"]):
            at = layer[local]
            there = np.flatnonzero((at != UNKNOWN) & (then["case"][at] == now["case"]))
            found[there] = at[there] + first
    return found


def numbered_alike(then: Numbers, now: Numbers) -> bool:
    """Whether each case that was there has the number it had. UNKNOWN of one that was not."""
    return np.array_equal(then, now) or bool(((then == now) | (then == UNKNOWN)).all())
