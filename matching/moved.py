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
from matching.predicates import Columns, holds
from matching.same_cases import UNKNOWN, numbered_alike
from matching.state import State
from matching.verdicts import COMMON
from workflows.predicates import And, Compare, Fact, Node, Not, Or

TOLD = ("certified", "due", "of_age")
OWN = ("proof_day", "evidence_day", "due_day")  # days of every case; others are of the few, who are always asked
THRESHOLDS = ("matched_on", "stale_before", "valid_from", "due_near")
FLAGS = ("no_period", "neither_asked", "before_due_asked")
Spans = list[tuple[Numbers, Numbers]]


def comparisons(node: Node) -> Iterator[Compare]:
    """Those of a tree."""
    if isinstance(node, Compare):
        yield node
    elif isinstance(node, Not):
        yield from comparisons(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from comparisons(part)


def of_the_few(tree: Node) -> bool:
    """Whether it can hold of nobody but the few, who are asked whatever was passed."""
    try:
        return not holds(tree, COMMON)
    except KeyError:  # it depends on more
        return False


def _watched(one: Compare) -> bool:
    return one.fact in OWN and isinstance(one.right, Fact) and one.right.name in THRESHOLDS


OF_ALL = [(at, row.when) for at, row in enumerate(VERDICTS) if not of_the_few(row.when)]
WATCHED = {(one.fact, one.right.name) for _, when in OF_ALL for one in comparisons(when) if _watched(one)}
WATCHED_DAYS = sorted({fact for fact, _ in WATCHED})
ASKED_FROM = {fact: min(at for at, when in OF_ALL for one in comparisons(when) if _watched(one) and one.fact == fact)
              for fact in WATCHED_DAYS}


def moved(was: State, folded: Folded, people: Columns, then: Sequence[Profile], now: Sequence[Profile]) -> Numbers:
    """Flags of the cases to be asked again, but for those who are always asked: the few with a loss, a doubt or an age.

    A slice at a time, which stays in the cache.
    """
    flags = np.zeros(len(was.verdict), bool)
    pair, kinds = _pairs(was.profile, people["profile"], len(then), len(now))
    spans = {fact: _spans(fact, kinds, then, now) for fact in WATCHED_DAYS}
    for kind, old, new in kinds:
        if any(getattr(then[old], name) != getattr(now[new], name) for name in FLAGS):
            flags |= pair == kind
    for start in range(0, len(flags), SLICE):
        part = slice(start, start + SLICE)
        flags[part] |= was.verdict[part] == UNKNOWN
        flags[part] |= folded.proof[part] != was.folded.proof[part]
        for name in TOLD:
            flags[part] |= people[name][part] != was.told[name][part]
        for fact in WATCHED_DAYS:
            reached = was.verdict[part] >= ASKED_FROM[fact]
            few = 4 * np.count_nonzero(reached) < len(reached)
            rows = np.flatnonzero(reached) + start if few else part
            crossed = _crossed(DAY_OF[fact](folded.proof[rows], people, rows), pair[rows], spans[fact])
            flags[rows] |= crossed if few else crossed & reached
    return flags


def _crossed(days: Numbers, pair: Numbers, spans: Spans) -> Numbers:
    """Flags of the cases of whom a threshold passed over this day."""
    found = np.zeros(len(days), bool)
    for first, length in spans:
        found |= (days - first.take(pair, mode="clip")).view(np.uint32) <= length.take(pair, mode="clip")
    return found


def _spans(fact: str, kinds: Sequence[tuple[int, int, int]], then: Sequence[Profile], now: Sequence[Profile]) -> Spans:
    """By number of a pair of profiles, the first day over which a threshold passed and how many more: so often as any
    pair has such days, and a day that never was where one has fewer.
    """
    passed = {kind: _passed(fact, then[old], now[new]) for kind, old, new in kinds}
    found = [(np.full(max(passed, default=0) + 1, -1, np.int32), np.zeros(max(passed, default=0) + 1, np.uint32))
             for _ in range(max(map(len, passed.values()), default=0))]
    for kind, spans in passed.items():
        for (first, length), span in zip(found, spans, strict=False):
            first[kind], length[kind] = span[0], span[1] - span[0]
    return found


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
