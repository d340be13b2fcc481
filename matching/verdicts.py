"""The table of verdicts asked of many cases at once, by columns of NumPy."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from matching import packed
from matching.columns import DOUBT, FEW, LOSS, SLICE, UNDATED_LOSS, Folded, Law
from matching.definition import LAST_DAY, NEVER, VERDICTS
from matching.packed import NO_SIGN, Numbers
from matching.predicates import Columns, holds

ASKED = ("profile", "certified", "due")
NAMES = {which: np.array([row.sign == which for row in VERDICTS]) for which in ("loss", "doubt", "proof")}


def stand(folded: Folded, people: Columns, law: Law) -> Numbers:
    """For each case the number of the first row of VERDICTS that holds.

    A slice at a time, which stays in the cache; the few with a loss, a doubt or an age apart, so that of all others
    these facts are one value.
    """
    verdict = np.empty(len(folded.proof), np.int8)
    for part in _slices(len(verdict)):
        verdict[part] = _first(_common(folded.proof[part], _told(people, part), law))
    few = np.flatnonzero(rare(folded, people["of_age"]))
    asked = _common(folded.proof[few], _told(people, few), law) | _rare(_few(folded, few), people["of_age"][few])
    verdict[few] = _first(asked)
    return verdict


def rare(folded: Folded, of_age: Numbers) -> Numbers:
    """Flags of the cases that have a loss, a doubt or an age."""
    found = of_age != 0
    found[folded.settled()[0]] = True
    return found


def named(verdict: Numbers, folded: Folded) -> Numbers:
    """The sign that each verdict names, in the order of the earliest; NO_SIGN for none."""
    found = np.empty(len(verdict), np.int64)
    for part in _slices(len(verdict)):
        found[part] = np.where(NAMES["proof"][verdict[part]], packed.turned(folded.proof[part]), NO_SIGN)
    few = np.unique(folded.settled()[0])
    loss, undated, doubt = _few(folded, few)
    of_loss, of_doubt = NAMES["loss"][verdict[few]], NAMES["doubt"][verdict[few]]
    found[few[of_loss]] = np.where(loss == NO_SIGN, undated, loss)[of_loss]
    found[few[of_doubt]] = packed.turned(doubt[of_doubt])
    return found


def _slices(count: int) -> Iterator[slice]:
    return (slice(start, start + SLICE) for start in range(0, count, SLICE))


def _told(people: Columns, part: slice | Numbers) -> dict[str, Numbers]:
    return {name: people[name][part] for name in ASKED}


def _common(proofs: Numbers, people: Columns, law: Law) -> dict[str, Any]:
    """The facts of matching.definition.facts, for cases without a loss, a doubt or an age."""
    proof = packed.day_of(packed.turned(proofs))
    return {
        "proof_day": proof, "evidence_day": np.maximum(proof, people["certified"]), "due_day": people["due"],
        "loss_day": NEVER, "loss_undated": False, "doubt_day": -1, "adult_day": NEVER, "perhaps_adult_day": NEVER,
        **law.facts(people["profile"]),
    }


def _few(folded: Folded, rows: Numbers) -> list[Numbers]:
    """For each of FEW the numbers of these cases, by ascending rows."""
    at, which, key = folded.settled()
    found = [np.full(len(rows), NO_SIGN, np.int64) for _ in FEW]
    if not len(rows):
        return found
    for kind, keys in enumerate(found):
        of_kind = which == kind
        place = np.minimum(np.searchsorted(rows, at[of_kind]), len(rows) - 1)
        known = rows[place] == at[of_kind]
        keys[place[known]] = key[of_kind][known]
    return found


def _rare(few: Sequence[Numbers], of_age: Numbers) -> dict[str, Numbers]:
    loss, undated, doubt = (few[kind] for kind in (LOSS, UNDATED_LOSS, DOUBT))
    doubted = packed.day_of(packed.turned(doubt))
    return {
        "loss_day": np.where(loss == NO_SIGN, NEVER, packed.day_of(loss)),
        "loss_undated": undated != NO_SIGN,
        "doubt_day": np.where(doubt == NO_SIGN, -1, np.where(doubted == LAST_DAY, NEVER, doubted)),
        "adult_day": np.where(of_age > 0, of_age, NEVER),
        "perhaps_adult_day": np.where(of_age < 0, -of_age, NEVER),
    }


def _first(asked: Columns) -> Numbers:
    found = np.full(len(asked["proof_day"]), len(VERDICTS) - 1, np.int8)
    for number in range(len(VERDICTS) - 2, -1, -1):
        where = holds(VERDICTS[number].when, asked)
        if np.ndim(where) or where:
            np.copyto(found, np.int8(number), where=where)
    return found
