"""What a killed process left of matching is done by the next: every day, and when the application starts (O1).

Two may do it at once: each thing is done behind the lock of its case, by whoever comes first (applying.py).
"""
from __future__ import annotations

from collections import Counter
from datetime import date
from threading import Thread

from flask import Flask
from sqlalchemy import select

from database import db
from matching.feeds.models import FeedLoad
from matching.results import applying, undoing
from matching.results.applying import Progress
from matching.results.models import ListChange, MatchingRun
from staff.clock import today


def go_on(on: date, progress: Progress = lambda _done, _total: None) -> dict[str, Counter[str]]:
    """Undo what withdrawn loads left, then do what is left of released runs; returns public id -> outcomes."""
    undo_withdrawn(on)
    left = db.session.execute(select(MatchingRun.id, MatchingRun.public_id).where(
        MatchingRun.status == "released").order_by(MatchingRun.id)).all()
    db.session.rollback()
    return {name: applying.apply(run, on=on, progress=progress) for run, name in left}


def undo_withdrawn(on: date) -> None:
    """What a withdrawal that was killed left undone."""
    left = select(FeedLoad.id, FeedLoad.public_id).where(FeedLoad.status == "withdrawn", FeedLoad.id.in_(
        select(ListChange.load_id).where(ListChange.undone_on.is_(None), ListChange.outcome.in_(undoing.CAUSED))))
    rows = db.session.execute(left.order_by(FeedLoad.id)).all()
    db.session.rollback()
    for load_id, name in rows:
        undoing.undo(load_id, name, on=on)


def beside(app: Flask) -> Thread:
    """The same beside the server that starts. A fault is logged; the next day goes on."""
    thread = Thread(target=_go_on, args=(app,), name="matching-goes-on", daemon=True)
    thread.start()
    return thread


def _go_on(app: Flask) -> None:
    with app.app_context():
        try:
            go_on(today())
        except Exception:
            app.logger.exception("matching did not go on")
        finally:
            db.session.remove()
