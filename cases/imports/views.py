"""What the pages of the import show: batches of the reader's area, a preview, a job's progress. Read only."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import select

from cases.imports.jobs import job_of
from cases.imports.quarantine import quarantined
from cases.imports.staging import record_of
from cases.models import ImportBatch, ImportRow
from database import db, jobs
from database.jobs import Progress
from staff.actor import Actor, in_area

PAGE = 30
SHOWN = 20


@dataclass(frozen=True)
class PreviewRow:
    number: int
    status: str
    name: str
    id_number: str
    scheme: str
    benefit_kind: str
    payment_status: str
    last_certified_on: date | None
    monthly_fen: int


def batches_of(actor: Actor, roles, before: int | None = None) -> list[ImportBatch]:
    """Newest first, PAGE + 1 at most."""
    query = in_area(select(ImportBatch), actor, ImportBatch.office_path, roles)
    if before:
        query = query.where(ImportBatch.id < before)
    return list(db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(PAGE + 1)))


def batch_of(actor: Actor, roles, public_id: str) -> ImportBatch | None:
    """None for a batch that does not exist or lies outside the area: the same answer (A1)."""
    query = select(ImportBatch).where(ImportBatch.public_id == public_id)
    return db.session.scalar(in_area(query, actor, ImportBatch.office_path, roles))


def preview(batch: ImportBatch) -> list[PreviewRow]:
    """The first rows that can be loaded, or were; pensioners only."""
    if batch.kind != "pensioners":
        return []
    rows = db.session.scalars(
        select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.record.is_not(None),
                                ImportRow.status != "quarantined").order_by(ImportRow.row_number).limit(SHOWN))
    return [_preview(row) for row in rows]


def _preview(row: ImportRow) -> PreviewRow:
    record = record_of(row.record)
    return PreviewRow(row.row_number, row.status, record.name, record.id_number, record.scheme, record.benefit_kind,
                      record.payment_status, record.last_certified_on, record.rates[-1][1])


def first_quarantined(batch: ImportBatch, language: str) -> list[tuple[int, str, str, str]]:
    return list(islice(quarantined(batch, language), SHOWN))


def progress_of(batch: ImportBatch, title: str) -> Progress | None:
    """The run that is under way; None when none is. An interrupted one has failed, and can be gone on with."""
    job = job_of(batch) if batch.status in ("staging", "releasing") else None
    return jobs.progress_of(job, title) if job else None
