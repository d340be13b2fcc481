"""The definition asked of many cases at once, by columns of NumPy."""
from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from matching import packed
from matching.definition import DOUBTS, ENDS, LAST_DAY, NEVER, NONE, PROVES, SURE, UNDATED, VERDICTS, Profile
from matching.files import values_of
from matching.packed import CODES, NO_CODE, NO_EARLIEST, NO_LATEST, Numbers
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
    Not: lambda tree, facts: np.logical_not(holds(tree.part, facts)),
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

    def of(self, cases: Any) -> Folded:
        """Those of some cases: a slice, or their rows."""
        return Folded(self.proof[cases], self.loss[cases], self.undated[cases], self.doubt[cases])

    def forget(self, cases: Numbers) -> None:
        """As if no sign of these cases had come yet."""
        for name, keys in vars(self).items():
            keys[cases] = NEUTRAL[name]


def layers(person: Numbers, chosen: Numbers | None = None) -> list[Numbers]:
    """Person within the bucket -> row of a case, -1 for none; one array for first cases, one for second cases ...

    `person` ascends. chosen: flags of the only rows to be found.
    """
    rows = np.arange(len(person), dtype=np.int32)
    if chosen is None and bool((person[1:] > person[:-1]).all()):
        return [_index(person, rows)]
    first = np.ones(len(person), bool)
    first[1:] = person[1:] != person[:-1]
    rank = rows - np.maximum.accumulate(np.where(first, rows, 0))
    found = []
    for layer in range(int(rank.max(initial=-1)) + 1):
        taken = rank == layer if chosen is None else (rank == layer) & chosen
        found.append(_index(person[taken], rows[taken]))
    return found


def _index(person: Numbers, rows: Numbers) -> Numbers:
    index = np.full(BUCKET, -1, np.int32)
    index[person & (BUCKET - 1)] = rows
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
    return looked


def _check(day: Numbers, code: Numbers, sure: Numbers, on: int) -> None:
    for values, highest, fault in ((day, on, "dated after the day of the run, or before 1970"),
                                   (code, NO_CODE - 1, "of no code"), (sure, max(SURE), "of no certainty")):
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


def stand(folded: Folded, people: Columns, law: Law) -> tuple[Numbers, Numbers]:
    """For each case the number of the first row of VERDICTS that holds, and the sign it names, packed as the earliest.

    A slice at a time, which stays in the cache; the few with a loss, a doubt or an age apart, so that of all others
    these facts are one value.
    """
    verdict, sign = np.empty(len(folded.proof), np.int8), np.empty(len(folded.proof), np.int64)
    for start in range(0, len(verdict), SLICE):
        part = slice(start, start + SLICE)
        told, keys = {name: people[name][part] for name in ASKED}, folded.of(part)
        verdict[part] = _first(_common(keys, told, law))
        sign[part] = _named(verdict[part], packed.turned(keys.proof), "proof")
        few = np.flatnonzero((keys.loss != NO_EARLIEST) | (keys.undated != NO_EARLIEST) | (keys.doubt != NO_LATEST)
                             | (told["of_age"] != NONE))
        if len(few):
            keys, told = keys.of(few), {name: values[few] for name, values in told.items()}
            found = _first(_common(keys, told, law) | _rare(keys, told["of_age"]))
            verdict[start + few], sign[start + few] = found, named(found, keys)
    return verdict, sign


def _common(folded: Folded, people: Columns, law: Law) -> dict[str, Any]:
    """The facts of matching.definition.facts, for cases without a loss, a doubt or an age."""
    proof = packed.day_of(folded.proof)
    return {
        "proof_day": proof, "evidence_day": np.maximum(proof, people["certified"]), "due_day": people["due"],
        "loss_day": NEVER, "loss_undated": False, "doubt_day": -1, "adult_day": NEVER, "perhaps_adult_day": NEVER,
        **law.facts(people["profile"]),
    }


def _rare(folded: Folded, of_age: Numbers) -> dict[str, Numbers]:
    doubt = packed.day_of(folded.doubt)
    return {
        "loss_day": np.where(folded.loss == NO_EARLIEST, NEVER, packed.day_of(folded.loss)),
        "loss_undated": folded.undated != NO_EARLIEST,
        "doubt_day": np.where(folded.doubt == NO_LATEST, -1, np.where(doubt == LAST_DAY, NEVER, doubt)),
        "adult_day": np.where(of_age > 0, of_age, NEVER),
        "perhaps_adult_day": np.where(of_age < 0, -of_age, NEVER),
    }


def _first(asked: Columns) -> Numbers:
    found = np.full(len(asked["proof_day"]), len(VERDICTS) - 1, np.int8)
    for number in range(len(VERDICTS) - 2, -1, -1):
        np.copyto(found, np.int8(number), where=holds(VERDICTS[number].when, asked))
    return found


def named(verdict: Numbers, folded: Folded) -> Numbers:
    """The sign that each verdict names, packed as the earliest; NO_EARLIEST for none."""
    found = _named(verdict, np.where(folded.loss == NO_EARLIEST, folded.undated, folded.loss), "loss")
    for which, keys in (("doubt", packed.turned(folded.doubt)), ("proof", packed.turned(folded.proof))):
        np.minimum(found, _named(verdict, keys, which), out=found)
    return found


def _named(verdict: Numbers, keys: Numbers, which: str) -> Numbers:
    return np.where(NAMES[which][verdict], keys, NO_EARLIEST)


NAMES = {which: np.array([row.sign == which for row in VERDICTS]) for which in ("loss", "doubt", "proof")}
