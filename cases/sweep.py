"""The daily sweep: refers, reminds, suspends what lapsed, proposes the stop after three months, settles what was paid.

Cases are found by one query a step and taken some hundred to a transaction, each locked and judged again by the same
condition under its lock. Safe to run again, from several processes, and to kill: what was done no longer is due (S6,
O1). A dry run is the real one, undone some hundred cases at a time.
"""
from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from flask import current_app
from sqlalchemy import Select, TextualSelect, select, update

from audit.events import SweepRun
from audit.log import record
from cases.bulk import Batch
from cases.bulk_reading import LOCKED, CaseRead, Offices, cases_of, reading
from cases.facts_sql import Scope
from cases.models import Case, Installation, Job
from cases.periods import area_of
from cases.rule_values import places
from cases.sweep_halts import held
from cases.sweep_steps import STEPS, Step
from cases.sweep_workers import ALL, Note, Share, side_by_side
from database import db, transaction
from database.many import among
from database.prepared import written_out
from database.types import now
from rules import rules_for
from staff.actor import SYSTEM
from staff.models import Office

READ_AT_ONCE = 5_000
LAPSE = "lapse"
Progress = Callable[[str, int, int], None]


class FutureSweep(ValueError):
    """A day later than today is swept dry only, except in a demonstration."""


class _Undo(Exception):
    """Ends the transaction of a dry run."""


@dataclass(frozen=True)
class Done:
    """One thing done. office: code of the responsible office."""

    action: str
    office: str
    case_no: str


@dataclass
class Run:
    """A sweep under way."""

    on: date
    area: str
    progress: Progress
    listed: Callable[[Done], None]
    share: Share = ALL
    job: int | None = None
    counts: Counter[str] = field(default_factory=Counter)
    held: frozenset[int] = frozenset()  # not to be suspended before two people let the run go on
    _due: dict[str, TextualSelect] = field(default_factory=dict)

    @cached_property
    def scope(self) -> Scope:
        return Scope(self.on, places(self.on, self.area))

    @cached_property
    def offices(self) -> Offices:
        rows = db.session.scalars(select(Office)).all()
        for office in rows:
            db.session.expunge(office)
        return Offices({office.path: office for office in rows}, {office.id: office for office in rows})

    def due(self, step: Step) -> TextualSelect:
        """The cases locked that are due still, as columns: written out once, for it is asked of every batch."""
        if step.name not in self._due:
            query = self._of_rules(reading()).where(step.where(self.scope))
            self._due[step.name] = written_out(query, db.engine.dialect.name)
        return self._due[step.name]

    def _of_rules(self, query: Select[Any]) -> Select[Any]:
        here = self.scope.rule.c
        return query.join(self.scope.rule, (here.office_path == Case.office_path) & (here.scheme == Case.scheme))

    def due_objects(self, step: Step, ids: list[int]) -> Sequence[Case]:
        query = self._of_rules(select(Case)).where(among(Case.id, ids), step.where(self.scope)).order_by(Case.id)
        return db.session.scalars(query.execution_options(populate_existing=True)).all()

    def note(self, found: list[Done]) -> None:
        self.counts.update(one.action for one in found)
        for one in found:
            self.listed(one)


def sweep(on: date, *, today: date, area: str = "", dry_run: bool = False, progress: Progress | None = None,
          listed: Callable[[Done], None] | None = None, workers: int = 1) -> Counter[str]:
    """Sweep every case of the area (office path; all when empty) for the day `on`. Returns what was done, counted.

    `listed` is told each thing done (in a dry run: that would be), after its transaction. `workers`: processes side by
    side, each with its share of the cases; a dry run has one. Raises FutureSweep, WorkerFailed.
    """
    if on > today and not dry_run and not is_demonstration():
        raise FutureSweep
    run = Run(on, area, progress or (lambda *_: None), listed or (lambda _: None))
    run.held = held(run.scope, dry=dry_run)
    run.counts.update({"halted": len(run.held)} if run.held else {})
    if dry_run:
        _dry(run)
    else:
        _real(run, workers)
    return run.counts


def suspend(ids: Sequence[int], on: date, area: str) -> list[Done]:
    """The step of suspending for these cases of an area alone, each judged again. Returns who was suspended."""
    found: list[Done] = []
    run = Run(on, area, lambda *_: None, lambda _: None)
    for _, chunk in _chunks(sorted(ids)):
        found += _take(STEPS[LAPSE], chunk, run, wait=True)[0]
    return found


def is_demonstration() -> bool:
    return bool(db.session.scalar(select(Installation.demonstration).limit(1)))


def _real(run: Run, workers: int) -> None:
    run.job = _open_job(run)

    def note(found: list[Done], step: str, done: int, total: int) -> None:
        run.note(found)
        _beat(run, done, total)
        run.progress(step, done, total)

    if workers > 1:
        side_by_side(workers, lambda share, told: _steps(replace(run, share=share, counts=Counter()), told), note)
    else:
        _steps(run, note)
    _close_job(run)


def _steps(run: Run, note: Note) -> None:
    """Every step over the run's share of the cases; `note` is told what each transaction did."""
    for step in STEPS.values():
        ids, busy = _candidates(step, run), array("q")
        for done, chunk in _chunks(ids):
            found, missed = _take(step, chunk, run, wait=False)
            busy.extend(missed)
            note(found, step.name, done, len(ids))
        for _, chunk in _chunks(busy):  # held by others a moment ago
            note(_take(step, chunk, run, wait=True)[0], step.name, len(ids), len(ids))


def _dry(run: Run) -> None:
    """Each step sees what the ones before it would have done, as in the real run: cases touch one another nowhere."""
    ids = array("q", sorted(set().union(*(_candidates(step, run) for step in STEPS.values()))))
    for done, chunk in _chunks(ids):
        found: list[Done] = []
        try:
            with transaction():
                _lock(chunk, wait=True)
                for step in STEPS.values():
                    found += _do(step, chunk, run)
                raise _Undo
        except _Undo:
            run.note(found)
        run.progress("dry run", done, len(ids))


def _candidates(step: Step, run: Run) -> array[int]:
    query = run.scope.cases().where(step.where(run.scope)).execution_options(yield_per=READ_AT_ONCE)
    mine = filter(run.share.has, db.session.scalars(query)) if run.share is not ALL else db.session.scalars(query)
    ids = array("q", sorted(array("q", mine)))
    db.session.rollback()
    return ids


def _chunks(ids: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    size = current_app.config["SWEEP_BATCH"]
    for start in range(0, len(ids), size):
        chunk = list(ids[start:start + size])
        yield start + len(chunk), chunk


def _take(step: Step, ids: list[int], run: Run, *, wait: bool) -> tuple[list[Done], Collection[int]]:
    """One transaction; returns what it did, and the ids that another process holds."""
    with transaction():
        locked = _lock(ids, wait=wait)
        found = _do(step, locked, run) if locked else []
    return found, set(ids) - set(locked)


def _lock(ids: list[int], *, wait: bool) -> list[int]:
    query = select(Case.id).where(among(Case.id, ids)).order_by(Case.id).with_for_update(skip_locked=not wait)
    return list(db.session.scalars(query))


def _do(step: Step, locked: list[int], run: Run) -> list[Done]:
    """The step for those that are due still, now that nobody else can change them."""
    if step.name == LAPSE and run.held:
        locked = [one for one in locked if one not in run.held]
    if step.each:
        return [_done(name, case) for case in run.due_objects(step, locked) for name in step.each(case, run.on)]
    db.session.flush()
    rows = db.session.execute(run.due(step), {LOCKED: locked}).all()
    cases = cases_of(rows, run.offices)
    batch = Batch(cases, run.offices, run.on)
    step.bulk(batch)
    batch.write("sweep")
    return [_done(step.name, case) for case in cases]


def _done(action: str, case: Case | CaseRead) -> Done:
    return Done(action, area_of(case), case.case_no)


def _open_job(run: Run) -> int:
    with transaction() as session:
        job = Job(kind="sweep", on=run.on, office_path=run.area or None, counts={})
        session.add(job)
        session.flush()
        return job.id


def _beat(run: Run, done: int, total: int) -> None:
    with transaction() as session:
        session.execute(update(Job).where(Job.id == run.job).values(
            done=done, total=total, heartbeat_at=now(), counts=dict(run.counts)))


def _close_job(run: Run) -> None:
    with transaction() as session:
        session.execute(update(Job).where(Job.id == run.job).values(
            status="finished", finished_at=now(), counts=dict(run.counts)))
        code = run.area.rstrip("/").rsplit("/", 1)[-1]
        record(SweepRun(area=run.area or None, swept_on=run.on, counts=dict(run.counts),
                        rules_version=rules_for(code, run.on).version if code else None), actor=SYSTEM, on=run.on,
               command="sweep", office_path=run.area or None)
