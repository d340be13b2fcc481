"""Signs of many cases folded at once, by columns of NumPy."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from matching import packed
from matching.definition import DOUBTS, ENDS, LAST_DAY, PROVES, SURE, UNDATED, Profile, WrongDay
from matching.files import values_of
from matching.packed import CODES, NO_CODE, NO_SIGN, Numbers
from matching.store import BUCKET

PARTS = 16  # of the few, before they are settled: memory stays bounded though a load were nothing but losses
SLICE = 1 << 15  # stays in the cache
FEW = LOSS, UNDATED_LOSS, DOUBT = range(3)  # what is folded of few cases


@dataclass(frozen=True)
class Law:
    """The profiles of a run as arrays. classes: by profile, code, 2 * sure + dated; the rest by profile."""

    classes: Numbers
    by_profile: Mapping[str, Numbers]

    @classmethod
    def of(cls, profiles: Sequence[Profile]) -> Law:
        """Raises ValueError for a code that no packed sign can hold."""
        classes = np.zeros((max(len(profiles), 1), CODES, 6), np.uint8)
        for number, profile in enumerate(profiles):
            for code, row in profile.classes:
                if not 0 <= code < NO_CODE:
                    raise ValueError(f"no code of a sign: {code}")
                classes[number, code] = row
        names = ("stale_before", "valid_from", "due_near", "no_period", "neither_asked", "before_due_asked")
        by_profile = {name: np.array([getattr(one, name) for one in profiles]) for name in names}
        by_profile["matched_on"] = np.array([one.on for one in profiles])
        return cls(classes, {name: values if values.dtype == bool else values.astype(np.int32)
                             for name, values in by_profile.items()})

    def facts(self, profile: Numbers) -> dict[str, Any]:
        """One value where it is the same of every profile."""
        at = profile.astype(np.intp)
        return {name: values[0] if len(values) and (values == values[0]).all() else values[at]
                for name, values in self.by_profile.items()}


NOTHING_RARE = np.empty(0, np.int32), np.empty(0, np.int8), np.empty(0, np.int64)


@dataclass
class Folded:
    """What counts of the signs of each case, packed. proof: a number a case, the latest; few: (row of the case, one of
    FEW, number), of those that have it: the earliest losses, the latest doubts; the first part is settled.
    """

    proof: Numbers
    few: list[tuple[Numbers, Numbers, Numbers]]

    @classmethod
    def empty(cls, cases: int) -> Folded:
        return cls(np.full(cases, NO_SIGN, np.int64), [NOTHING_RARE])

    def settled(self) -> tuple[Numbers, Numbers, Numbers]:
        """The least of each case and kind, by kind and case."""
        if len(self.few) == 1:
            return self.few[0]
        at, which, key = (np.concatenate(parts) for parts in zip(*self.few, strict=True))
        both = which.astype(np.int64) << 32 | at
        order = np.argsort(both)
        both = both[order]
        first = np.flatnonzero(np.diff(both, prepend=-1))
        least = np.minimum.reduceat(key[order], first) if len(first) else key
        self.few = [(at[order[first]], which[order[first]], least)]
        return self.few[0]

    def of(self, rows: Numbers) -> Folded:
        """What is folded of these cases, ascending."""
        at, which, key = self.settled()
        place = np.searchsorted(rows, at).astype(np.int32)
        kept = np.flatnonzero(np.take(rows, place, mode="clip") == at) if len(rows) else place[:0]
        return Folded(self.proof[rows], [(place[kept], which[kept], key[kept])])

    def of_common(self, rows: Numbers) -> Folded:
        """The same of cases of which none has a loss or a doubt."""
        return Folded(self.proof[rows], [NOTHING_RARE])

    def among(self, cases: Numbers) -> Folded:
        """What is known of these cases (flags), and nothing of the others; to be written to."""
        proof, few = self.proof.copy(), self.settled()
        if not cases.all():
            proof[np.flatnonzero(~cases)] = NO_SIGN
            few = self._few_of(cases)
        return Folded(proof, [few])

    def take(self, other: Folded, cases: Numbers) -> None:
        """What the other knows of these cases (flags), of whom nothing is known yet here."""
        np.copyto(self.proof, other.proof, where=cases)
        self.few.append(other._few_of(cases))

    def _few_of(self, cases: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        at, which, key = self.settled()
        kept = np.flatnonzero(cases[at])
        return at[kept], which[kept], key[kept]


def layers(person: Numbers, rows: Numbers | None = None) -> list[Numbers]:
    """Person within the bucket -> row of a case, -1 for none; one array for first cases, one for second cases ...

    `person` ascends. rows: the only ones to be found, ascending; all when left out.
    """
    about = person if rows is None else person[rows]
    if not any((about[start + 1:start + 1 + SLICE] == about[start:start + SLICE][:len(about) - start - 1]).any()
               for start in range(0, len(about), SLICE)):
        return [_index(about, rows)]
    rows = np.arange(len(person)) if rows is None else rows
    first = np.concatenate([[True], about[1:] != about[:-1]])
    place = np.arange(len(rows))
    rank = place - np.maximum.accumulate(np.where(first, place, 0))
    return [_index(about[at], rows[at]) for at in (np.flatnonzero(rank == layer) for layer in range(rank.max() + 1))]


def _index(person: Numbers, rows: Numbers | None) -> Numbers:
    """rows: of these persons; one by one from the first when left out."""
    index = np.full(BUCKET, -1, np.int32)
    for start in range(0, len(person), SLICE):
        of = person[start:start + SLICE] & (BUCKET - 1)
        index[of] = np.arange(start, start + len(of)) if rows is None else rows[start:start + SLICE]
    return index


def fold(folded: Folded, batches: Iterator[pa.RecordBatch], place: int, index: Sequence[Numbers], profile: Numbers,
         law: Law, on: int) -> int:
    """Take signs of one load into what is folded: how many it looked at. Any order, split or repetition (S8).

    Raises ValueError for a sign that is dated after the day of the run, or is no sign at all.
    """
    looked = 0
    for batch in batches:
        looked += len(batch)
        person, day, code, sure, row = (values_of(batch, name) for name in
                                        ("person", "day", "code", "sure", "row"))
        _check(day, code, sure, on)
        local = person & (BUCKET - 1)
        for layer in index:
            _fold(folded, layer[local], day, code, sure, row, place, profile, law)
        if len(folded.few) > PARTS:
            folded.settled()
    return looked


def _check(day: Numbers, code: Numbers, sure: Numbers, on: int) -> None:
    for values, highest, fault in ((day, on, "dated after the day of the run, or before 1970"),
                                   (code, NO_CODE - 1, "of no code"), (sure, max(SURE), "of no certainty")):
        if len(values) and (values.max() > highest or values.min() < 0):
            raise (WrongDay if values is day else ValueError)(f"a sign is {fault}")


def _fold(folded: Folded, at: Numbers, day, code, sure, row, place: int, profile: Numbers, law: Law) -> None:
    known = np.flatnonzero(at >= 0)
    if len(known) < len(at):
        at, day, code, sure, row = (one[known] for one in (at, day, code, sure, row))
    kind = law.classes.reshape(-1)[(profile[at].astype(np.int32) * CODES + code) * 6 + sure * 2 + (day != UNDATED)]
    proves = kind == PROVES
    if proves.all():
        np.minimum.at(folded.proof, at, packed.turned(packed.packed(day, code, sure, row + place)))
        return
    for which, chosen in ((None, proves), (LOSS, (kind == ENDS) & (day != UNDATED)),
                          (UNDATED_LOSS, (kind == ENDS) & (day == UNDATED)), (DOUBT, kind == DOUBTS)):
        if chosen.any():
            _take(folded, which, *(one[chosen] for one in (at, day, code, sure)), row[chosen] + place)


def _take(folded: Folded, which: int | None, at: Numbers, day, code, sure, place) -> None:
    if which == DOUBT:
        day = np.where(day == UNDATED, LAST_DAY, day)
    key = packed.packed(day, code, sure, place)
    if which is None:
        np.minimum.at(folded.proof, at, packed.turned(key))
    else:
        folded.few.append((at, np.full(len(at), which, np.int8), packed.turned(key) if which == DOUBT else key))
