"""What was said of people and found wrong: left out while signs are folded, in every engine (SC 9c, 27b)."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from matching.definition import Sign
from matching.files import values_of

EVERY_LOAD = (1 << 62) - 1


class Retracted(NamedTuple):
    """A register said `code` of the person, of that day, and was wrong. through: the last load it says nothing in.

    A day that was found wrong is wrong in every load that says it again; without a day, only what was said till then.
    """

    person: int
    code: int
    day: int
    through: int


def standing(signs: Iterable[Sign], retracted: Collection[Retracted]) -> list[Sign]:
    """The signs that still say something."""
    last = _last(retracted)
    return [sign for sign in signs if sign.load > last.get((sign.person, sign.code, sign.day), -1)]


def _last(retracted: Collection[Retracted]) -> dict[tuple[int, int, int], int]:
    found: dict[tuple[int, int, int], int] = {}
    for person, code, day, through in retracted:
        found[person, code, day] = max(through, found.get((person, code, day), -1))
    return found


def without(batches: Iterable[pa.RecordBatch], load: int, retracted: Collection[Retracted]) -> Iterator[pa.RecordBatch]:
    """Signs of a load, sorted by person, but for those retracted: the same batches, cut around them."""
    wrong = {key for key, through in _last(retracted).items() if load <= through}
    persons = np.array(sorted({person for person, _, _ in wrong}), np.int64)
    for batch in batches:
        start = 0
        for at in _rows(batch, persons, wrong):
            yield batch.slice(start, at - start)
            start = at + 1
        yield batch.slice(start)


def _rows(batch: pa.RecordBatch, persons: np.ndarray, wrong: Collection[tuple[int, int, int]]) -> list[int]:
    if not len(persons):
        return []
    person, code, day = (values_of(batch, name) for name in ("person", "code", "day"))
    first, last = np.searchsorted(person, persons), np.searchsorted(person, persons, side="right")
    return [at for low, high in zip(first, last, strict=True) for at in range(low, high)
            if (int(person[at]), int(code[at]), int(day[at])) in wrong]
