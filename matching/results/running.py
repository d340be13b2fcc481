"""The month's run: the population written, the lists found, and the changes handed on to be proposed (SC 9, QD 15)."""
from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select

from cases.periods import area_of_path
from cases.refused import refuse
from database import db
from matching import runs
from matching.definition import LISTS, OF_SIGN, REASONS, UNDATED, VERDICTS, date_of
from matching.feeds.again import resolutions, resolve_again
from matching.feeds.checking import must_be_as_recorded
from matching.feeds.store import Busy, held
from matching.feeds.store import store as folder
from matching.linkage.signs import write_confirmed
from matching.lists import changes_of
from matching.profiles import reasons_of
from matching.results import population, retracting
from matching.results.clearing import clear
from matching.results.going_on import undo_withdrawn
from matching.results.loads import loads_in_force
from matching.results.models import MatchingRun
from matching.results.proposing import Change, Difference, Found, dry, last_applied, propose
from matching.results.unsaid import undo_unsaid
from matching.runs import Asked
from matching.store import Store
from rules.feeds import catalogue
from workflows.deadlines import month_of

Progress = Callable[[str, int, int], None]
ROWS = 10_000


@dataclass(frozen=True)
class Wanted:
    """area: office path; afresh: every sign is folded anew."""

    month: str
    area: str
    on: date
    afresh: bool = False


def silent(_what: str, _done: int, _all: int) -> None:
    """For whoever needs no progress."""


def run(wanted: Wanted, progress: Progress = silent) -> MatchingRun:
    """Find the lists and propose what changes. Killed, it is run again and goes on.

    Raises as `alone`, `proposing.propose` and `find` do.
    """
    with alone(wanted.area):
        return compare(wanted, progress)


def dry_run(wanted: Wanted, progress: Progress = silent) -> Difference:
    """The difference to what stands now; the database is left as it is. Raises as `alone` and `find` do."""
    with alone(wanted.area):
        return difference(wanted, progress)


@contextmanager
def alone(area: str) -> Iterator[None]:
    """One process at a time compares an area, those above and those below it; the lock goes with the process.

    Raises TransitionRefused: RUN_UNDER_WAY.
    """
    codes = area.strip("/").split("/")
    with ExitStack() as locks:
        try:
            for depth in range(1, len(codes) + 1):
                locks.enter_context(held(f"run-{'-'.join(codes[:depth])}", shared=depth < len(codes)))
        except Busy:
            raise refuse("RUN_UNDER_WAY", "QD-15") from None
        yield


def compare(wanted: Wanted, progress: Progress, person: int | None = None,
            proposed: Callable[[MatchingRun], None] = lambda _run: None) -> MatchingRun:
    """As `run`, for whoever is `alone`. person: who began it; proposed: called in the transaction that proposes it.

    Then files of old runs are cleared away.
    """
    found = find(wanted, progress)
    progress("proposal", 0, 0)
    made = propose(found, person, proposed)
    clear(Store(folder()))
    return made


def difference(wanted: Wanted, progress: Progress) -> Difference:
    """As `dry_run`, for whoever is `alone`."""
    name = f"{_name(wanted, last_applied(wanted.area))}-dry"
    try:
        found = find(wanted, progress, name)
        progress("difference", 0, 0)
        return dry(found)
    finally:
        for part in Store(folder()).folders(name):
            shutil.rmtree(part, ignore_errors=True)


def find(wanted: Wanted, progress: Progress, name: str | None = None) -> Found:
    """Under a name of its own, links are not written and loads not resolved again. Raises TransitionRefused as
    `of_its_month`, SignsDiffer, NobodyThere, WrongDay."""
    of_its_month(wanted.month, wanted.on)
    undo_withdrawn(wanted.on)
    retracting.follow_annulments(wanted.on)
    if name is None:
        write_confirmed([load.id for load in loads_in_force(wanted.area)], wanted.on)
    loads = [load.id for load in loads_in_force(wanted.area)]
    if name is None:
        resolve_again(loads, wanted.on, lambda done, every: progress("signs", done, every))
        undo_unsaid(wanted.on)
    with held("signs", wait=True, shared=True):
        must_be_as_recorded(loads)
        return _found(wanted, progress, name)


def of_its_month(month: str, on: date) -> None:
    """A run is of the month of its day. Raises TransitionRefused: MONTH_AHEAD, MONTH_OVER."""
    if month != month_of(on):
        raise refuse("MONTH_AHEAD" if month > month_of(on) else "MONTH_OVER", "QD-15", month=month, now=month_of(on))


def _found(wanted: Wanted, progress: Progress, name: str | None) -> Found:
    store, before = Store(folder()), last_applied(wanted.area)
    last = db.session.get(MatchingRun, before) if before else None
    loads = loads_in_force(wanted.area)
    name = name or _name(wanted, before)
    profiles = population.export(store, name, wanted.area, wanted.on,
                                 lambda done, every: progress("population", done, every))
    asked = Asked(name, wanted.on, tuple(profiles.found), reasons_of(catalogue().meanings.values()),
                  tuple(load.id for load in loads), last.directory if last else None, wanted.afresh,
                  retracting.in_force(wanted.area, wanted.on),
                  {load.id: load.staged_through + 1 for load in loads}, resolutions(load.id for load in loads))
    summary = runs.run(store, asked, progress=lambda done, every: progress("lists", done, every))
    return Found(wanted.month, wanted.area, wanted.on, summary.mode, name, _digest(profiles),
                 tuple(load.public_id for load in loads), lambda: changes(store, name))


def _name(wanted: Wanted, before: int | None) -> str:
    """The same for a run that was killed; another once it was proposed."""
    name = f"{wanted.month}-{area_of_path(wanted.area)}-{wanted.on:%d}-{before or 0}"
    again = db.session.scalar(select(func.count(MatchingRun.id)).where(MatchingRun.directory.startswith(name)))
    return f"{name}-{again}"


def _digest(profiles: population.Profiles) -> str:
    """Of the definition and of the rules it was asked with."""
    table = [[row.list, row.reason, row.sign, repr(row.when)] for row in VERDICTS]
    told = {"verdicts": table, "rules": profiles.versions(), "of_sign": OF_SIGN}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def changes(store: Store, name: str) -> Iterator[Change]:
    """Rows of the run's files of changes; a case that is no longer matched stays where it stood."""
    for table in changes_of(store, name):
        for batch in table.to_batches(ROWS):
            yield from (_change(row) for row in batch.to_pylist() if row["list"] >= 0)


def _change(row: dict[str, int]) -> Change:
    found = Change(row["case"], LISTS[row["list"]], REASONS[row["reason"]])
    if row["code"] < 0:
        return found
    day = date_of(row["day"]) if row["day"] != UNDATED else None
    return replace(found, source=catalogue().meanings[row["code"]].source, code=row["code"], load=row["load"],
                   row=row["row"], sign_on=day, sure=row["sure"])
