"""The cases of a bucket found again among those of another run."""
from __future__ import annotations

import numpy as np

from matching.columns import layers
from matching.packed import Numbers
from matching.predicates import Columns
from matching.store import BUCKET

UNKNOWN = -1


def rows_then(then: Columns, now: Columns) -> Numbers | None:
    """For each case of now its row of then, UNKNOWN where it was not there or was about another person.

    Both have `case` and `person`, which ascends. None where they are the same, row for row.
    """
    if all(np.array_equal(then[name], now[name]) for name in ("case", "person")):
        return None
    found = np.full(len(now["case"]), UNKNOWN, np.int32)
    if len(then["case"]):
        local = now["person"] & (BUCKET - 1)
        for layer in layers(then["person"]):
            at = layer[local]
            there = (at != UNKNOWN) & (then["case"][at] == now["case"])
            np.copyto(found, at, where=there)
    return found


def left_out(at: Numbers, count: int) -> Numbers:
    """Rows of then, `count` in all, that are not among those found."""
    missing = np.ones(count, bool)
    missing[at[at != UNKNOWN]] = False
    return np.flatnonzero(missing)


def taken(values: Numbers, at: Numbers, otherwise: int) -> Numbers:
    """The values of these rows of then; `otherwise` for UNKNOWN."""
    if not len(values):
        return np.full(len(at), otherwise, values.dtype)
    found = values[at]
    found[at == UNKNOWN] = otherwise
    return found


def numbered_alike(then: Numbers, now: Numbers) -> bool:
    """Whether each case that was there has the number it had. UNKNOWN of one that was not."""
    return bool(((then == now) | (then == UNKNOWN)).all())
