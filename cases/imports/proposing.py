"""Proposing an import: read, judge and keep every row of a file. Nothing is loaded yet.

One chunk is one transaction. Killed at any moment, the same command goes on where the last chunk ended (F2, O1).
"""
from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import select

from audit.events import ImportProposed
from audit.log import record
from cases.imports import batches
from cases.imports.batches import (
    PROPOSERS,
    Progress,
    count_rows,
    grant_refusals,
    level_refusals,
    lock_batch,
    rows_about,
    silent,
)
from cases.imports.duplicates import mark_duplicates
from cases.imports.headings import mapping_of
from cases.imports.jobs import start_job
from cases.imports.kinds import KINDS
from cases.imports.places import Places
from cases.imports.reading import open_table
from cases.imports.staging import chunks, insert_rows, last_staged, sha256_of
from cases.imports.tables import FileRefused, Table
from cases.models import ImportBatch
from cases.refused import attempt
from database import db, transaction
from database.jobs import beat, end
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import Office
from staff.relatives import related_persons
from workflows.transition import TransitionRefused


def propose(path: Path, office: Office, actor: Actor, on: date, *, kind: str = "pensioners",
            file_name: str | None = None, progress: Progress = silent) -> ImportBatch:
    """Open a batch for a file and stage it. The same file gives the same batch again.

    kind: see KINDS. Raises FileRefused, TransitionRefused (NO_GRANT, OUT_OF_AREA).
    """
    batch = open_batch(path, office, actor, on, kind=kind, file_name=file_name)
    return stage(batch, path, actor, progress=progress)


def open_batch(path: Path, office: Office, actor: Actor, on: date, *, kind: str = "pensioners",
               file_name: str | None = None) -> ImportBatch:
    """The batch of a file whose headings can be read, new or as it stands. Raises as `propose` does."""
    mapping = mapping_of(KINDS[kind].layout)
    with open_table(path, mapping.is_heading_row) as table:
        mapping.check(table.headings)
        unread, expected = mapping.unread(table.headings), table.expected
        if next(table.rows, None) is None:
            raise FileRefused("EMPTY_FILE")
    sha256, office_id, batch = sha256_of(path), office.id, None
    with attempt("propose_import", actor, on):
        actor, office = lock_actor(actor), db.session.get_one(Office, office_id)
        if refusals := grant_refusals(actor, PROPOSERS, office.path) or level_refusals(actor, "open", office.path, on):
            raise TransitionRefused(tuple(refusals))
        batch = db.session.scalar(select(ImportBatch).filter_by(kind=kind, office_id=office.id, sha256=sha256)
                                  .with_for_update())
        if batch is None:
            batch = ImportBatch(
                kind=kind, office_id=office.id, office_path=office.path, file_name=(file_name or path.name)[-120:],
                sha256=sha256, status="staging", unread=unread, proposed_by=actor.account_id,
                proposed_by_person=actor.natural_person_id, proposed_on=on)
            db.session.add(batch)
        elif batch.status == "withdrawn":
            _propose_again(batch, actor, on)
        db.session.flush()
        if batch.status == "staging":
            start_job("stage_import", batch, on, expected)
    return batch


def stage(batch: ImportBatch, path: Path, actor: Actor, *, progress: Progress = silent) -> ImportBatch:
    """Stage what is not staged yet of the file of an opened batch."""
    batch_id = batch.id
    if batch.status == "staging":
        mapping = mapping_of(KINDS[batch.kind].layout)
        with open_table(path, mapping.is_heading_row) as table:
            _stage(batch_id, batch.job_id, table, actor, progress)
    return db.session.get_one(ImportBatch, batch_id)


def _propose_again(batch: ImportBatch, actor: Actor, on: date) -> None:
    """A withdrawn file brought again is a new proposal of the same rows: feed rows are never written twice (R2)."""
    batch.status = "proposed" if batch.rows else "staging"
    batch.proposed_by, batch.proposed_by_person, batch.proposed_on = actor.account_id, actor.natural_person_id, on


def _stage(batch_id: int, job_id: int, table: Table, actor: Actor, progress: Progress) -> None:
    batch = db.session.get_one(ImportBatch, batch_id)
    kind, on = KINDS[batch.kind], batch.proposed_on
    places, mapping = Places(db.session.get_one(Office, batch.office_id)), mapping_of(kind.layout)
    after = last_staged(batch)
    done = _rows_staged(batch)
    rows = (row for row in table.rows if row.number > after)
    for chunk in chunks(rows, batches.CHUNK):
        with transaction():
            batch = _locked(batch_id, actor)
            if batch.status != "staging":
                return
            insert_rows([kind.stage(batch, row, mapping, places, on) for row in chunk])
            done += len(chunk)
            total = beat(job_id, done)
        progress(*total)
    with transaction():
        _finish_staging(_locked(batch_id, actor), actor, on)
        end(job_id)


def _locked(batch_id: int, actor: Actor) -> ImportBatch:
    """The batch, when the rights of this moment still let `actor` bring it in (A2). Raises TransitionRefused."""
    actor, batch = lock_actor(actor), lock_batch(batch_id)
    if refusals := grant_refusals(actor, PROPOSERS, batch.office_path):
        raise TransitionRefused(tuple(refusals))
    return batch


def _finish_staging(batch: ImportBatch, actor: Actor, on: date) -> None:
    if batch.status != "staging":
        return
    mark_duplicates(batch)
    _quarantine_own_rows(batch)
    counts = count_rows(batch)
    batch.status = "proposed"
    record(ImportProposed(
        batch=batch.public_id, kind=batch.kind, person=batch.proposed_by_person, office=batch.office_path,
        file_name=batch.file_name, sha256=batch.sha256, rows=batch.rows, good=counts.get("good", 0),
        quarantined=batch.quarantined), actor=actor, on=on, command="propose_import", office_path=batch.office_path)


def _quarantine_own_rows(batch: ImportBatch) -> None:
    """Nobody brings in their own benefit or a relative's (P3)."""
    error = {"field": "id_number", "code": "OWN_ROW", "shown": ""}
    for row in rows_about(batch, {batch.proposed_by_person} | related_persons(batch.proposed_by_person)):
        row.status, row.errors = "quarantined", [*row.errors, error]
    db.session.flush()


def _rows_staged(batch: ImportBatch) -> int:
    return sum(batches.status_counts(batch).values())
