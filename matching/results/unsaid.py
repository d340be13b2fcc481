"""A row turns out to be about somebody else, for a number was corrected here: what rested on it is undone (S7, S8).

As where a feed is withdrawn, person by person; what people decided stays. Whoever merely went to another area keeps
what their rows proved.
"""
from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import select

from cases.certification_withdrawals import withdraw_certification
from cases.models import Case, Certification
from cases.moves import lock_cases_of_person
from database import db, transaction
from matching.feeds.again import unsaid
from matching.feeds.models import FeedLoad
from matching.results.models import ListChange
from matching.results.signs import prefix_of
from matching.results.undoing import CAUSED, WITHDRAWN, benefits_of, undo_change


def undo_unsaid(on: date) -> Counter[str]:
    """What was undone, counted. Killed, the next call goes on: the file goes when all of it is followed up."""
    counts = Counter[str]()
    for load, rows, path in unsaid():
        name = db.session.get_one(FeedLoad, load).public_id
        db.session.rollback()
        for person, row in rows:
            with transaction():
                counts += _undo(person, row, load, name, on)
        path.unlink()
        path.parent.rmdir()
    return counts


def _undo(person: int, row: int, load: int, name: str, on: date) -> Counter[str]:
    """load: number; name: its public id. The row may come back to the person as a sign of its own later on."""
    first = db.session.scalar(select(Case.id).where(Case.pensioner_id == person).order_by(Case.id).limit(1))
    counts = Counter[str]()
    if first is None:
        return counts
    lock_cases_of_person(first)
    cases = benefits_of(person)
    for proof in db.session.scalars(select(Certification).where(
            Certification.pensioner_id == person, Certification.status == "valid",
            Certification.source_ref == f"{prefix_of(load)}{row}")).all():
        withdraw_certification(proof, cases, name, on=on)
        counts["certification"] += 1
    for case in cases:
        for change in db.session.scalars(select(ListChange).where(
                ListChange.load_id == load, ListChange.row == row, ListChange.case_id == case.id)).all():
            counts += _undo_change(case, change, on)
    return counts


def _undo_change(case: Case, change: ListChange, on: date) -> Counter[str]:
    if change.outcome is None:
        change.outcome = WITHDRAWN
        return Counter({"change": 1})
    if change.outcome in CAUSED and change.undone_on is None:
        return Counter({undo_change(case, change, on): 1})
    return Counter()
