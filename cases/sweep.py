"""The daily sweep: refers, reminds, suspends what lapsed, proposes the stop after three months, settles what was paid.

Cases are found by one query a step and taken some hundred to a transaction, each locked and judged again by the same
condition under its lock. Safe to run again, from several processes, and to kill: what was done no longer is due (S6,
O1). A dry run is the real one, undone some hundred cases at a time.
"""
from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import defer, joinedload, selectinload

from audit.events import SweepRun
from audit.log import record
from cases.bulk import Batch
from cases.facts_sql import Scope
from cases.models import Case, Installation, Job, Pensioner
from cases.periods import area_of
from cases.rule_values import places
from cases.sweep_steps import STEPS, Step
from database import db, transaction
from database.types import now
from rules import rules_for
from staff.actor import SYSTEM
from staff.models import Office

READ_AT_ONCE = 5_000
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
    job: int | None = None
    counts: Counter[str] = field(default_factory=Counter)

    @cached_property
    def scope(self) -> Scope:
        return Scope(self.on, places(self.on, self.area))

    @cached_property
    def offices(self) -> dict[str, Office]:
        rows = {office.path: office for office in db.session.scalars(select(Office))}
        db.session.expunge_all()
        return rows

    def note(self, found: list[Done]) -> None:
        self.counts.update(one.action for one in found)
        for one in found:
            self.listed(one)


def sweep(on: date, *, today: date, area: str = "", dry_run: bool = False, progress: Progress | None = None,
          listed: Callable[[Done], None] | None = None) -> Counter[str]:
    """Sweep every case of the area (office path; all when empty) for the day `on`. Returns what was done, counted.

    `listed` is told each thing done (in a dry run: that would be), after its transaction. Raises FutureSweep.
    """
    if on > today and not dry_run and not is_demonstration():
        raise FutureSweep
    run = Run(on, area, progress or (lambda *_: None), listed or (lambda _: None))
    (_dry if dry_run else _real)(run)
    return run.counts


def is_demonstration() -> bool:
    return bool(db.session.scalar(select(Installation.demonstration).limit(1)))


def _real(run: Run) -> None:
    run.job = _open_job(run)
    for step in STEPS.values():
        ids, busy = _candidates(step, run), array("q")
        for done, chunk in _chunks(ids):
            busy.extend(_take(step, chunk, run, wait=False))
            _beat(run, done, len(ids))
            run.progress(step.name, done, len(ids))
        for _, chunk in _chunks(busy):  # held by others a moment ago
            _take(step, chunk, run, wait=True)
    _close_job(run)


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
    ids = array("q", sorted(array("q", db.session.scalars(query))))
    db.session.rollback()
    return ids


def _chunks(ids: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    size = current_app.config["SWEEP_BATCH"]
    for start in range(0, len(ids), size):
        chunk = list(ids[start:start + size])
        yield start + len(chunk), chunk


def _take(step: Step, ids: list[int], run: Run, *, wait: bool) -> Iterable[int]:
    """One transaction; returns the ids that another process holds."""
    with transaction():
        locked = _lock(ids, wait=wait)
        found = _do(step, locked, run) if locked else []
    run.note(found)
    return set(ids) - set(locked)


def _lock(ids: list[int], *, wait: bool) -> list[int]:
    query = select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update(skip_locked=not wait)
    return list(db.session.scalars(query))


def _do(step: Step, locked: list[int], run: Run) -> list[Done]:
    """The step for those that are due still, now that nobody else can change them."""
    here = run.scope.rule.c
    query = (select(Case).join(run.scope.rule, (here.office_path == Case.office_path) & (here.scheme == Case.scheme))
             .where(Case.id.in_(locked), step.where(run.scope)).order_by(Case.id)
             .execution_options(populate_existing=True))
    if step.each:
        cases = db.session.scalars(query).all()
        return [_done(name, case) for case in cases for name in step.each(case, run.on)]
    cases = db.session.scalars(query.options(
        defer(Case.payee_account), selectinload(Case.rates),
        joinedload(Case.pensioner).options(
            defer(Pensioner.id_number), joinedload(Pensioner.residence_office)))).all()
    db.session.expunge_all()
    batch = Batch(cases, run.offices, run.on)
    step.bulk(batch)
    batch.write("sweep")
    return [_done(step.name, case) for case in cases]


def _done(action: str, case: Case) -> Done:
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
