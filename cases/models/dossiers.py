"""Dossiers that were issued, to be found again by their bytes."""
from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit.models import AuditEvent
from database import db


class DossierIssue(db.Model):
    """sha256: of the file as it was handed out, hex; the event says the same. Never changes."""

    __tablename__ = "dossier_issue"
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    event: Mapped[AuditEvent] = relationship()
