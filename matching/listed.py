"""From verdicts and packed signs to rows of the three lists, as they stand in files and as others read them."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from matching import columns, packed
from matching.columns import Folded
from matching.definition import FIXED_REASONS, LISTS, OF_SIGN, REASONS
from matching.packed import CODES, NO_EARLIEST, Numbers
from matching.state import State
from matching.store import LISTS as LIST_SCHEMA
from matching.store import Load

NOWHERE = -1


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

    def words(self, verdict: Numbers, sign: Numbers) -> tuple[Numbers, Numbers]:
        """Numbers of list and reason; NOWHERE for the verdict of a case that was not there."""
        own = self.reason[verdict]
        reason = np.where(own == NOWHERE, self.by_code[packed.code_of(sign)], own)
        unknown = verdict < 0
        return np.where(unknown, NOWHERE, self.list[verdict]), np.where(unknown, NOWHERE, reason)

    def rows(self, case: Numbers, verdict: Numbers, sign: Numbers) -> pa.Table:
        """Rows of the lists, in the shape that decision 100 gives them."""
        stands, reason = self.words(verdict, sign)
        found = {"case": case, "list": stands, "reason": reason, **packed.unpacked(sign, self.loads)}
        return pa.table([pa.array(found[field.name].astype(field.type.to_pandas_dtype(), copy=False))
                         for field in LIST_SCHEMA], schema=LIST_SCHEMA)

    def tally(self, stands: Numbers, reason: Numbers, code: Numbers) -> dict[str, int]:
        """"list/reason/code" -> how many; a case that is no longer there is "gone"."""
        at = (stands.astype(np.int64) + 1) << 40 | (reason.astype(np.int64) + 1) << 20 | (code.astype(np.int64) + 1)
        kinds, numbers = np.unique(at, return_counts=True)
        return {_name((kind >> 40) - 1, (kind >> 20 & 0xFFFFF) - 1, (kind & 0xFFFFF) - 1): number
                for kind, number in zip(kinds.tolist(), numbers.tolist(), strict=True)}


def _name(stands: int, reason: int, code: int) -> str:
    return f"{LISTS[stands]}/{REASONS[reason]}/{code}" if stands >= 0 else "gone"


def list_rows(state: State, listing: Listing) -> pa.Table:
    """The whole bucket."""
    return listing.rows(state.case, state.verdict, columns.named(state.verdict, state.folded))


def change_rows(state: State, listing: Listing, old: State | None = None, then: Listing | None = None) -> pa.Table:
    """Of cases whose list, reason or sign is another than in `old`, whose cases are the same and in the same order."""
    if old is None or then is None:
        return list_rows(state, listing)
    other = state.verdict != old.verdict
    for keys, before in zip(vars(state.folded).values(), vars(old.folded).values(), strict=True):
        other |= keys != before
    at = np.flatnonzero(other) if listing.says_as(then) else np.arange(len(state.case))
    verdict, was = state.verdict[at], old.verdict[at]
    sign, sign_was = columns.named(verdict, _of(state.folded, at)), columns.named(was, _of(old.folded, at))
    words, words_were = listing.words(verdict, sign), then.words(was, sign_was)
    differ = (sign != sign_was) | (words[0] != words_were[0]) | (words[1] != words_were[1])
    return listing.rows(state.case[at[differ]], verdict[differ], sign[differ])


def gone_rows(case: Numbers) -> pa.Table:
    """Of cases that the population no longer has."""
    none = {"list": NOWHERE, "reason": NOWHERE, "load": -1, "row": -1, "code": -1, "day": 0, "sure": -1}
    return pa.table([pa.array(case if field.name == "case" else
                              np.full(len(case), none[field.name], field.type.to_pandas_dtype()))
                     for field in LIST_SCHEMA], schema=LIST_SCHEMA)


def counted(state: State, listing: Listing) -> dict[str, int]:
    """"list/reason/code" -> cases of the bucket."""
    found: dict[str, int] = {}
    for verdict, number in enumerate(np.bincount(state.verdict, minlength=len(listing.list)).tolist()):
        rows = np.flatnonzero(state.verdict == verdict) if number else ()
        for start in range(0, len(rows), columns.SLICE):
            at = rows[start:start + columns.SLICE]
            sign = columns.named(state.verdict[at], _of(state.folded, at))
            stands, reason = listing.words(state.verdict[at], sign)
            code = np.where(sign == NO_EARLIEST, NOWHERE, packed.code_of(sign))
            for name, more in listing.tally(stands, reason, code).items():
                found[name] = found.get(name, 0) + more
    return found


def _of(folded: Folded, at: Numbers) -> Folded:
    return Folded(*(keys[at] for keys in vars(folded).values()))
