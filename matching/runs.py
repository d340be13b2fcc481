"""A run: the population of a day and the loads in force become lists, and what changed since the run before.

A full run folds every sign. An incremental one starts from what the run before folded, adds the loads that came, and
folds anew only whom a withdrawn load or other rules touch: the lists are the same to the bit. A bucket that is there is
whole, so a run that was killed is run again and goes on; after the machine itself went down it begins again.
"""
from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from uuid import uuid4

from matching.bucket import Bucket, Outcome
from matching.definition import VERDICTS, Profile, day_number
from matching.retracted import Retracted
from matching.store import Store, on_disk, placed, read_json, write_json

Progress = Callable[[int, int], None]
BOOT = Path("/proc/sys/kernel/random/boot_id")  # another one each time the machine starts
PACKING = "day 16, code 10, sure 2, place 35; the least; as Arrow, without the profile"


class NobodyThere(FileNotFoundError):
    """The population is empty."""

    code = "NOBODY_TO_MATCH"


@dataclass(frozen=True)
class Asked:
    """What a run is asked. profiles: those that `profile` of the population counts; reasons: code -> number of REASONS;
    loads: numbers of those in force; before: the run that changes are told against; afresh: fold every sign; retracted:
    what is left out of the signs; rows: load -> how many rows it may have signs of; resolved: when loads in force were
    resolved again, (number, name of its folder), ascending.
    """

    run: str
    on: date
    profiles: tuple[Profile, ...]
    reasons: Mapping[int, int]
    loads: tuple[int, ...]
    before: str | None = None
    afresh: bool = False
    retracted: tuple[Retracted, ...] = ()
    rows: Mapping[int, int] = field(default_factory=dict)
    resolved: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Summary:
    """What a run found. counts, changed: "list/reason/code" -> cases (code -1: no sign); mode: full, incremental."""

    mode: str
    cases: int
    rows: int
    counts: dict[str, int]
    changed: dict[str, int]


def run(store: Store, asked: Asked, *, workers: int = 2, progress: Progress | None = None) -> Summary:
    """Every bucket of the population; again after a kill, it goes on with those that are not there yet.

    Raises NobodyThere without a population, WrongDay for a sign later than `on`.
    """
    buckets = store.buckets(asked.run)
    if not buckets:
        raise NobodyThere(store.population(asked.run, 0).parent)
    plan = _plan(store, asked)
    _begin(store, asked.run, plan)
    past = read_json(store.plan(asked.before)) if asked.before else None
    work = Bucket.of(store, asked.run, plan, past)
    gone = sorted(set(store.buckets(asked.before)) - set(buckets)) if asked.before else []
    outcomes = _outcomes(work, [*buckets, *gone], workers, progress)
    summary = _sum("incremental" if work.bases else "full", outcomes)
    write_json(store.summary(asked.run), asdict(summary))
    return summary


def _outcomes(work: Bucket, buckets: Sequence[int], workers: int, progress: Progress | None) -> list[Outcome]:
    """The disk is waited for beside the work, and at the end."""
    outcomes, written = [], []
    with ThreadPoolExecutor(workers) as pool, ThreadPoolExecutor(1) as disk:
        for bucket, outcome in zip(buckets, pool.map(work.outcome, buckets), strict=True):
            outcomes.append(outcome)
            written.append(disk.submit(on_disk, work.store.found(work.run, bucket)))
            if progress:
                progress(len(outcomes), len(buckets))
        for one in written:
            one.result()
    return outcomes


def _plan(store: Store, asked: Asked) -> dict:
    loads = placed(store, asked.loads, asked.rows)
    return {
        "on": day_number(asked.on),
        "loads": [[load.place, load.rows, load.number] for load in loads],
        "profiles": [asdict(profile) | {"classes": [[code, list(row)] for code, row in profile.classes]}
                     for profile in asked.profiles],
        "reasons": {str(code): number for code, number in sorted(asked.reasons.items())},
        "verdicts": [[row.list, row.reason, row.sign, repr(row.when)] for row in VERDICTS],
        "packing": PACKING,
        "before": asked.before,
        "afresh": asked.afresh,
        "retracted": [list(one) for one in sorted(set(asked.retracted))],
        "resolved": [list(one) for one in asked.resolved],
        "boot": BOOT.read_text("ascii").strip() if BOOT.is_file() else uuid4().hex,
    }


def _begin(store: Store, name: str, plan: dict) -> None:
    """What another plan left under that name goes first, and what may not have reached the disk before a power cut."""
    there = read_json(store.plan(name))
    if there == plan or (there and store.summary(name).is_file() and there | {"boot": plan["boot"]} == plan):
        return
    for folder in (store.plan(name).parent, store.changes(name, 0).parent):
        shutil.rmtree(folder, ignore_errors=True)
    write_json(store.plan(name), plan)


def _sum(mode: str, outcomes: Iterable[Outcome]) -> Summary:
    every = list(outcomes)
    return Summary(mode, sum(one.cases for one in every), sum(one.rows for one in every),
                   _added(one.counts for one in every), _added(one.changed for one in every))


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in counts:
        for name, number in one.items():
            found[name] = found.get(name, 0) + number
    return dict(sorted(found.items()))
