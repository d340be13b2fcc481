"""Work that goes on: the sequencer, in the server or as `flask audit sequence --follow`, and what else goes on beside
it. Any number may; one works."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Event, Thread

from flask import Flask
from sqlalchemy import literal_column, select

from audit.checkpoints import latest
from audit.keeping import signed_checkpoint
from audit.models import AuditPending
from audit.placing import size_of
from audit.sequencer import sequence
from database import db

AT_ONCE = 50_000  # events after which the heads of their cases are stated, whatever still waits


def keep_on(app: Flask, pause: float, stop: Event | None = None, work: Callable[[], bool] | None = None,
            name: str = "sequencer") -> None:
    """Give places to what waits, or do other `work`, with a pause of so many seconds after one that found nothing to
    do, until `stop`. What goes wrong is logged and tried again: business does not wait for it (R5)."""
    stop = stop or Event()
    while not stop.is_set():
        more = False
        with app.app_context():
            try:
                more = (work or once)()
            except Exception:
                app.logger.exception("the log's %s", name)
        if not more:
            stop.wait(pause)


def once() -> bool:
    """Whether there was something to do. Asks first, so that an idle sequencer writes nothing and holds nobody."""
    db.session.rollback()
    if db.session.scalar(select(literal_column("1")).select_from(AuditPending).limit(1)) is None:
        return False
    done = sequence(wait=False, at_most=AT_ONCE)
    return bool(done and done.placed)


def signed_once(on: date) -> bool:
    """Sign the log as it is now, if anything was written since the last head; no more is to be done at once."""
    db.session.rollback()
    last = latest()
    waits = db.session.scalar(select(literal_column("1")).select_from(AuditPending).limit(1)) is not None
    if waits or size_of(db.session) > (last.size if last else 0):
        signed_checkpoint(on)
    return False


def in_background(app: Flask, pause: float, work: Callable[[], bool] | None = None, name: str = "sequencer") -> Event:
    """A thread of the server that does so; set what is returned, to end it."""
    stop = Event()
    Thread(target=keep_on, args=(app, pause, stop, work, name), name=name, daemon=True).start()
    return stop
