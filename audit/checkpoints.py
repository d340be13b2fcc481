"""Signed heads of the log: what a rewritten, cut or restored log fails against.

Nothing here is needed for business to go on: a checkpoint that is refused raises an alarm and holds back proofs (R5).
"""
from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit.again import read_again, remade_map
from audit.entries import LogAltered
from audit.installed import Signer, note_keys, signer
from audit.models import AuditCheckpoint
from audit.placing import size_of
from audit.sequencer import find_missed, opened, sequence
from audit.shelf import CHECKPOINT, Tree, grown, shelf
from audit.signer.refusals import SignerRefused
from audit.signer.signing import Asked
from audit.verify import open_checkpoint
from database import db, transaction

ATTEMPTS = 5  # while others have heads signed at the same time


class LogForked(RuntimeError):
    """The log does not continue a head that was kept: rewritten, cut at the end, or restored from a backup."""


def checkpoint(*, thorough: bool = False) -> bytes:
    """Sequence, read again what was not read since the last signed head, and sign; returns the note.

    thorough: read every row of the log again, look for events that no transaction says are waiting, and make the map
    of heads anew. Raises LogAltered, SignerRefused; then nothing is signed.
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
    return _signed(signer())


def latest() -> AuditCheckpoint | None:
    """The last signed head in the database."""
    return db.session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1)).first()


def tree(size: int | None = None) -> Tree:
    """The tree over the first `size` entries, or all; its tiles on the disk. Raises LogAltered."""
    last = latest()
    known = (last.size, bytes.fromhex(last.root)) if last else None
    return grown(db.session, opened().hashing, size_of(db.session) if size is None else size, known)


def consistent(note: bytes) -> int:
    """The size of the head in `note`, which the log continues. Raises LogForked; NoteRefused if it is not ours,
    SignerRefused."""
    keeper = signer()
    head = open_checkpoint(note, note_keys(keeper.log_keys()), keeper.origin())
    there = size_of(db.session)
    if head.size > there:
        raise LogForked(f"{head.size} entries were signed, {there} are there")
    if there and tree(there).root(head.size) != head.root:
        raise LogForked(f"the first {head.size} entries are not those that were signed")
    return head.size


def _signed(keeper: Signer) -> bytes:
    """The signer's note on the log as it is; the signer's head is read first, so that an honest log is not shorter."""
    for attempt in range(ATTEMPTS):
        head = keeper.head()
        db.session.rollback()
        made = tree(_settled())
        proof = made.consistency(head.size) if head.size <= made.size else ()
        try:
            note = keeper.sign(Asked(opened().origin, made.size, made.root(), head.size, tuple(proof)))
        except SignerRefused as refused:
            if refused.code != "STALE" or attempt == ATTEMPTS - 1:
                raise
        else:
            return _kept(made, note)
    raise AssertionError


def _settled() -> int:
    """The log's size with the heads of all cases stated: another process may be in the middle of many events."""
    done = sequence()
    assert done is not None
    db.session.rollback()
    return done.size


def _kept(made: Tree, note: bytes) -> bytes:
    try:
        with transaction() as session:
            if session.scalar(select(AuditCheckpoint.id).where(AuditCheckpoint.size == made.size)) is None:
                session.add(AuditCheckpoint(size=made.size, root=made.root().hex(), note=note.decode()))
    except IntegrityError:  # another process had the same head signed and was first
        db.session.rollback()
    shelf().put(CHECKPOINT, note)
    return note
