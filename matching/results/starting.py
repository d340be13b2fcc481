"""A month's comparison begun by a person from a page: tried first, or proposed; done beside the request (SC 9, QD 15).

Its job says how far it is and what came of it. A trial leaves nothing but that job; a run is SYSTEM's proposal, which
others look at and release (releasing.py). Killed, it is begun again and goes on with what is there (O1).
"""
from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import date
from functools import partial

from sqlalchemy import select

from cases.refused import attempt, refuse
from database import db, jobs, transaction
from database.jobs import Job, Progress, Told, beside_the_request
from matching.linkage.comparing import compare_month
from matching.results import running
from matching.results.models import MatchingRun
from matching.results.proposing import must_be_over, named
from matching.results.running import Wanted, alone, of_its_month
from staff.access import lock_actor
from staff.actor import Actor, in_area
from workflows.roles import CHAIN
from workflows.transition import Refusal, TransitionRefused

STARTERS = CHAIN
RUN, TRIAL = KINDS = ("matching_run", "matching_trial")
STEPS = {RUN: ("signs", "population", "lists", "proposal", "links"), TRIAL: ("population", "lists", "difference")}
SHOWN = 5
COMMAND = "start_matching"


def begin(kind: str, wanted: Wanted, actor: Actor) -> Job:
    """Begin it beside the request. Raises TransitionRefused: what `refusals_of_rights`, `of_its_month`, `alone` and,
    for a run, `must_be_over` give."""
    with ExitStack() as locks:
        with attempt(COMMAND, actor, wanted.on):
            who = _may(actor, wanted, kind)
            locks.enter_context(alone(wanted.area))
            job = jobs.start(kind, wanted.on, wanted.area, month=wanted.month, by=who.account_public_id)
            job_id = job.id
        _beside(job_id, kind, wanted, actor, locks.pop_all())
    return db.session.get_one(Job, job_id, populate_existing=True)


def go_on(job: Job, actor: Actor, on: date) -> Job:
    """What an interrupted or failed one left, as of today; whoever goes on with it is its maker. Raises as `begin`."""
    job_id, kind, wanted = job.id, job.kind, Wanted(job.counts["month"], job.office_path, on)
    with ExitStack() as locks:
        with attempt(COMMAND, actor, on):
            who = _may(actor, wanted, kind, proposed="run" in job.counts)
            locks.enter_context(alone(wanted.area))
            row = db.session.get_one(Job, job_id, with_for_update=True, populate_existing=True)
            if row.status == "finished":
                raise refuse("NOTHING_CHANGES")
            jobs.again(row)
            row.on, row.finished_at, row.done = on, None, 0
            kept = {name: found for name, found in row.counts.items() if name not in ("why", "detail", "step")}
            row.counts = kept | {"by": who.account_public_id}
        _beside(job_id, kind, wanted, actor, locks.pop_all())
    return db.session.get_one(Job, job_id, populate_existing=True)


def refusals_of_rights(actor: Actor, area: str) -> tuple[Refusal, ...]:
    """NO_GRANT, OUT_OF_AREA; empty where the actor may have the area compared."""
    if not actor.roles & set(STARTERS):
        return (Refusal("NO_GRANT", {"roles": STARTERS}, "JS-8.1"),)
    return () if actor.covers(area, STARTERS) else (Refusal("OUT_OF_AREA"),)


def _may(actor: Actor, wanted: Wanted, kind: str, *, proposed: bool = False) -> Actor:
    who = lock_actor(actor)
    if found := refusals_of_rights(who, wanted.area):
        raise TransitionRefused(found)
    of_its_month(wanted.month, wanted.on)
    if kind == RUN and not proposed:
        must_be_over(wanted.area)
    return who


def _beside(job_id: int, kind: str, wanted: Wanted, actor: Actor, locks: AbstractContextManager) -> None:
    def work(told: Told) -> None:
        with locks:
            _done(job_id, partial(WORK[kind], job_id, wanted, actor, told), wanted, actor)

    beside_the_request(work, f"{kind}-{job_id}", job_id)


def _done(job_id: int, work: Callable[[], None], wanted: Wanted, actor: Actor) -> None:
    """What is refused on the way stands in the job, and in the log (R4)."""
    try:
        work()
    except TransitionRefused as refused:
        first = refused.refusals[0]
        with transaction():
            detail = {name: value for name, value in first.detail.items() if isinstance(value, str | int)}
            jobs.end(job_id, "failed", why=first.code, detail=detail)
        with attempt(COMMAND, actor, wanted.on):
            raise


def _compare(job_id: int, wanted: Wanted, actor: Actor, told: Told) -> None:
    def proposed(run: MatchingRun) -> None:
        if found := refusals_of_rights(lock_actor(actor), wanted.area):  # the rights of this moment (A2)
            raise TransitionRefused(found)
        jobs.note(job_id, run=run.public_id)

    if "run" not in db.session.get_one(Job, job_id, populate_existing=True).counts:
        running.compare(wanted, _by_step(told), actor.natural_person_id, proposed)
    links = compare_month(wanted.month, wanted.area, wanted.on, lambda done, every: told(done, every, "links"))
    with transaction():
        jobs.end(job_id, links=dict(links))


def _try(job_id: int, wanted: Wanted, _actor: Actor, told: Told) -> None:
    found = running.difference(wanted, _by_step(told))
    halts = {one.source: {"found": one.found, "usual": one.usual, "most": one.most} for one in found.halts}
    with transaction():
        jobs.end(job_id, came={named(key): number for key, number in found.came.items()}, lists=dict(found.counts),
                 left={named(key): number for key, number in found.left.items()}, halts=halts)


WORK: dict[str, Callable[[int, Wanted, Actor, Told], None]] = {RUN: _compare, TRIAL: _try}


def _by_step(told: Told) -> running.Progress:
    return lambda step, done, every: told(done, every, step)


def visible(public_id: str, actor: Actor) -> Job | None:
    return db.session.scalar(_of(actor).where(Job.public_id == public_id))


def latest(actor: Actor) -> list[Job]:
    """Of the actor's area, the newest first."""
    return list(db.session.scalars(_of(actor).order_by(Job.id.desc()).limit(SHOWN)))


def under_way(area: str, actor: Actor) -> Job | None:
    """The area's own one that is at work, if the actor may see it."""
    query = _of(actor).where(Job.office_path == area, Job.status == "running").order_by(Job.id.desc()).limit(1)
    return db.session.scalar(query)


def _of(actor: Actor):
    return in_area(select(Job).where(Job.kind.in_(KINDS)), actor, Job.office_path, STARTERS)


def progress(job: Job, title: str) -> Progress:
    """A step may give no sign for long; who compares holds the area's lock, and a process that died holds none."""
    found = jobs.progress_of(job, title)
    lost = job.status == "running" and found.state == "failed"
    return replace(found, state="running") if lost and _at_work(job.office_path) else found


def _at_work(area: str) -> bool:
    try:
        with alone(area):
            return False
    except TransitionRefused:
        return True
