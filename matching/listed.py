"""From verdicts and packed signs to rows of the three lists, as they stand in files and as others read them."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from matching import packed
from matching.definition import FIXED_REASONS, LISTS, OF_SIGN, REASONS
from matching.files import table_of
from matching.packed import CODES, NO_CODE, NO_SIGN, Numbers
from matching.store import LISTS as LIST_SCHEMA
from matching.store import Load

NOWHERE = -1


@dataclass(frozen=True)
class Stands:
    """Where cases stand: number of the verdict, UNKNOWN of a case that was not there, and the sign, packed."""

    verdict: Numbers
    sign: Numbers

    def of(self, rows: Numbers) -> Stands:
        return Stands(self.verdict[rows], self.sign[rows])


@dataclass(frozen=True)
class Listing:
    """The words of a plan as numbers. list, reason: by verdict, reason NOWHERE where it is the sign's own."""

    list: Numbers
    reason: Numbers
    by_code: Numbers
    loads: Sequence[Load]

    @classmethod
    def of(cls, plan: Mapping) -> Listing:
        by_code = np.full(CODES, NOWHERE, np.int16)
        for code, number in plan["reasons"].items():
            by_code[int(code)] = number
        rows = plan["verdicts"]
        return cls(np.array([LISTS.index(row[0]) for row in rows], np.int8),
                   np.array([NOWHERE if row[1] == OF_SIGN else FIXED_REASONS.index(row[1]) for row in rows], np.int16),
                   by_code, [Load(*load) for load in plan["loads"]])

    def says_as(self, other: Listing) -> bool:
        return all(np.array_equal(*pair) for pair in ((self.list, other.list), (self.reason, other.reason),
                                                      (self.by_code, other.by_code)))

    def words(self, stands: Stands) -> tuple[Numbers, Numbers]:
        """Numbers of list and reason; NOWHERE for the verdict of a case that was not there."""
        own = self.reason[stands.verdict]
        reason = np.where(own == NOWHERE, self.by_code[packed.code_of(stands.sign)], own)
        unknown = stands.verdict < 0
        return np.where(unknown, NOWHERE, self.list[stands.verdict]), np.where(unknown, NOWHERE, reason)

    def rows(self, case: Numbers, stands: Stands) -> pa.Table:
        """Rows of the lists, in the shape that decision 100 gives them."""
        words = dict(zip(("list", "reason"), self.words(stands), strict=True))
        found = {"case": case, **words, **packed.unpacked(stands.sign, self.loads)}
        return table_of({field.name: found[field.name].astype(str(field.type), copy=False) for field in LIST_SCHEMA})


def _sums(words: tuple[Numbers, Numbers], code: Numbers, numbers: Numbers) -> dict[str, int]:
    found: dict[str, int] = {}
    for stands, reason, of_code, number in zip(*words, code, numbers, strict=True):
        name = f"{LISTS[stands]}/{REASONS[int(reason)]}/{of_code}" if stands >= 0 else "gone"
        found[name] = found.get(name, 0) + int(number)
    return found


def differ(now: Stands, listing: Listing, was: Stands, then: Listing) -> Numbers:
    """Places of those whose list, reason or sign is another than it was."""
    found = now.sign != was.sign
    if listing.says_as(then):
        found |= now.verdict != was.verdict
    else:
        for word, word_then in zip(listing.words(now), then.words(was), strict=True):
            found |= word != word_then
    return np.flatnonzero(found)


def gone_rows(case: Numbers) -> pa.Table:
    """Of cases that the population no longer has."""
    none = {"list": NOWHERE, "reason": NOWHERE, "load": -1, "row": -1, "code": -1, "day": 0, "sure": -1}
    return table_of({field.name: case if field.name == "case" else np.full(len(case), none[field.name], str(field.type))
                     for field in LIST_SCHEMA})


class Tally:
    """How many cases stand where."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.numbers = np.zeros(len(listing.list) * CODES, np.int64)

    def add(self, stands: Stands) -> None:
        """A case that was not there is none."""
        kinds = stands.verdict.astype(np.int32) * CODES + packed.code_of(stands.sign)
        found = np.bincount(kinds[kinds >= 0] if kinds.min(initial=0) < 0 else kinds)
        self.numbers[:len(found)] += found

    def counts(self) -> dict[str, int]:
        """"list/reason/code" -> cases."""
        kinds = np.flatnonzero(self.numbers)
        verdict, code = kinds // CODES, (kinds % CODES).astype(np.int64)
        sign = np.where(code == NO_CODE, NO_SIGN, code << packed.CODE_AT)
        words = self.listing.words(Stands(verdict, sign))
        code[code == NO_CODE] = NOWHERE
        return _sums(words, code, self.numbers[kinds])
