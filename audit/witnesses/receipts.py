"""What whoever checks the log alone is given of its witnesses: the newest checkpoint that each has, with its receipt.

A checkpoint that was signed a moment ago has seldom been seen by anybody: it continues one that was
(docs/decisions/116).
"""
from __future__ import annotations

import json
from collections.abc import Callable, Collection
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from audit.models import AuditCheckpoint
from audit.verify import ANCHORS
from audit.witnesses.models import ANCHORED, AuditAnchor
from database import db

FOLDER = ANCHORS.partition("/")[0]
IN_A_FILE = {"cosigning": "cosignature", "time_stamp": "tst"}  # kind -> what the file is called after
PROVES_ITSELF = frozenset(IN_A_FILE)  # the others are looked up where they are kept


def receipts(size: int, consistency: Callable[[int], list[str]], kinds: Collection[str] | None = None,
             ) -> dict[str, bytes]:
    """Name in an export -> content: an index, notes, cosignatures, time stamp tokens; {} where nobody has anything.

    size: of the checkpoint that is handed out; consistency: the proof from an earlier size to it; kinds: of witnesses,
    all when left out.
    """
    files: dict[str, bytes] = {}
    lines = [_line(checkpoint, [row.AuditAnchor for row in rows], consistency, files)
             for checkpoint, rows in groupby(_newest(size, kinds), lambda row: row.AuditCheckpoint)]
    written = b"".join(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n" for line in lines)
    return files | {ANCHORS: written} if lines else {}


def _newest(size: int, kinds: Collection[str] | None) -> Any:
    """(AuditCheckpoint, AuditAnchor) of each witness, by size."""
    own = (select(AuditAnchor.witness, func.max(AuditCheckpoint.size).label("size"))
           .join(AuditCheckpoint, AuditCheckpoint.id == AuditAnchor.checkpoint_id)
           .where(AuditAnchor.state == ANCHORED, AuditCheckpoint.size <= size))
    if kinds is not None:
        own = own.where(AuditAnchor.kind.in_(kinds))
    newest = own.group_by(AuditAnchor.witness).subquery()
    query = (select(AuditCheckpoint, AuditAnchor).join(AuditAnchor, AuditAnchor.checkpoint_id == AuditCheckpoint.id)
             .join(newest, (newest.c.witness == AuditAnchor.witness) & (newest.c.size == AuditCheckpoint.size))
             .where(AuditAnchor.state == ANCHORED))
    return db.session.execute(query.order_by(AuditCheckpoint.size, AuditAnchor.witness)).all()


def _line(checkpoint: AuditCheckpoint, anchors: list[AuditAnchor], consistency: Callable[[int], list[str]],
          files: dict[str, bytes]) -> dict[str, Any]:
    """One line of the index; what it names is put into `files`."""
    note = f"{FOLDER}/{checkpoint.size}.note"
    files[note] = checkpoint.note.encode()
    told = []
    for number, anchor in enumerate(anchors, 1):
        file = f"{FOLDER}/{checkpoint.size}-{number}.{IN_A_FILE[anchor.kind]}" if anchor.kind in IN_A_FILE else None
        if file is not None:
            files[file] = bytes(anchor.receipt or b"")
        told.append({"witness": anchor.witness, "kind": anchor.kind, "file": file, "words": anchor.words,
                     "at": anchor.at.isoformat() if anchor.at else None})
    return {"size": checkpoint.size, "note": note, "proof": consistency(checkpoint.size), "receipts": told}
