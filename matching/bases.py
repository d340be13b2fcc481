"""Runs before that a run may start from, so that it folds only what came since.

A case rests on a run while its rules weigh signs as they did then, none of what counts of it is of a load that was
withdrawn since, no load was resolved otherwise for its person since, and what is retracted of the person is the same.
Who does not rest on the run before may rest on the one before that: the states that are kept are what a withdrawal goes
back to.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching import packed
from matching.files import columns_of
from matching.packed import Numbers
from matching.retracted import Retracted
from matching.same_cases import UNKNOWN, numbered_alike
from matching.state import State
from matching.store import Load, Store, read_json


@dataclass(frozen=True)
class Base:
    """A run to start from. same: flags by number of the profile then and now; came, withdrawn: loads since;
    reconsidered: persons of whom something was retracted since, or counts again, ascending; resolved: folders that name
    whose signs came or went since.
    """

    run: str
    same: Numbers
    came: Sequence[Load]
    withdrawn: Sequence[Load]
    reconsidered: Numbers
    resolved: Sequence[str]

    def bears(self, state: State, people: Mapping[str, Numbers], store: Store, bucket: int) -> Numbers:
        """Flags of the cases of a bucket that rest on it. people: as they are now."""
        found = state.profile != UNKNOWN
        if not (self.same.diagonal().all() and numbered_alike(state.profile, people["profile"])):
            found &= self.same[state.profile, people["profile"]]
        if len(self.reconsidered):
            found &= ~np.isin(people["person"], self.reconsidered)
        for path in (store.moved(name, bucket) for name in self.resolved):
            if path.is_file():
                found &= ~np.isin(people["person"], columns_of(path, ("person",))["person"])
        at, _, key = state.folded.settled()
        for load in self.withdrawn:
            found &= ~_is_of(state.folded.proof, load)
            found[at[_is_of(key, load)]] = False
        return found


def bases(store: Store, plan: Mapping) -> list[Base]:
    """The run before, and those before it that know less of what was withdrawn; none where all is to be folded."""
    return [] if plan["afresh"] else list(_bases(store, plan))


def _bases(store: Store, plan: Mapping) -> Iterator[Base]:
    now, run, left = loads_of(plan), plan["before"], None
    while run and (left is None or left) and store.summary(run).is_file():
        past = read_json(store.plan(run))
        then = loads_of(past)
        if past["packing"] == plan["packing"] and _one_place_each([*now, *then]):
            withdrawn = set(then) - set(now)
            if left is None or left - withdrawn:
                came = [load for load in now if load not in then]
                yield Base(run, _same(past["profiles"], plan["profiles"]), came, sorted(withdrawn),
                           _reconsidered(past, plan), _resolved_since(past, plan))
            left = withdrawn if left is None else left & withdrawn
        run = past["before"]


def _same(then: Sequence[Mapping], now: Sequence[Mapping]) -> Numbers:
    return np.array([[old["classes"] == new["classes"] for new in now] for old in then],
                    bool).reshape(len(then), len(now))


def loads_of(plan: Mapping) -> list[Load]:
    return [Load(*load) for load in plan["loads"]]


def retracted_of(plan: Mapping) -> list[Retracted]:
    return [Retracted(*one) for one in plan.get("retracted", ())]


def _reconsidered(past: Mapping, plan: Mapping) -> Numbers:
    return np.array(sorted({one.person for one in {*retracted_of(past)} ^ {*retracted_of(plan)}}), np.int64)


def _resolved_since(past: Mapping, plan: Mapping) -> list[str]:
    known = {number for number, _ in past.get("resolved", ())}
    return [name for number, name in plan["resolved"] if number not in known]


def _is_of(keys: Numbers, load: Load) -> Numbers:
    return (packed.place_of(keys) - load.place).view(np.uint64) < load.rows


def _one_place_each(loads: Sequence[Load]) -> bool:
    return len({load.number for load in loads}) == len(set(loads))
