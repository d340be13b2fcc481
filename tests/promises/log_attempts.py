"""What the triggers on the anchors of checkpoints are tried with."""
from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.models import AuditCheckpoint
from audit.witnesses.models import AuditAnchor
from tests.promises.trigger_attempts import Statements

ATTEMPTS: dict[str, tuple[Statements, ...]] = {
    "audit_anchor_stays": (
        ("UPDATE audit_anchor SET words = 'another' WHERE state = 'anchored'",),
        ("UPDATE audit_anchor SET witness = 'another' WHERE state = 'waiting'",),
        ("UPDATE audit_anchor SET kind = 'file' WHERE state = 'waiting'",),
        ("INSERT INTO audit_checkpoint (size, root, note, signed_at) SELECT 2, root, note, signed_at "
         "FROM audit_checkpoint WHERE size = 1",
         "UPDATE audit_anchor SET checkpoint_id = (SELECT max(id) FROM audit_checkpoint) WHERE state = 'waiting'")),
    "audit_anchor_no_delete": (("DELETE FROM audit_anchor",),),
}


def keep_anchors(session: Session) -> None:
    """One that is anchored and one that waits, of the checkpoint there is."""
    checkpoint, at = session.scalar(select(AuditCheckpoint.id)), datetime(2026, 3, 16, tzinfo=UTC)
    session.add_all((AuditAnchor(checkpoint_id=checkpoint, witness="disk", kind="file", state="anchored", at=at,
                                 receipt=b"note"),
                     AuditAnchor(checkpoint_id=checkpoint, witness="city", kind="mail")))
