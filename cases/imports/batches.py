"""Import batches: proposed by one person, released by another (F4), each in restartable chunks.

One chunk is one transaction. Killed at any moment, the same command goes on where the last chunk ended (F2, O1).
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from audit.events import ImportProposed, ImportReleased
from audit.log import record
from cases.imports.duplicates import mark_duplicates
from cases.imports.headings import mapping_of
from cases.imports.kinds import KINDS
from cases.imports.places import Places
from cases.imports.reading import Table, open_table
from cases.imports.staging import chunks, insert_rows, last_staged, sha256_of
from cases.models import ImportBatch, ImportRow, Job
from cases.refused import attempt, refuse
from database import db, transaction
from database.types import now
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import NaturalPerson, Office
from staff.relatives import related_persons
from workflows.review_chain import required_level
from workflows.transition import OFFICE_LEVELS

CHUNK = 400
PROPOSERS, RELEASERS = ("caseworker",), ("reviewer",)
DONE = ("loaded", "unchanged", "duplicate", "quarantined")
COUNTED_AS = {"proposed": "unchanged", "good": None}  # a proposal leaves its case unchanged

Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """For whoever needs no progress."""


def propose(path: Path, office: Office, actor: Actor, on: date, *, kind: str = "pensioners",
            file_name: str | None = None, progress: Progress = silent) -> ImportBatch:
    """Read, judge and keep every row of a file; nothing is loaded yet. The same file gives the same batch again.

    kind: see KINDS. Raises FileRefused, TransitionRefused (NO_GRANT, OUT_OF_AREA).
    """
    mapping = mapping_of(KINDS[kind].layout)
    with open_table(path, mapping.is_heading_row) as table:
        mapping.check(table.headings)
        batch_id, job_id = _open(path, office, actor, on, kind, file_name or path.name,
                                 mapping.unread(table.headings), table.expected)
        if job_id is not None:
            _stage(batch_id, job_id, table, actor, progress)
    return db.session.get_one(ImportBatch, batch_id)


def release(batch: ImportBatch, actor: Actor, on: date, *, progress: Progress = silent) -> ImportBatch:
    """Load the good rows of a proposed batch. Goes on with one that was interrupted; a released one stays as it is.

    Raises TransitionRefused: SAME_PERSON, NO_GRANT, OUT_OF_AREA, OFFICE_LEVEL_TOO_LOW, OWN_CASE, RELATIVE, WRONG_STAGE.
    """
    batch_id = batch.id
    job_id = _take(batch_id, actor, on)
    while job_id is not None and _load_chunk(batch_id, job_id, actor, on, progress):
        pass
    return db.session.get_one(ImportBatch, batch_id)


def withdraw(batch: ImportBatch, actor: Actor, on: date) -> None:
    """The proposer takes the batch back before anybody has released it. Raises TransitionRefused."""
    batch_id = batch.id
    with attempt("withdraw_import", actor, on):
        actor = lock_actor(actor)
        locked = lock_batch(batch_id)
        if locked.status not in ("staging", "proposed"):
            raise refuse("WRONG_STAGE", stage=locked.status)
        if locked.proposed_by_person != actor.natural_person_id:
            raise refuse("NO_GRANT")
        locked.status = "withdrawn"


def lock_batch(batch_id: int) -> ImportBatch:
    return db.session.execute(
        select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()
        .execution_options(populate_existing=True)).scalar_one()


def status_counts(batch: ImportBatch) -> dict[str, int]:
    """Rows by status."""
    query = (select(ImportRow.status, func.count()).where(ImportRow.batch_id == batch.id)
             .group_by(ImportRow.status))
    return dict(db.session.execute(query).all())


# --- proposing -------------------------------------------------------------------------------------------------

def _open(path: Path, office: Office, actor: Actor, on: date, kind: str, file_name: str, unread: list[str],
          expected: int) -> tuple[int, int | None]:
    """(batch, job to stage it; None when that was done before)."""
    sha256, office_id = sha256_of(path), office.id
    with attempt("propose_import", actor, on):
        actor, office = lock_actor(actor), db.session.get_one(Office, office_id)
        _check_grant(actor, PROPOSERS, office.path)
        batch = db.session.scalar(select(ImportBatch).filter_by(kind=kind, office_id=office.id, sha256=sha256)
                                  .with_for_update())
        if batch is None:
            batch = ImportBatch(
                kind=kind, office_id=office.id, office_path=office.path, file_name=file_name[-120:], sha256=sha256,
                status="staging", unread=unread, proposed_by=actor.account_id,
                proposed_by_person=actor.natural_person_id, proposed_on=on)
            db.session.add(batch)
        elif batch.status == "withdrawn":
            _propose_again(batch, actor, on)
        db.session.flush()
        return batch.id, _job("stage_import", batch, on, expected).id if batch.status == "staging" else None


def _propose_again(batch: ImportBatch, actor: Actor, on: date) -> None:
    """A withdrawn file brought again is a new proposal of the same rows: feed rows are never written twice (R2)."""
    batch.status = "proposed" if batch.rows else "staging"
    batch.proposed_by, batch.proposed_by_person, batch.proposed_on = actor.account_id, actor.natural_person_id, on


def _stage(batch_id: int, job_id: int, table: Table, actor: Actor, progress: Progress) -> None:
    batch = db.session.get_one(ImportBatch, batch_id)
    kind, on = KINDS[batch.kind], batch.proposed_on
    places, mapping = Places(db.session.get_one(Office, batch.office_id)), mapping_of(kind.layout)
    done, after = 0, last_staged(batch)
    rows = (row for row in table.rows if row.number > after)
    for chunk in chunks(rows, CHUNK):
        with transaction():
            batch = lock_batch(batch_id)
            if batch.status != "staging":
                return
            insert_rows([kind.stage(batch, row, mapping, places, on) for row in chunk])
            done += len(chunk)
            total = _beat(job_id, done)
        progress(done, total)
    with transaction():
        _finish_staging(lock_batch(batch_id), actor, on)
        _finish_job(job_id)


def _finish_staging(batch: ImportBatch, actor: Actor, on: date) -> None:
    if batch.status != "staging":
        return
    mark_duplicates(batch)
    _quarantine_own_rows(batch)
    counts = _count(batch)
    batch.status = "proposed"
    record(ImportProposed(
        batch=batch.public_id, kind=batch.kind, person=batch.proposed_by_person, office=batch.office_path,
        file_name=batch.file_name, sha256=batch.sha256, rows=batch.rows, good=counts.get("good", 0),
        quarantined=batch.quarantined), actor=actor, on=on, command="propose_import", office_path=batch.office_path)


def _quarantine_own_rows(batch: ImportBatch) -> None:
    """Nobody brings in their own benefit or a relative's (P3)."""
    error = {"field": "id_number", "code": "OWN_ROW", "shown": ""}
    for row in _rows_about(batch, {batch.proposed_by_person} | related_persons(batch.proposed_by_person)):
        row.status, row.errors = "quarantined", [*row.errors, error]
    db.session.flush()


def _rows_about(batch: ImportBatch, persons: set[int]) -> list[ImportRow]:
    indexes = select(NaturalPerson.id_number_index).where(NaturalPerson.id.in_(persons))
    return list(db.session.scalars(select(ImportRow).where(
        ImportRow.batch_id == batch.id, ImportRow.status == "good", ImportRow.person_index.in_(indexes))))


# --- releasing -------------------------------------------------------------------------------------------------

def _take(batch_id: int, actor: Actor, on: date) -> int | None:
    """The job that loads the batch; None when all is loaded already."""
    with attempt("release_import", actor, on):
        actor, batch = lock_actor(actor), lock_batch(batch_id)
        _check_release(batch, actor)
        if batch.status == "released":
            return None
        if batch.status == "proposed":
            batch.status, batch.released_on = "releasing", on
            batch.released_by, batch.released_by_person = actor.account_id, actor.natural_person_id
        return _job("release_import", batch, on, batch.good).id


def _check_release(batch: ImportBatch, actor: Actor) -> None:
    if batch.status not in ("proposed", "releasing", "released"):
        raise refuse("WRONG_STAGE", stage=batch.status)
    if batch.proposed_by_person == actor.natural_person_id:
        raise refuse("SAME_PERSON", "JS-8.1")
    _check_grant(actor, RELEASERS, batch.office_path)
    level = required_level("release_import", "recheck")
    if OFFICE_LEVELS.index(actor.office_level) < OFFICE_LEVELS.index(level):
        raise refuse("OFFICE_LEVEL_TOO_LOW", level=level)
    me = actor.natural_person_id
    for code, persons in (("OWN_CASE", {me}), ("RELATIVE", related_persons(me))):
        if _rows_about(batch, set(persons)):
            raise refuse(code)


def _check_grant(actor: Actor, roles: tuple[str, ...], path: str) -> None:
    if not actor.roles & set(roles):
        raise refuse("NO_GRANT", "JS-8.1")
    if not actor.covers(path, roles):
        raise refuse("OUT_OF_AREA")


def _load_chunk(batch_id: int, job_id: int, actor: Actor, on: date, progress: Progress) -> bool:
    """Whether more may be left."""
    with transaction():
        actor, batch = lock_actor(actor), lock_batch(batch_id)
        if batch.status != "releasing":
            return False
        _check_grant(actor, RELEASERS, batch.office_path)
        kind = KINDS[batch.kind]
        rows = list(db.session.scalars(
            select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.status == "good")
            .order_by(ImportRow.row_number).limit(CHUNK)))
        if rows:
            kind.load(batch, rows, actor, on)
            db.session.flush()
            done, total = _advance(job_id, len(rows))
        else:
            kind.finish(batch, actor, on)
            _finish_release(batch, actor, on)
            _finish_job(job_id)
    if rows:
        progress(done, total)
    return bool(rows)


def _finish_release(batch: ImportBatch, actor: Actor, on: date) -> None:
    _count(batch)
    batch.status = "released"
    record(ImportReleased(
        batch=batch.public_id, kind=batch.kind, person=batch.released_by_person, rows=batch.rows,
        proposed_by_person=batch.proposed_by_person, **{name: getattr(batch, name) for name in DONE}),
        actor=actor, on=on, command="release_import", office_path=batch.office_path)


def _count(batch: ImportBatch) -> dict[str, int]:
    """Counts on the batch from its rows: rows = loaded + unchanged + duplicate + quarantined once released (F1)."""
    counts = status_counts(batch)
    batch.rows = sum(counts.values())
    batch.good = counts.get("good") or batch.good  # once released: as it was when proposed
    for name in DONE:
        setattr(batch, name, sum(n for status, n in counts.items() if COUNTED_AS.get(status, status) == name))
    return counts


# --- jobs ------------------------------------------------------------------------------------------------------

def _job(kind: str, batch: ImportBatch, on: date, total: int) -> Job:
    job = Job(kind=kind, on=on, office_path=batch.office_path, total=total, counts={"batch": batch.public_id})
    db.session.add(job)
    db.session.flush()
    return job


def _beat(job_id: int, done: int) -> int:
    job = db.session.get_one(Job, job_id)
    job.done, job.heartbeat_at = done, now()
    return job.total


def _advance(job_id: int, more: int) -> tuple[int, int]:
    job = db.session.get_one(Job, job_id)
    return job.done + more, _beat(job_id, job.done + more)


def _finish_job(job_id: int) -> None:
    job = db.session.get_one(Job, job_id)
    job.status, job.finished_at = "finished", now()
