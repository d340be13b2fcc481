"""Whose list may be another than in the run before: all others keep theirs, and are not asked again.

A case keeps its list while nothing of it changed and none of its days lies between a threshold as it was and as it is.
Which days are compared with which thresholds is read from the table of verdicts itself.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from matching import packed
from matching.columns import Folded
from matching.definition import NEVER, VERDICTS, Profile
from matching.packed import Numbers
from matching.predicates import Columns
from matching.same_cases import UNKNOWN
from matching.state import State
from matching.verdicts import SLICE, rare
from workflows.predicates import And, Compare, Fact, Node, Not, Or

TOLD = ("certified", "due", "of_age")
OWN = ("proof_day", "evidence_day", "due_day")  # days of every case; others are of the few, who are always asked
THRESHOLDS = ("matched_on", "stale_before", "valid_from", "due_near")
FLAGS = ("no_period", "neither_asked", "before_due_asked")
DAYS = NEVER + 1


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


def moved(was: State, folded: Folded, people: Columns, then: Sequence[Profile], now: Sequence[Profile]) -> Numbers:
    """Rows of the cases to be asked again, ascending."""
    flags = folded.proof != was.folded.proof
    flags |= was.verdict == UNKNOWN
    for name in TOLD:
        flags |= people[name] != was.told[name]
    flags |= _crossed(was.profile, folded, people, then, now)
    flags[rare(folded, people["of_age"])] = True
    flags[was.folded.settled()[0]] = True
    return np.flatnonzero(flags)


def _crossed(profile: Numbers, folded: Folded, people: Columns, then: Sequence[Profile],
             now: Sequence[Profile]) -> Numbers:
    """Flags of the cases of whom a threshold passed over a day, by pairs of their profile then and now."""
    pair = np.maximum(profile, 0).astype(np.int32) * np.int32(len(now)) + people["profile"]
    there = np.zeros(len(then) * len(now), bool)
    there[pair] = True
    kinds = np.flatnonzero(there)
    tables = {fact: np.concatenate([_passed(fact, then[kind // len(now)], now[kind % len(now)]) for kind in kinds])
              for fact in WATCHED_DAYS} if len(kinds) else {}
    start = np.zeros(len(there), np.int32)
    start[kinds] = np.arange(len(kinds)) * DAYS
    found = np.zeros(len(profile), bool)
    for first in range(0, len(found), SLICE):
        part = slice(first, first + SLICE)
        at, days = start[pair[part]], _days(folded.proof[part], people, part)
        for fact, table in tables.items():
            found[part] |= table[at + days[fact]]
    return found


def _passed(fact: str, then: Profile, now: Profile) -> Numbers:
    """By day: whether a comparison of it may come out otherwise now."""
    found = np.zeros(DAYS, bool)
    if any(getattr(then, name) != getattr(now, name) for name in FLAGS):
        found[:] = True
    for name in (threshold for own, threshold in WATCHED if own == fact):
        was, now_is = (_threshold(one, name) for one in (then, now))
        if was != now_is:
            found[max(min(was, now_is), 0):max(was, now_is) + 1] = True
    return found


def _threshold(profile: Profile, name: str) -> int:
    return profile.on if name == "matched_on" else getattr(profile, name)


def _days(proofs: Numbers, people: Columns, part: slice) -> dict[str, Numbers]:
    proof = packed.day_of(packed.turned(proofs))
    return {"proof_day": proof, "evidence_day": np.maximum(proof, people["certified"][part]),
            "due_day": np.minimum(people["due"][part], NEVER)}
