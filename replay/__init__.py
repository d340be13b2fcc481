"""Replaying the log from nothing: does it give every state, signature, date and amount that the tables hold (R3)?"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import select

from audit.events import Recorded, parse
from audit.models import AuditEvent
from cases.replayed import Tables, replayed, stored
from database import db

BATCH = 1000


def differences() -> list[str]:
    """`table key column: in the table, from the log` for each value that differs; empty when all is as recorded."""
    made, kept = replayed(_events()), stored()
    return [line for table in fields(Tables) for line in _compare(table.name, getattr(made, table.name),
                                                                  getattr(kept, table.name))]


def _events() -> Iterator[Recorded]:
    """Every event in the order of its case; events of no case in the order they were written."""
    query = select(AuditEvent.canonical).order_by(AuditEvent.case_id, AuditEvent.case_seq, AuditEvent.id)
    for canonical in db.session.scalars(query.execution_options(yield_per=BATCH)):
        yield parse(bytes(canonical))


def _compare(table: str, made: dict[Any, dict[str, Any]], kept: dict[Any, dict[str, Any]]) -> Iterator[str]:
    for key in sorted({*made, *kept}, key=str):
        if key not in made or key not in kept:
            yield f"{table} {key}: {'not in the log' if key not in made else 'not in the table'}"
            continue
        for name in kept[key]:
            if kept[key][name] != made[key].get(name):
                yield f"{table} {key} {name}: {kept[key][name]!r}, from the log {made[key].get(name)!r}"
