"""Signed heads of the log: what a rewritten, cut or restored log fails against.

Nothing here is needed for business to go on: a checkpoint that is refused raises an alarm and holds back proofs (R5).
"""
from __future__ import annotations

import base64
import os
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from audit.again import read_again, remade_map
from audit.entries import LogAltered
from audit.models import AuditCheckpoint
from audit.placing import size_of
from audit.sequencer import Log, find_missed, opened, sequence
from audit.shelf import CHECKPOINT, Tree, grown, shelf
from audit.signing import signed_note, signed_text
from audit.verify import ProofRefused, verify_consistency
from database import db, transaction

HEAD = "audit-head.note"  # the signer's own memory, outside the database


class LogForked(RuntimeError):
    """The log does not continue a head that was signed: rewritten, cut at the end, or restored from a backup."""


def checkpoint(*, thorough: bool = False) -> bytes:
    """Sequence, read again what was not read since the last signed head, and sign; returns the note.

    thorough: read every row of the log again, look for events that no transaction says are waiting, and make the map
    of heads anew. Raises LogAltered, LogForked; then nothing is signed.
    """
    if thorough:
        find_missed()
    db.session.rollback()
    before = size_of(db.session)  # what comes after is read by the sequencer right now
    done = sequence()
    assert done is not None
    if done.waiting:
        raise LogAltered(f"case {min(done.waiting)}", "an event waits for the one before it, which is nowhere")
    db.session.rollback()
    last = latest()
    read_again(db.session, 0 if thorough or last is None else last.size, before)
    if thorough:
        remade_map(db.session)
    if last is not None and last.size >= done.size:
        consistent(last.note.encode())
        return last.note.encode()
    return _signed(opened(), tree(done.size))


def latest() -> AuditCheckpoint | None:
    """The last signed head in the database."""
    return db.session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1)).first()


def tree(size: int | None = None) -> Tree:
    """The tree over the first `size` entries, or all; its tiles on the disk. Raises LogAltered."""
    last = latest()
    known = (last.size, bytes.fromhex(last.root)) if last else None
    return grown(db.session, opened().hashing, size_of(db.session) if size is None else size, known)


def consistent(note: bytes) -> int:
    """The size of the head in `note`, which the log continues. Raises LogForked; ValueError if it is not ours."""
    origin, size, made = signed_text(note).decode().splitlines()[:3]
    if origin != opened().origin:
        raise ValueError(origin)
    there = size_of(db.session)
    if int(size) > there:
        raise LogForked(f"{size} entries were signed, {there} are there")
    if tree(there).root(int(size)) != base64.b64decode(made):
        raise LogForked(f"the first {size} entries are not those that were signed")
    return int(size)


def _signed(log: Log, made: Tree) -> bytes:
    note = _sign(log, made)
    with transaction() as session:
        if session.scalar(select(AuditCheckpoint.id).where(AuditCheckpoint.size == made.size)) is None:
            session.add(AuditCheckpoint(size=made.size, root=made.root().hex(), note=note.decode()))
    shelf().put(CHECKPOINT, note)
    return note


def _sign(log: Log, made: Tree) -> bytes:
    """The signer's side: signs only what continues the head it signed last."""
    path = Path(current_app.config.get("INSTANCE_DIR") or current_app.instance_path) / HEAD
    if path.exists():
        _, size, root = signed_text(path.read_bytes()).decode().splitlines()[:3]
        if int(size) > made.size:
            raise LogForked(f"{size} entries were signed, {made.size} are there")
        try:
            verify_consistency(made.hashing, int(size), made.size, base64.b64decode(root), made.root(),
                               made.consistency(int(size)))
        except ProofRefused as refused:
            raise LogForked(f"the first {size} entries are not those that were signed") from refused
    note = signed_note(f"{log.origin}\n{made.size}\n{base64.b64encode(made.root()).decode()}\n".encode())
    fresh = path.with_suffix(".new")
    fresh.write_bytes(note)
    os.replace(fresh, path)
    return note
