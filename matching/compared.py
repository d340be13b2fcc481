"""Where the cases of a bucket stand now beside where they stood: the table asked of whom it must be asked of.

The few with a loss, a doubt or an age go first and by themselves; all others a slice at a time, which stays in the
cache.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matching.columns import Folded, Law
from matching.listed import Listing, Stands, Tally, differ
from matching.packed import Numbers
from matching.predicates import Columns
from matching.state import State
from matching.verdicts import ASKED, named, rare, stand, stand_common

SLICE = 1 << 16
OF = {stand: (*ASKED, "of_age"), stand_common: ASKED}


@dataclass(frozen=True)
class Compared:
    """verdict: of every case; changed: rows whose list, reason or sign is another, ascending; now, then: where these
    stand and stood; every: where all stand, once everybody was asked.
    """

    verdict: Numbers
    changed: Numbers
    now: Tally
    then: Tally
    every: Tally


def compared(folded: Folded, people: Columns, was: State | None, asked: Numbers | None, law: Law, listing: Listing,
             past: Listing | None) -> Compared:
    """asked: flags of whom the table is asked of, the few among them; everybody when left out."""
    few = the_few(folded, people, was)
    verdict = np.empty(len(few), np.int8) if asked is None else was.verdict.copy()
    changed, now, then, every = np.zeros(len(few), bool), Tally(listing), Tally(past or listing), Tally(listing)
    for rows, of, ask in _batches(few, asked):
        part = of(folded, rows)
        stands = _named(ask(part, {name: people[name][rows] for name in OF[ask]}, law), part)
        verdict[rows] = stands.verdict
        if asked is None:
            every.add(stands)
        if was is None:
            changed[rows] = True
            continue
        stood = _named(was.verdict[rows], of(was.folded, rows))
        at = differ(stands, listing, stood, past)
        changed[rows[at]] = True
        now.add(stands.of(at))
        then.add(stood.of(at))
    return Compared(verdict, np.flatnonzero(changed), every if was is None else now, then, every)


def the_few(folded: Folded, people: Columns, was: State | None) -> Numbers:
    """Flags of the cases that have a loss, a doubt or an age, or had a loss or a doubt."""
    found = rare(folded, people["of_age"])
    if was is not None:
        found[was.folded.settled()[0]] = True
    return found


def _batches(few: Numbers, asked: Numbers | None) -> Iterator[tuple]:
    """Rows of cases, how what is folded of them is taken, and how the table is asked of them."""
    yield np.flatnonzero(few), Folded.of, stand
    others = ~few if asked is None else asked & ~few
    for start in range(0, len(few), SLICE):
        yield np.flatnonzero(others[start:start + SLICE]) + start, Folded.of_common, stand_common


def _named(verdict: Numbers, folded: Folded) -> Stands:
    return Stands(verdict, named(verdict, folded))
