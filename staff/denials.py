"""A refused request is itself an event, in a transaction of its own (R4)."""
from __future__ import annotations

from collections.abc import Mapping

from flask import request

from audit.events import RequestDenied
from audit.log import record
from database import db, transaction
from staff.actor import Actor
from staff.clock import today


def record_denial(actor: Actor | None, refusal: str,
                  details: Mapping[str, str | int | bool | None] | None = None) -> None:
    """Write RequestDenied for a person known to us; a stranger is sent to sign in and cannot fill the log."""
    db.session.rollback()
    if actor is None:
        return
    event = RequestDenied(method=request.method, endpoint=request.endpoint or "", refusal=refusal,
                          details=dict(details) if details else None)
    with transaction():
        record(event, actor=actor, on=today(), office_path=actor.office_path)
