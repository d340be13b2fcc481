"""Rows of one file about the same benefit. Told apart by set-based SQL, so that their order does not matter (F2)."""
from sqlalchemy import distinct, func, select, update

from cases.models import ImportBatch, ImportRow
from database import db


def mark_duplicates(batch: ImportBatch) -> None:
    """Contradicting rows are all quarantined: which is right is not ours to guess. Of equal rows the first stays."""
    _quarantine(batch, ImportRow.person_index, ImportRow.name_index, "id_number", "NAME_DIFFERS_IN_FILE")
    _quarantine(batch, ImportRow.benefit_index, ImportRow.content_index, "", "CONFLICTING_DUPLICATE")
    firsts = select(func.min(ImportRow.row_number)).where(*_good(batch)).group_by(ImportRow.benefit_index)
    db.session.execute(update(ImportRow).where(*_good(batch), ImportRow.row_number.not_in(firsts))
                       .values(status="duplicate").execution_options(synchronize_session=False))


def _quarantine(batch: ImportBatch, same, different, field: str, code: str) -> None:
    torn = select(same).where(*_good(batch)).group_by(same).having(func.count(distinct(different)) > 1)
    errors = [{"field": field, "code": code, "shown": ""}]
    db.session.execute(update(ImportRow).where(*_good(batch), same.in_(torn))
                       .values(status="quarantined", errors=errors).execution_options(synchronize_session=False))


def _good(batch: ImportBatch) -> tuple:
    return ImportRow.batch_id == batch.id, ImportRow.status == "good"
