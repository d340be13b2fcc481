"""The table of what was handed to whom."""
from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit.models import AuditCheckpoint
from database import db
from database.triggers import keep_rows, refuse, register
from database.types import UtcDateTime

WAITING, ANCHORED, AWAY, REFUSED = "waiting", "anchored", "away", "refused"
_STATES = ", ".join(f"'{state}'" for state in (WAITING, ANCHORED, AWAY, REFUSED))


class AuditAnchor(db.Model):
    """A checkpoint and a witness (its name in WITNESSES). Waiting until it is tried, away and refused until it is
    tried again, anchored for good. `receipt`: what shows it (audit/witnesses/handing.py); `words`: how it went."""

    __tablename__ = "audit_anchor"
    __table_args__ = (
        UniqueConstraint("checkpoint_id", "witness"),
        CheckConstraint(f"state in ({_STATES})", name="state"),
        CheckConstraint("(state = 'anchored') = (receipt is not null) and (state = 'anchored') = (at is not null)",
                        name="anchored"),
        Index("ix_audit_anchor_witness", "witness", "state", "checkpoint_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("audit_checkpoint.id"))
    witness: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary)
    words: Mapped[str | None] = mapped_column(Text)
    checkpoint: Mapped[AuditCheckpoint] = relationship()


_MOVED = "NEW.checkpoint_id <> OLD.checkpoint_id OR NEW.witness <> OLD.witness OR NEW.kind <> OLD.kind"

register(
    refuse("audit_anchor_stays", "audit_anchor", "BEFORE UPDATE", "an anchor never changes",
           f"OLD.state = 'anchored' OR {_MOVED}"),
    refuse("audit_anchor_no_delete", "audit_anchor", "BEFORE DELETE", "anchors are never deleted"),
    keep_rows("audit_anchor", ("id",), ("checkpoint_id", "witness")),
)
