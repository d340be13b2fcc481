"""How the log stands with its witnesses: what each has, how old that is, and what is late. Reads only."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from flask import current_app
from sqlalchemy import select

from audit.checkpoints import latest
from audit.events import Recorded, parse
from audit.installed import witnesses
from audit.models import AuditCheckpoint, AuditEntry, AuditEvent, AuditPending, AuditTx
from audit.witnesses.anchoring import anchored_size
from audit.witnesses.configured import BadWitnesses, Witness
from audit.witnesses.models import ANCHORED, AuditAnchor
from database import db
from database.types import now


@dataclass(frozen=True)
class Standing:
    """A witness: its last anchor and the checkpoint of it, the last attempt that failed since, whether it is late."""

    name: str
    kind: str
    anchor: AuditAnchor | None
    failed: AuditAnchor | None
    late: bool

    @property
    def age(self) -> timedelta | None:
        return now() - self.anchor.at if self.anchor and self.anchor.at else None


@dataclass(frozen=True)
class Overview:
    """last: the last checkpoint; behind: events are waiting for one longer than they should; refused: the event that
    tells why none was signed since; fault: why the witnesses cannot be read from the settings."""

    last: AuditCheckpoint | None
    behind: bool
    refused: Recorded | None
    standings: list[Standing]
    fault: str | None

    @property
    def alarmed(self) -> bool:
        return bool(self.alarms)

    @property
    def alarms(self) -> dict[str, str]:
        """What is wrong -> since which state of the log: while both are the same, it is the same alarm."""
        size = str(self.last.size if self.last else 0)
        found = {"refused": self.refused.meta.uid} if self.refused else {}
        found |= {"behind": size} if self.behind else {}
        found |= {"fault": sha256(self.fault.encode()).hexdigest()[:16]} if self.fault else {}
        for one in self.standings:
            if one.failed and one.failed.state == "refused":
                found[f"witness_refused {one.name}"] = str(one.failed.checkpoint.size)
            elif one.late:
                found[f"late {one.name}"] = str(one.anchor.checkpoint.size if one.anchor else 0)
        return found


def overview() -> Overview:
    last, late_after = latest(), current_app.config["WITNESS_LATE_AFTER"]
    try:
        found, fault = [_standing(one, late_after) for one in witnesses()], None
    except BadWitnesses as error:
        found, fault = [], str(error)
    return Overview(last, _behind(last, late_after), refused_since(last), found, fault)


def refused_since(last: AuditCheckpoint | None) -> Recorded | None:
    """The last refusal of a checkpoint that no signed one has followed."""
    query = select(AuditEvent).join(AuditTx).where(AuditEvent.type == "CheckpointRefused")
    if last is not None:
        query = query.where(AuditTx.recorded_at > last.signed_at)
    row = db.session.scalar(query.order_by(AuditEvent.id.desc()).limit(1))
    return parse(row.canonical) if row else None


def _behind(last: AuditCheckpoint | None, late_after: timedelta) -> bool:
    """Whether something was recorded so long ago that a checkpoint should hold it."""
    unsigned = (select(AuditEntry.event_id).where(AuditEntry.place >= (last.size if last else 0),
                                                  AuditEntry.event_id.is_not(None))
                .order_by(AuditEntry.place).limit(1).scalar_subquery())
    oldest = [db.session.scalar(select(AuditTx.recorded_at).join(AuditEvent).where(AuditEvent.id == unsigned)),
              db.session.scalar(select(AuditTx.recorded_at).join(AuditPending).order_by(AuditTx.id).limit(1))]
    return any(at is not None and now() - at > late_after for at in oldest)


def _standing(witness: Witness, late_after: timedelta) -> Standing:
    of = select(AuditAnchor).join(AuditCheckpoint).where(AuditAnchor.witness == witness.name)
    newest = AuditCheckpoint.size.desc()
    anchor = db.session.scalar(of.where(AuditAnchor.state == ANCHORED).order_by(newest).limit(1))
    has = anchored_size(witness.name)
    failed = db.session.scalar(of.where(AuditAnchor.state != ANCHORED, AuditCheckpoint.size > has).order_by(newest))
    waiting = db.session.scalar(select(AuditCheckpoint.signed_at).where(AuditCheckpoint.size > has).order_by(
        AuditCheckpoint.size).limit(1))
    return Standing(witness.name, witness.kind, anchor, failed, waiting is not None and now() - waiting > late_after)
