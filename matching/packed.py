"""A sign as one whole number, so that folding is the smallest of whole numbers.

From the high bits down: day 16, code 10, sure 2, place 35 (of the row among all rows ever loaded). The earliest sign is
the smallest number; where the latest is wanted the bits of the day are turned over. Of one day the same sign stays
either way. A doubt without a date has the last day (matching/definition.py).
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.definition import LAST_DAY, UNDATED
from matching.store import Load

PLACE_BITS, SURE_BITS, CODE_BITS = 35, 2, 10
SURE_AT, CODE_AT, DAY_AT = PLACE_BITS, PLACE_BITS + SURE_BITS, PLACE_BITS + SURE_BITS + CODE_BITS
PLACES, CODES = 1 << PLACE_BITS, 1 << CODE_BITS
NO_CODE = CODES - 1  # what NO_SIGN shows in the bits of the code
NO_SIGN = (1 << 63) - 1  # its day turned over is NONE

Numbers = np.ndarray


def packed(day: Numbers, code: Numbers, sure: Numbers, place: Numbers) -> Numbers:
    """int64, for the earliest. `place` is an array of its own and is written over."""
    place |= (code.astype(np.int64) << SURE_BITS | sure) << SURE_AT
    place |= day.astype(np.int64) << DAY_AT
    return place


def turned(key: Numbers) -> Numbers:
    """From the order of the earliest to that of the latest and back; NO_SIGN stands for none in both."""
    return key ^ (LAST_DAY << DAY_AT)


def day_of(key: Numbers) -> Numbers:
    return (key >> DAY_AT).astype(np.int32)


def code_of(key: Numbers) -> Numbers:
    return (key >> CODE_AT & (CODES - 1)).astype(np.int16)


def place_of(key: Numbers) -> Numbers:
    return key & (PLACES - 1)


def unpacked(key: Numbers, loads: Sequence[Load]) -> dict[str, Numbers]:
    """load, row, code, day, sure of keys in the order of the earliest."""
    there = key != NO_SIGN
    place, day = place_of(key), day_of(key)
    starts = np.array([load.place for load in loads] or [0])
    numbers = np.array([load.number for load in loads] or [0])
    at = np.searchsorted(starts, place, side="right") - 1
    none = {"load": -1, "row": -1, "code": -1, "day": UNDATED, "sure": -1}
    found = {"load": numbers[at], "row": place - starts[at], "code": code_of(key),
             "day": np.where(day >= LAST_DAY, UNDATED, day), "sure": key >> SURE_AT & 3}
    return {name: np.where(there, found[name], none[name]) for name in none}
