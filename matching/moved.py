"""Whose list may be another than in the run before: all others keep theirs, and are not asked again.

A case keeps its list while nothing of it changed and none of its days lies between a threshold as it was and as it is.
Which days are compared with which thresholds is read from the table of verdicts itself.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from matching import packed
from matching.columns import SLICE, Folded
from matching.definition import NEVER, VERDICTS, Profile
from matching.packed import Numbers
from matching.predicates import Columns
from matching.same_cases import UNKNOWN, numbered_alike
from matching.state import State
from matching.verdicts import rare
from workflows.predicates import And, Compare, Fact, Node, Not, Or

TOLD = ("certified", "due", "of_age")
OWN = ("proof_day", "evidence_day", "due_day")  # days of every case; others are of the few, who are always asked
THRESHOLDS = ("matched_on", "stale_before", "valid_from", "due_near")
FLAGS = ("no_period", "neither_asked", "before_due_asked")


def comparisons(node: Node) -> Iterator[Compare]:
    """Those of a tree."""
    if isinstance(node, Compare):
        yield node
    elif isinstance(node, Not):
        yield from comparisons(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from comparisons(part)


WATCHED = {(one.fact, one.right.name) for row in VERDICTS for one in comparisons(row.when)
           if one.fact in OWN and isinstance(one.right, Fact) and one.right.name in THRESHOLDS}
WATCHED_DAYS = sorted({fact for fact, _ in WATCHED})
ASKED_FROM = {fact: min(at for at, row in enumerate(VERDICTS) if fact in row.when.names()) for fact in WATCHED_DAYS}


def moved(was: State, folded: Folded, people: Columns, then: Sequence[Profile], now: Sequence[Profile]) -> Numbers:
    """Rows of the cases to be asked again, ascending."""
    flags = folded.proof != was.folded.proof
    flags |= was.verdict == UNKNOWN
    for name in TOLD:
        flags |= people[name] != was.told[name]
    flags |= _crossed(was, folded, people, then, now)
    flags |= rare(folded, people["of_age"])
    flags[was.folded.settled()[0]] = True
    return np.flatnonzero(flags)


def _crossed(was: State, folded: Folded, people: Columns, then: Sequence[Profile], now: Sequence[Profile]) -> Numbers:
    """Flags of the cases of whom a threshold passed over a day, by pairs of their profile then and now."""
    found, pair, kinds = np.zeros(len(was.profile), bool), *_pairs(was.profile, people["profile"], len(then), len(now))
    for fact in WATCHED_DAYS:
        spans = [(kind, _passed(fact, then[old], now[new])) for kind, old, new in kinds]
        for part in _slices(was.verdict, ASKED_FROM[fact]):
            days, of = DAY_OF[fact](folded.proof[part], people, part), pair[part]
            flags = np.zeros(len(of), bool)
            for kind, first, last in ((kind, *span) for kind, every in spans for span in every):
                flags |= (of == kind) & ((days - np.int32(first)).view(np.uint32) <= np.uint32(last - first))
            found[part] |= flags
    return found


def _slices(verdict: Numbers, first: int) -> Iterator[slice | Numbers]:
    """Rows of the cases for whom the table was asked that far, a slice at a time."""
    rows = np.flatnonzero(verdict >= first) if first else None
    count = len(verdict) if rows is None else len(rows)
    for start in range(0, count, SLICE):
        part = slice(start, start + SLICE)
        yield part if rows is None else rows[part]


def _pairs(then: Numbers, now: Numbers, before: int, after: int) -> tuple[Numbers, list[tuple[int, int, int]]]:
    """A number a case, and what each says: (number, profile then, profile now). One that was not there is not told."""
    if numbered_alike(then, now):
        return now, [(one, one, one) for one in range(min(before, after))]
    pair = then.astype(np.int32) * np.int32(after) + now
    there = np.zeros(before * after, bool)
    there[pair[then != UNKNOWN]] = True
    kinds = np.flatnonzero(there)
    return pair, [(int(kind), *divmod(int(kind), after)) for kind in kinds]


def _passed(fact: str, then: Profile, now: Profile) -> list[tuple[int, int]]:
    """First and last day of which a comparison may come out otherwise now."""
    if any(getattr(then, name) != getattr(now, name) for name in FLAGS):
        return [(0, NEVER)]
    spans = [sorted((_threshold(then, name), _threshold(now, name))) for own, name in WATCHED if own == fact]
    return [(first, last) for first, last in spans if first != last]


def _threshold(profile: Profile, name: str) -> int:
    return profile.on if name == "matched_on" else getattr(profile, name)


def _proof(proofs: Numbers, _people: Columns, _part: slice | Numbers) -> Numbers:
    return packed.day_of(packed.turned(proofs))


DAY_OF = {
    "proof_day": _proof,
    "evidence_day": lambda proofs, people, part: np.maximum(_proof(proofs, people, part), people["certified"][part]),
    "due_day": lambda _proofs, people, part: np.minimum(people["due"][part], NEVER),
}
