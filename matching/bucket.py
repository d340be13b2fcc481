"""One bucket of a run: its cases, what is folded of their signs, their lists, and what changed since the run before."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from matching import columns, packed
from matching.columns import Folded, Law
from matching.definition import Profile
from matching.files import batches, columns_of, metadata_of
from matching.listed import Listing, Stands, change_rows, counted, gone_rows, tally
from matching.packed import NO_SIGN, Numbers
from matching.state import State, read_state, write_state
from matching.store import POPULATION, Load, Store, write_table

OF_CASE = ("case", "person", "profile", "certified", "due", "of_age")


@dataclass(frozen=True)
class Outcome:
    """counts, changed: as in runs.Summary. rows: signs looked at, none where the bucket was there already."""

    cases: int
    counts: Mapping[str, int]
    changed: Mapping[str, int]
    rows: int = 0


@dataclass(frozen=True)
class Bucket:
    """What all buckets of a run share. past: the plan of the run before, None for the first."""

    store: Store
    run: str
    law: Law
    on: int
    listing: Listing
    before: str | None
    before_listing: Listing | None
    loads: Sequence[Load]
    came: Sequence[Load]
    withdrawn: Sequence[Load]
    same_classes: Numbers | None  # by number of the profile then and now; None: fold all

    @classmethod
    def of(cls, store: Store, run: str, plan: Mapping, before: str | None, past: Mapping | None) -> Bucket:
        profiles = [_profile(one) for one in plan["profiles"]]
        now, then = _loads(plan), _loads(past) if past else []
        same = None
        if past and not plan["afresh"] and past["packing"] == plan["packing"] and _one_place_each([*now, *then]):
            same = np.array([[old["classes"] == new["classes"] for new in plan["profiles"]]
                             for old in past["profiles"]]).reshape(len(past["profiles"]), len(profiles))
        return cls(store, run, Law.of(profiles), plan["on"], Listing.of(plan), before,
                   Listing.of(past) if past else None, now, [one for one in now if one not in then],
                   [one for one in then if one not in now], same)

    @property
    def folds_all(self) -> bool:
        return self.same_classes is None

    def outcome(self, number: int) -> Outcome:
        """Do the bucket, or read what was found when it was done before."""
        path = self.store.state(self.run, number)
        return Outcome(**json.loads(metadata_of(path)["outcome"])) if path.is_file() else self._done(number)

    def _done(self, number: int) -> Outcome:
        people = self._people(number)
        old = read_state(self.store, self.before, number, people) if self.before else None
        was = Stands(old.verdict, columns.named(old.verdict, old.folded)) if old else None
        folded, rows = self._folded(number, people, old)
        stands = Stands(*columns.stand(folded, people, self.law))
        changes = self._changes(people["case"], stands, was, old)
        outcome = Outcome(len(people["case"]), counted(stands, self.listing), tally(changes))
        write_table(self.store.changes(self.run, number), changes, later=True)
        told = {"outcome": json.dumps(vars(outcome))}
        write_state(self.store, self.run, number, people, stands.verdict, folded, told)
        return replace(outcome, rows=rows)

    def _people(self, number: int) -> dict[str, Numbers]:
        """Nobody, where only the run before had the bucket."""
        path = self.store.population(self.run, number)
        if path.is_file():
            return columns_of(path, OF_CASE)
        return {name: np.empty(0, str(POPULATION.field(name).type)) for name in OF_CASE}

    def _changes(self, case: Numbers, stands: Stands, was: Stands | None, old: State | None) -> pa.Table:
        """All of them, where there was nothing before."""
        if was is None:
            return self.listing.rows(case, stands)
        found = change_rows(case, stands, self.listing, was, self.before_listing)
        return pa.concat_tables([found, gone_rows(old.gone)]) if len(old.gone) else found

    def _folded(self, number: int, people: Mapping[str, Numbers], old: State | None) -> tuple[Folded, int]:
        cases = len(people["case"])
        if old is None or self.folds_all:
            return self._fold(number, people, Folded.empty(cases), self.loads, None)
        folded = old.folded
        anew = self._touched(folded, old, people["profile"])
        folded.forget(anew)
        folded, rows = self._fold(number, people, folded, self.came, None)
        if anew.any():
            rested = [load for load in self.loads if load not in self.came]
            folded, more = self._fold(number, people, folded, rested, anew)
            rows += more
        return folded, rows

    def _touched(self, folded: Folded, old: State, profile: Numbers) -> Numbers:
        """Cases that were not there, whose rules weigh signs otherwise, or that rest on a withdrawn load."""
        anew = old.profile < 0
        if not self.same_classes.all():
            anew |= ~self.same_classes[old.profile, profile]
        at, _, key = folded.settled()
        for load in self.withdrawn:
            anew |= _rests_on(folded.proof, load)
            anew[at[_rests_on(key, load)]] = True
        return anew

    def _fold(self, number: int, people: Mapping[str, Numbers], folded: Folded, loads: Sequence[Load],
              chosen: Numbers | None) -> tuple[Folded, int]:
        index, rows = None, 0
        for load in loads:
            path = self.store.signs(load.number, number)
            if path.is_file():
                index = index or columns.layers(people["person"], chosen)
                rows += columns.fold(folded, batches(path), load.place, index,
                                     people["profile"], self.law, self.on)
        return folded, rows


def _rests_on(keys: Numbers, load: Load) -> Numbers:
    place = packed.place_of(keys)
    return (keys != NO_SIGN) & (place >= load.place) & (place < load.place + load.rows)


def _profile(told: Mapping) -> Profile:
    return Profile(**{**told, "classes": tuple((code, tuple(row)) for code, row in told["classes"])})


def _loads(plan: Mapping) -> list[Load]:
    return [Load(*load) for load in plan["loads"]]


def _one_place_each(loads: Sequence[Load]) -> bool:
    return len({load.number for load in loads}) == len(set(loads))

