"""The table of verdicts asked of many cases at once, by columns of NumPy."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from matching import packed
from matching.columns import DOUBT, FEW, LOSS, UNDATED_LOSS, Folded, Law
from matching.definition import LAST_DAY, NEVER, VERDICTS
from matching.packed import NO_SIGN, Numbers
from matching.predicates import Columns, holds

COMMON = {"loss_day": NEVER, "loss_undated": False, "doubt_day": -1, "adult_day": NEVER, "perhaps_adult_day": NEVER}
ASKED = ("profile", "certified", "due")
NAMES = {which: [at for at, row in enumerate(VERDICTS) if row.sign == which] for which in ("loss", "doubt", "proof")}


def stand(folded: Folded, people: Columns, law: Law) -> Numbers:
    """For each case the number of the first row of VERDICTS that holds. people: ASKED and of_age."""
    return _first(_common(folded.proof, people, law) | _rare(_few(folded), people["of_age"]))


def stand_common(folded: Folded, people: Columns, law: Law) -> Numbers:
    """The same of cases of which none is rare: what makes one so is one value for all of them."""
    return _first(_common(folded.proof, people, law))


def rare(folded: Folded, of_age: Numbers) -> Numbers:
    """Flags of the cases that have a loss, a doubt or an age."""
    found = of_age != 0
    found[folded.settled()[0]] = True
    return found


def named(verdict: Numbers, folded: Folded) -> Numbers:
    """The sign that each verdict names, in the order of the earliest; NO_SIGN for none."""
    found = packed.turned(folded.proof)
    found[np.flatnonzero(~_names("proof", verdict))] = NO_SIGN
    if len(folded.settled()[0]):
        loss, undated, doubt = _few(folded)
        found = np.where(_names("loss", verdict), np.where(loss == NO_SIGN, undated, loss), found)
        found = np.where(_names("doubt", verdict), packed.turned(doubt), found)
    return found


def _names(which: str, verdict: Numbers) -> Numbers:
    """Flags of the verdicts that name such a sign (compared one by one: faster than looked up)."""
    found = np.zeros(len(verdict), bool)
    for row in NAMES[which]:
        found |= verdict == row
    return found


def _common(proofs: Numbers, people: Columns, law: Law) -> dict[str, Any]:
    """The facts of matching.definition.facts, for cases without a loss, a doubt or an age."""
    proof = packed.day_of(packed.turned(proofs))
    return {
        "proof_day": proof, "evidence_day": np.maximum(proof, people["certified"]), "due_day": people["due"],
        **COMMON, **law.facts(people["profile"]),
    }


def _few(folded: Folded) -> list[Numbers]:
    """For each of FEW the numbers of all cases."""
    at, which, key = folded.settled()
    found = np.full((len(FEW), len(folded.proof)), NO_SIGN, np.int64)
    found[which, at] = key
    return list(found)


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
    """By whole numbers, not by choosing: a slice is done in a tenth of the time."""
    found = np.full(len(asked["proof_day"]), len(VERDICTS) - 1, np.int8)
    for number in range(len(VERDICTS) - 2, -1, -1):
        where = holds(VERDICTS[number].when, asked)
        if np.ndim(where):
            found += (np.int8(number) - found) * where.view(np.int8)
        elif where:
            found[:] = number
    return found
