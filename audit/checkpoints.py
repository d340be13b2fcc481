"""The tree over all transactions, and its signed heads: what a rewritten, cut or restored log fails against.

Nothing here is needed for business to go on: a checkpoint that is refused raises an alarm and holds back proofs (R5).
"""
from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from flask import current_app
from sqlalchemy import func, insert, select

from audit.models import AuditEvent, AuditLeaf, AuditTx
from audit.signing import signed_note, signed_text
from audit.verify import leaf, root
from database import db, transaction

LOG = "pension-eligibility/audit-log"
HEAD = "audit-head.note"  # the signer's own memory, outside the database
CHUNK = 400


class LogAltered(RuntimeError):
    """Rows no longer have the hashes they had: (uid of the transaction or event, in words)."""


class LogForked(RuntimeError):
    """The log does not continue a head that was signed: rewritten, cut at the end, or restored from a backup."""


def integrate() -> int:
    """Give each committed transaction that has none its place in the tree; returns how many.

    By anti-join: transactions commit late and out of order, so "after the last one" would lose some.
    """
    with transaction() as session:
        missing = select(AuditTx.id).outerjoin(AuditLeaf, AuditLeaf.tx_id == AuditTx.id).where(AuditLeaf.seq.is_(None))
        ids = list(session.scalars(missing.order_by(AuditTx.id)))
        start = session.scalar(select(func.coalesce(func.max(AuditLeaf.seq) + 1, 0))) or 0
        for at in range(0, len(ids), CHUNK):
            chunk = ids[at:at + CHUNK]
            places = [{"seq": start + at + n, "tx_id": tx_id, "leaf": made}
                      for n, (tx_id, made) in enumerate(_leaves(AuditTx.id.in_(chunk), AuditTx.id))]
            session.execute(insert(AuditLeaf.__table__), places)  # type: ignore[arg-type]
    return len(ids)


def checkpoint() -> bytes:
    """Integrate, read every row again, and sign the head; returns the note. Hand it to witnesses.

    Raises LogAltered, LogForked; then nothing is signed.
    """
    integrate()
    leaves = read_again()
    path = _folder() / HEAD
    if path.exists():
        consistent(leaves, path.read_bytes())
    text = f"{LOG}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n".encode()
    note = signed_note(text)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(note)
    os.replace(fresh, path)
    return note


def consistent(leaves: list[bytes], note: bytes) -> int:
    """The size of the head in `note`, which the log continues. Raises LogForked; ValueError if it is not ours."""
    origin, size, tree = signed_text(note).decode().splitlines()[:3]
    if origin != LOG:
        raise ValueError(origin)
    if int(size) > len(leaves):
        raise LogForked(f"{size} transactions were signed, {len(leaves)} are there")
    if root(leaves[:int(size)]) != base64.b64decode(tree):
        raise LogForked(f"the first {size} transactions are not those that were signed")
    return int(size)


def read_again() -> list[bytes]:
    """The leaves of all integrated transactions, made anew from the rows. Raises LogAltered."""
    db.session.rollback()
    kept = select(AuditLeaf.tx_id, AuditLeaf.seq, AuditLeaf.leaf).order_by(AuditLeaf.seq)
    stored = {tx_id: (seq, made) for tx_id, seq, made in db.session.execute(kept)}
    if [seq for seq, _ in stored.values()] != list(range(len(stored))):
        raise LogAltered("audit_leaf", "the places in the tree have a gap")
    anew = dict(_leaves(AuditTx.id.in_(select(AuditLeaf.tx_id)), AuditTx.id))
    for tx_id, (_, made) in stored.items():
        if anew.get(tx_id) != made:
            raise LogAltered(f"audit_tx {tx_id}", "the transaction is not what it was")
    return [made for _, made in stored.values()]


def _leaves(condition: object, order: object) -> Iterator[tuple[int, bytes]]:
    """(id, leaf) of each transaction: over its own columns and the digests of its events, recomputed."""
    query = (select(AuditTx.id, AuditTx.uid, AuditTx.command, AuditTx.actor, AuditTx.on, AuditTx.recorded_at,
                    AuditEvent.uid.label("event"), AuditEvent.canonical, AuditEvent.digest)
             .outerjoin(AuditEvent, AuditEvent.tx_id == AuditTx.id)
             .where(condition).order_by(order, AuditEvent.position))  # type: ignore[arg-type]
    rows = db.session.execute(query.execution_options(yield_per=1000))
    for tx_id, of_tx in groupby(rows, key=lambda row: row.id):
        events = list(of_tx)
        yield tx_id, leaf(_tx_bytes(events[0], [_digest(e) for e in events if e.event is not None]))


def _tx_bytes(row: object, digests: list[str]) -> bytes:
    fields = {name: str(getattr(row, name)) for name in ("uid", "command", "actor", "on")}
    fields["recorded_at"] = row.recorded_at.isoformat(timespec="microseconds")  # type: ignore[attr-defined]
    return json.dumps(fields | {"events": digests}, sort_keys=True, separators=(",", ":")).encode()


def _digest(row: object) -> str:
    found = hashlib.sha256(row.canonical).hexdigest()  # type: ignore[attr-defined]
    if found != row.digest:  # type: ignore[attr-defined]
        raise LogAltered(row.event, "the bytes do not have their digest")  # type: ignore[attr-defined]
    return found


def _folder() -> Path:
    return Path(current_app.config.get("INSTANCE_DIR") or current_app.instance_path)
