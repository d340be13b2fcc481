"""Releasing an import: the good rows of a proposed batch are loaded, by another person than its proposer (F4).

One chunk is one transaction. Killed at any moment, the same command goes on where the last chunk ended (F2, O1).
"""
from __future__ import annotations

from datetime import date

from audit.events import ImportReleased
from audit.log import record
from cases.imports import batches
from cases.imports.batches import (
    DONE,
    RELEASERS,
    Progress,
    count_rows,
    grant_refusals,
    level_refusals,
    lock_batch,
    rows_about,
    silent,
)
from cases.imports.jobs import start_job
from cases.imports.kinds import KINDS
from cases.imports.taken import good_rows, write_outcomes
from cases.models import ImportBatch, Job
from cases.refused import attempt
from database import db, transaction
from database.jobs import beat, end
from staff.access import lock_actor
from staff.actor import Actor
from staff.relatives import related_persons
from workflows.transition import Refusal, TransitionRefused

RELEASABLE = ("proposed", "releasing", "released")


def release(batch: ImportBatch, actor: Actor, on: date, *, progress: Progress = silent) -> ImportBatch:
    """Load a proposed batch; go on with an interrupted one; a released one stays as it is.

    Raises TransitionRefused with the refusals of `release_refusals`.
    """
    return load(begin_release(batch, actor, on), actor, on, progress=progress)


def release_refusals(batch: ImportBatch, actor: Actor) -> tuple[Refusal, ...]:
    """Why the actor may not release: WRONG_STAGE, SAME_PERSON, NO_GRANT, OUT_OF_AREA, OFFICE_LEVEL_TOO_LOW, OWN_CASE,
    RELATIVE. Empty when they may."""
    me = actor.natural_person_id
    found = [] if batch.status in RELEASABLE else [Refusal("WRONG_STAGE", {"stage": batch.status})]
    found += [Refusal("SAME_PERSON", article="JS-8.1")] if batch.proposed_by_person == me else []
    found += grant_refusals(actor, RELEASERS, batch.office_path)
    found += level_refusals(actor, "recheck", batch.office_path, batch.proposed_on)
    concerned = (("OWN_CASE", {me}), ("RELATIVE", related_persons(me)))
    return (*found, *(Refusal(code) for code, persons in concerned if rows_about(batch, persons)))


def begin_release(batch: ImportBatch, actor: Actor, on: date) -> ImportBatch:
    """Take the batch for loading. Raises as `release` does."""
    batch_id = batch.id
    with attempt("release_import", actor, on):
        actor, batch = lock_actor(actor), lock_batch(batch_id)
        if refusals := release_refusals(batch, actor):
            raise TransitionRefused(refusals)
        if batch.status == "proposed":
            batch.status, batch.released_on = "releasing", on
            batch.released_by, batch.released_by_person = actor.account_id, actor.natural_person_id
        if batch.status == "releasing":
            start_job("release_import", batch, on, batch.good)
    return batch


def load(batch: ImportBatch, actor: Actor, on: date, *, progress: Progress = silent) -> ImportBatch:
    """Load what is not loaded yet of a batch in release."""
    batch_id = batch.id
    while _load_chunk(batch_id, actor, on, progress):
        pass
    return db.session.get_one(ImportBatch, batch_id)


def _load_chunk(batch_id: int, actor: Actor, on: date, progress: Progress) -> bool:
    """Whether more may be left."""
    with transaction():
        actor, batch = lock_actor(actor), lock_batch(batch_id)
        if batch.status != "releasing":
            return False
        if refusals := grant_refusals(actor, RELEASERS, batch.office_path):
            raise TransitionRefused(tuple(refusals))
        rows = good_rows(batch, batches.CHUNK)
        if rows:
            KINDS[batch.kind].load(batch, rows, actor, on)
            write_outcomes(batch, rows)
            reached = beat(batch.job_id, db.session.get_one(Job, batch.job_id).done + len(rows))
        else:
            KINDS[batch.kind].finish(batch, actor, on)
            _finish_release(batch, actor, on)
            end(batch.job_id)
    if rows:
        progress(*reached)
    return bool(rows)


def _finish_release(batch: ImportBatch, actor: Actor, on: date) -> None:
    count_rows(batch)
    batch.status = "released"
    record(ImportReleased(
        batch=batch.public_id, kind=batch.kind, person=batch.released_by_person, rows=batch.rows,
        proposed_by_person=batch.proposed_by_person, released_on=batch.released_on,
        **{name: getattr(batch, name) for name in DONE}),
        actor=actor, on=on, command="release_import", office_path=batch.office_path)
