"""One bucket of a run: its cases, what is folded of their signs, their lists, and what changed since the run before."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching import columns
from matching.bases import Base, bases, loads_of, retracted_of
from matching.columns import Folded, Law
from matching.compared import compared
from matching.definition import Profile
from matching.files import arrays_of, batches, told_of, write_arrays
from matching.listed import Listing, Stands, Tally
from matching.moved import TOLD, moved
from matching.packed import Numbers
from matching.retracted import Retracted, without
from matching.state import State, read_state, write_state
from matching.store import POPULATION, Load, Store

OF_CASE = ("case", "person", "profile", "certified", "due", "of_age")


@dataclass(frozen=True)
class Outcome:
    """counts, changed: as in runs.Summary. rows: signs looked at, none where the bucket was there already."""

    cases: int
    counts: Mapping[str, int]
    changed: Mapping[str, int]
    rows: int = 0


@dataclass(frozen=True)
class Before:
    """The run that changes are told against. says_as: its words mean the same, so that verdicts may be kept."""

    run: str
    profiles: Sequence[Profile]
    listing: Listing
    says_as: bool

    @classmethod
    def of(cls, past: Mapping, plan: Mapping) -> Before:
        same = all(past[name] == plan[name] for name in ("verdicts", "reasons"))
        return cls(plan["before"], _profiles(past), Listing.of(past), same)


@dataclass(frozen=True)
class Bucket:
    """What all buckets of a run share."""

    store: Store
    run: str
    profiles: Sequence[Profile]
    law: Law
    on: int
    listing: Listing
    loads: Sequence[Load]
    bases: Sequence[Base]
    before: Before | None
    retracted: Sequence[Retracted]

    @classmethod
    def of(cls, store: Store, run: str, plan: Mapping, past: Mapping | None) -> Bucket:
        """past: the plan of the run before, None for the first."""
        profiles = _profiles(plan)
        return cls(store, run, profiles, Law.of(profiles), plan["on"], Listing.of(plan), loads_of(plan),
                   bases(store, plan), Before.of(past, plan) if past else None, retracted_of(plan))

    def outcome(self, number: int) -> Outcome:
        """Do the bucket, or read what was found when it was done before."""
        path = self.store.state(self.run, number)
        return Outcome(**json.loads(told_of(path)["outcome"])) if path.is_file() else self._done(number)

    def _done(self, number: int) -> Outcome:
        people = self._people(number)
        was = read_state(self.store, self.before.run, number, people, TOLD) if self.before else None
        folded, looked = self._folded(number, people, was)
        asked = self._asked(folded, people, was)
        past = self.before.listing if was else None
        found = compared(folded, people, was, asked, self.law, self.listing, past)
        gone = was.gone if was else people["case"][:0]
        self._write_changes(number, found.changed, gone)
        changed = found.now.counts()
        counts = found.every.counts() if asked is None else self._counts(number, changed, found.then, was.stood)
        outcome = Outcome(len(people["case"]), _sorted(counts), _sorted({**changed, "gone": len(gone)}))
        write_state(self.store, self.run, number, found.verdict, folded,
                    {"outcome": json.dumps(vars(outcome), sort_keys=True)})
        return replace(outcome, rows=looked)

    def _people(self, number: int) -> dict[str, Numbers]:
        """Nobody, where only the run before had the bucket."""
        path = self.store.population(self.run, number)
        if path.is_file():
            return arrays_of(path, OF_CASE)
        return {name: np.empty(0, str(POPULATION.field(name).type)) for name in OF_CASE}

    def _asked(self, folded: Folded, people: Mapping[str, Numbers], was: State | None) -> Numbers | None:
        """Flags of the cases whose list is found anew, beside the few who always are; None for everybody."""
        if was is None or not self.bases or not self.before.says_as:
            return None
        return moved(was, folded, people, self.before.profiles, self.profiles)

    def _write_changes(self, number: int, rows: Numbers, gone: Numbers) -> None:
        if len(gone):
            write_arrays(self.store.gone(self.run, number), {"case": gone})
        write_arrays(self.store.changes(self.run, number), {"row": rows.astype(np.int32)}, later=True)

    def _counts(self, number: int, changed: Mapping[str, int], then: Tally, gone: Stands) -> dict[str, int]:
        """Those of the run before, and more where cases stand now, less where they stood who moved or are gone."""
        found = Counter(json.loads(told_of(self.store.state(self.before.run, number))["outcome"])["counts"])
        found.update(changed)
        then.add(gone)
        found.subtract(then.counts())
        return found

    def _folded(self, number: int, people: Mapping[str, Numbers], was: State | None) -> tuple[Folded, int]:
        """Each case from the first of the bases that bears it, and the loads that came since; the rest from nothing."""
        cases = len(people["case"])
        folded, left, looked = None, np.ones(cases, bool), 0
        for base in self.bases:
            state = was if base.run == self.before.run else read_state(self.store, base.run, number, people)
            if state is None or not left.any():
                continue
            taken = base.bears(state, people, self.store, number) & left
            if folded is None:
                folded = state.folded.among(taken)
            else:
                folded.take(state.folded, taken)
            looked += self._fold(number, people, folded, base.came, taken)
            left &= ~taken
        folded = folded or Folded.empty(cases)
        return folded, looked + self._fold(number, people, folded, self.loads, left)

    def _fold(self, number: int, people: Mapping[str, Numbers], folded: Folded, loads: Sequence[Load],
              chosen: Numbers) -> int:
        """chosen: flags of the cases whose signs are folded."""
        if not loads or not chosen.any():
            return 0
        rows = None if chosen.all() else np.flatnonzero(chosen)
        index, about, looked = None, people["person"] if rows is None else people["person"][rows], 0
        for load in loads:
            path = self.store.signs(load.number, number)
            if path.is_file():
                index = index or columns.layers(people["person"], rows)
                signs = without(batches(path, about), load.number, self.retracted)
                looked += columns.fold(folded, signs, load.place, index, people["profile"], self.law, self.on)
        return looked


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: cases for name, cases in sorted(counts.items()) if cases}


def _profiles(plan: Mapping) -> list[Profile]:
    return [Profile(**{**one, "classes": tuple((code, tuple(row)) for code, row in one["classes"])})
            for one in plan["profiles"]]
