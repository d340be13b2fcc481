"""Hands the last checkpoint to every witness that has not got it, each on its own and restartable (R5).

What is sent twice after a kill is sent to the same end: every adapter takes the same note again.
"""
from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from audit.checkpoints import latest, tree
from audit.installed import note_keys, signer, witnesses
from audit.models import AuditCheckpoint
from audit.sequencer import opened
from audit.verify import NoteKey
from audit.witnesses.configured import Witness
from audit.witnesses.handing import Handed, WitnessAway, WitnessRefused
from audit.witnesses.models import ANCHORED, AWAY, REFUSED, AuditAnchor
from database import db, transaction
from database.types import now

LONGEST = 500  # of the words about a failure


def anchor() -> list[AuditAnchor]:
    """The last checkpoint's anchors after every witness was tried that did not have it; none without a checkpoint.

    Raises SignerRefused when the log's keys cannot be asked for, BadWitnesses.
    """
    last, configured = latest(), witnesses()
    if last is None or not configured:
        return []
    keys = note_keys(signer().log_keys())
    for witness in configured:
        row_id = _row(last, witness)
        if row_id is not None:
            _tried(row_id, witness, _handed(last, witness, keys))
    query = select(AuditAnchor).where(AuditAnchor.checkpoint_id == last.id).order_by(AuditAnchor.witness)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def anchored_size(witness: str) -> int:
    """Of the last checkpoint that this witness has; 0 when it has none."""
    query = (select(AuditCheckpoint.size).join(AuditAnchor, AuditAnchor.checkpoint_id == AuditCheckpoint.id)
             .where(AuditAnchor.witness == witness, AuditAnchor.state == ANCHORED))
    return db.session.scalar(query.order_by(AuditCheckpoint.size.desc()).limit(1)) or 0


def _row(last: AuditCheckpoint, witness: Witness) -> int | None:
    """The row of the hand-over that is to be tried now, on record before it is; none where it is done."""
    query = select(AuditAnchor).where(AuditAnchor.checkpoint_id == last.id, AuditAnchor.witness == witness.name)
    with transaction() as session:
        row = session.scalar(query)
        if row is None:
            row = AuditAnchor(checkpoint_id=last.id, witness=witness.name, kind=witness.kind)
            session.add(row)
            session.flush()
        return row.id if row.state != ANCHORED else None


def _handed(last: AuditCheckpoint, witness: Witness, keys: list[NoteKey]) -> Handed:
    log, made = opened(), tree(last.size)
    return Handed(log.origin, last.size, bytes.fromhex(last.root), last.note.encode(), keys, log.hashing,
                  made.consistency, anchored_size(witness.name))


def _tried(row_id: int, witness: Witness, handed: Handed) -> None:
    """Outside of any transaction: a witness that takes its time holds nobody back."""
    db.session.rollback()
    try:
        receipt = witness.hand_over(handed)
    except (WitnessAway, WitnessRefused) as failed:
        state = AWAY if isinstance(failed, WitnessAway) else REFUSED
        _write(row_id, {"state": state, "words": str(failed)[:LONGEST]})
        return
    _write(row_id, {"state": ANCHORED, "words": receipt.words[:LONGEST], "receipt": receipt.body, "at": now()})


def _write(row_id: int, values: dict[str, str | bytes | datetime]) -> None:
    with transaction() as session:
        session.execute(update(AuditAnchor).where(AuditAnchor.id == row_id, AuditAnchor.state != ANCHORED).values(
            attempts=AuditAnchor.attempts + 1, tried_at=now(), **values))
