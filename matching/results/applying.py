"""What follows from a released run, done in bounded transactions: certified, referred, proposed (SC 14, 25, 33; QD 15).

A change is done when it has its outcome, written in the transaction that does it. Run again, from two processes, or
killed at any moment: what was done is not done again (O1).
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from flask import current_app
from sqlalchemy import func, select, update

from audit.events import MatchingApplied
from audit.log import record
from cases.bulk_reading import Offices
from cases.facts_sql import Scope
from cases.models import Case
from cases.rule_values import places
from database import db, transaction
from database.many import among
from matching.results import one_by_one, together
from matching.results.acts import TOGETHER, act_of
from matching.results.entries import stand
from matching.results.models import ListChange, MatchingRun
from staff.actor import SYSTEM
from staff.models import Office

Progress = Callable[[int, int], None]


class NotReleased(RuntimeError):
    """Nobody has released the run."""

    code = "RUN_NOT_RELEASED"


def apply(run_id: int, *, on: date, progress: Progress = lambda _done, _total: None) -> Counter[str]:
    """Do what is left to do of the run; returns outcome -> cases, of the whole run. Raises NotReleased."""
    run = db.session.get_one(MatchingRun, run_id)
    if run.status == "applied":
        return Counter(run.counts.get("outcomes", {}))
    if run.status != "released":
        raise NotReleased(run.public_id)
    area, total = run.area_path, _left(run_id)
    scope, everybody = Scope(on, places(on, area)), offices()
    db.session.rollback()
    for done, chunk in _chunks(run_id):
        with transaction():
            changes = _locked(run_id, chunk)
            many = {case: change for case, change in changes.items() if _act(change) in TOGETHER}
            together.do(many, scope, everybody)
        progress(done, total)
    for case_id in _ids(run_id):
        one_by_one.do(run_id, case_id, on=on)
        progress(0, total)
    return _close(run_id, on)


def _chunks(run_id: int) -> Iterator[tuple[int, list[int]]]:
    """Cases with something left to do, in the order of their ids; each once."""
    after, done, size = 0, 0, current_app.config["SWEEP_BATCH"]
    while ids := _ids(run_id, after, size):
        after, done = ids[-1], done + len(ids)
        yield done, ids


def _ids(run_id: int, after: int = 0, size: int | None = None) -> list[int]:
    query = select(ListChange.case_id).where(ListChange.run_id == run_id, ListChange.outcome.is_(None),
                                             ListChange.case_id > after).order_by(ListChange.case_id)
    ids = list(db.session.scalars(query.limit(size)))
    db.session.rollback()
    return ids


def _locked(run_id: int, ids: list[int]) -> dict[int, tuple[ListChange, str]]:
    """Case id -> its change, with the state the case is in: locked, and not done by another process since."""
    states = dict(db.session.execute(select(Case.id, Case.state).where(among(Case.id, ids)).order_by(Case.id)
                                     .with_for_update()).all())
    changes = db.session.scalars(select(ListChange).where(
        ListChange.run_id == run_id, among(ListChange.case_id, list(states)), ListChange.outcome.is_(None)))
    found = {change.case_id: (change, states[change.case_id]) for change in changes}
    stand(run_id, list(found))
    return found


def _act(found: tuple[ListChange, str]) -> str:
    change, state = found
    return act_of(change.list, change.code, state)


def _left(run_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(ListChange).where(
        ListChange.run_id == run_id, ListChange.outcome.is_(None))) or 0


def offices() -> Offices:
    rows = db.session.scalars(select(Office)).all()
    for office in rows:
        db.session.expunge(office)
    return Offices({office.path: office for office in rows}, {office.id: office for office in rows})


def _close(run_id: int, on: date) -> Counter[str]:
    with transaction() as session:
        run = session.get_one(MatchingRun, run_id, with_for_update=True)
        counts = outcomes(run_id)
        if run.status == "released":
            session.execute(update(MatchingRun).where(MatchingRun.id == run_id).values(
                status="applied", applied_on=on, counts=run.counts | {"outcomes": dict(counts)}))
            record(MatchingApplied(run=run.public_id, month=run.month, counts=dict(counts)), actor=SYSTEM, on=on,
                   command="matching", office_path=run.area_path)
    return counts


def outcomes(run_id: int) -> Counter[str]:
    query = select(ListChange.outcome, func.count()).where(ListChange.run_id == run_id, ListChange.outcome.is_not(None))
    return Counter(dict(db.session.execute(query.group_by(ListChange.outcome)).all()))
