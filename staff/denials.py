"""A refused request is itself an event, in a transaction of its own (R4)."""
from __future__ import annotations

from flask import request

from audit.events import RequestDenied
from audit.log import record
from database import transaction
from staff.actor import Actor
from staff.clock import today


def record_denial(actor: Actor | None, refusal: str) -> None:
    """Write RequestDenied for a person known to us; a stranger is sent to sign in and cannot fill the log."""
    if actor is None:
        return
    with transaction():
        record(RequestDenied(method=request.method, endpoint=request.endpoint or "", refusal=refusal),
               actor=actor, on=today(), office_path=actor.office_path)
