"""The definition asked of many cases at once, by columns of NumPy."""
from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from matching import packed
from matching.definition import DOUBTS, ENDS, LAST_DAY, NEVER, PROVES, SURE, UNDATED, VERDICTS, Profile
from matching.packed import CODES, NO_EARLIEST, NO_LATEST, Numbers
from matching.store import BUCKET
from workflows.predicates import And, Compare, Fact, Node, Not, Or

Columns = Mapping[str, Any]
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne, ">=": operator.ge, ">": operator.gt,
}
SLICE = 1 << 15
ASKED = ("profile", "certified", "due", "of_age")
NEUTRAL = {"proof": NO_LATEST, "loss": NO_EARLIEST, "undated": NO_EARLIEST, "doubt": NO_LATEST}


def holds(tree: Node, facts: Columns) -> Numbers:
    """The tree as a column of flags. Raises KeyError for an unknown fact or node."""
    return _NODES[type(tree)](tree, facts)


def _compare(tree: Compare, facts: Columns) -> Numbers:
    right = facts[tree.right.name] if isinstance(tree.right, Fact) else tree.right
    return _OPERATORS[tree.op](facts[tree.fact], right)


def _all(parts: Sequence[Node], facts: Columns, both: Callable[[Any, Any], Any], start: bool) -> Numbers:
    found: Any = np.bool_(start)
    for part in parts:
        found = both(found, holds(part, facts))
    return found


_NODES: Mapping[type, Callable[[Any, Columns], Numbers]] = {
    Fact: lambda tree, facts: facts[tree.name],
    Compare: _compare,
    Not: lambda tree, facts: ~holds(tree.part, facts),
    And: lambda tree, facts: _all(tree.parts, facts, operator.and_, True),
    Or: lambda tree, facts: _all(tree.parts, facts, operator.or_, False),
}


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
                if not 0 <= code < CODES:
                    raise ValueError(f"no code of a sign: {code}")
                classes[number, code] = row
        names = ("stale_before", "valid_from", "due_near", "no_period", "neither_asked", "before_due_asked")
        return cls(classes, {name: np.array([getattr(one, name) for one in profiles]) for name in names}
                   | {"matched_on": np.array([one.on for one in profiles], np.int32)})


@dataclass
class Folded:
    """What counts of the signs of each case, packed: `proof` and `doubt` as the latest, the others as the earliest."""

    proof: Numbers
    loss: Numbers
    undated: Numbers
    doubt: Numbers

    @classmethod
    def empty(cls, cases: int) -> Folded:
        return cls(**{name: np.full(cases, none, np.int64) for name, none in NEUTRAL.items()})

    def copied(self) -> Folded:
        return Folded(*(keys.copy() for keys in vars(self).values()))

    def forget(self, cases: Numbers) -> None:
        """As if no sign of these cases had come yet."""
        for name, keys in vars(self).items():
            keys[cases] = NEUTRAL[name]


def layers(person: Numbers, chosen: Numbers | None = None) -> list[Numbers]:
    """Person within the bucket -> row of a case, -1 for none; one array for first cases, one for second cases ...

    `person` ascends. chosen: flags of the only rows to be found.
    """
    rows = np.arange(len(person), dtype=np.int32)
    first = np.ones(len(person), bool)
    first[1:] = person[1:] != person[:-1]
    rank = rows - np.maximum.accumulate(np.where(first, rows, 0))
    found = []
    for layer in range(int(rank.max(initial=-1)) + 1):
        taken = rank == layer if chosen is None else (rank == layer) & chosen
        index = np.full(BUCKET, -1, np.int32)
        index[person[taken] & (BUCKET - 1)] = rows[taken]
        found.append(index)
    return found


def fold(folded: Folded, batches: Iterator[pa.RecordBatch], place: int, index: Sequence[Numbers], profile: Numbers,
         law: Law, on: int) -> int:
    """Take signs of one load into what is folded: how many it looked at. Any order, split or repetition (S8).

    Raises ValueError for a sign that is dated after the day of the run, or is no sign at all.
    """
    looked = 0
    for batch in batches:
        looked += len(batch)
        person, day, code, sure, row = (batch.column(name).to_numpy() for name in
                                        ("person", "day", "code", "sure", "row"))
        _check(day, code, sure, on)
        local = person & (BUCKET - 1)
        for layer in index:
            _fold(folded, layer[local], day, code, sure, row, place, profile, law)
    return looked


def _check(day: Numbers, code: Numbers, sure: Numbers, on: int) -> None:
    for values, highest, fault in ((day, on, "dated after the day of the run, or before 1970"),
                                   (code, CODES - 1, "of no code"), (sure, max(SURE), "of no certainty")):
        if len(values) and (values.max() > highest or values.min() < 0):
            raise ValueError(f"a sign is {fault}")


def _fold(folded: Folded, at: Numbers, day, code, sure, row, place: int, profile: Numbers, law: Law) -> None:
    known = at >= 0
    if not known.all():
        if not known.any():
            return
        at, day, code, sure, row = (one[known] for one in (at, day, code, sure, row))
    kind = law.classes.reshape(-1)[(profile[at].astype(np.int32) * CODES + code) * 6 + sure * 2 + (day != UNDATED)]
    proves = kind == PROVES
    if proves.all():
        _latest(folded.proof, at, day, code, sure, row + place)
        return
    for takes, which, into in ((_latest, proves, folded.proof),
                               (_earliest, (kind == ENDS) & (day != UNDATED), folded.loss),
                               (_earliest, (kind == ENDS) & (day == UNDATED), folded.undated),
                               (_latest, kind == DOUBTS, folded.doubt)):
        if which.any():
            takes(into, *(one[which] for one in (at, day, code, sure)), row[which] + place)


def _latest(into: Numbers, at, day, code, sure, place) -> None:
    day = np.where(day == UNDATED, LAST_DAY, day)
    np.maximum.at(into, at, packed.turned(packed.packed(day, code, sure, place)))


def _earliest(into: Numbers, at, day, code, sure, place) -> None:
    np.minimum.at(into, at, packed.packed(day, code, sure, place))


def facts(folded: Folded, population: Columns, law: Law) -> dict[str, Numbers]:
    """The facts of matching.definition.facts, a column each."""
    proof, of_age, profile = packed.day_of(folded.proof), population["of_age"], population["profile"]
    doubt = packed.day_of(folded.doubt)
    return {
        "proof_day": proof,
        "evidence_day": np.maximum(proof, population["certified"]),
        "loss_day": np.where(folded.loss == NO_EARLIEST, NEVER, packed.day_of(folded.loss)),
        "loss_undated": folded.undated != NO_EARLIEST,
        "doubt_day": np.where(folded.doubt == NO_LATEST, -1, np.where(doubt == LAST_DAY, NEVER, doubt)),
        "adult_day": np.where(of_age > 0, of_age, NEVER),
        "perhaps_adult_day": np.where(of_age < 0, -of_age, NEVER),
        "due_day": population["due"],
        **{name: values[profile] for name, values in law.by_profile.items()},
    }


def verdicts(folded: Folded, population: Columns, law: Law) -> Numbers:
    """For each case the number of the first row of VERDICTS that holds; a slice at a time, which stays in the cache."""
    found = np.empty(len(folded.proof), np.int8)
    for start in range(0, len(found), SLICE):
        part = slice(start, start + SLICE)
        asked = facts(Folded(*(keys[part] for keys in vars(folded).values())),
                      {name: population[name][part] for name in ASKED}, law)
        _first(asked, found[part])
    return found


def _first(asked: Columns, found: Numbers) -> None:
    found[:] = len(VERDICTS) - 1
    for number in range(len(VERDICTS) - 2, -1, -1):
        np.copyto(found, np.int8(number), where=holds(VERDICTS[number].when, asked))


def named(verdict: Numbers, folded: Folded) -> Numbers:
    """The sign that each verdict names, packed as the earliest; NO_EARLIEST for none."""
    which = np.array([SIGNS_NAMED.index(row.sign) for row in VERDICTS])[verdict]
    loss = np.where(folded.loss == NO_EARLIEST, folded.undated, folded.loss)
    found = np.full(len(verdict), NO_EARLIEST, np.int64)
    for number, keys in ((1, loss), (2, packed.turned(folded.doubt)), (3, packed.turned(folded.proof))):
        np.copyto(found, keys, where=which == number)
    return found


SIGNS_NAMED = (None, "loss", "doubt", "proof")
