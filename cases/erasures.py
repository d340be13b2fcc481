"""How erasures stand, read from the log: what was proposed and by whom, what was released, how far it has come."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select

from audit.events import Recorded, parse
from audit.models import AuditEvent, AuditTx
from audit.retention import counted
from database import db
from database.types import now

STILL = 30  # seconds without a value erased, after which an erasure is no longer taken to be under way
SHOWN = 50  # proposals, newest first


@dataclass(frozen=True)
class Erasure:
    """A proposal, and the event of its release where there is one; `after`: id of that event."""

    proposed: Recorded
    released: Recorded | None = None
    after: int | None = None

    @property
    def public_id(self) -> str:
        return str(self.proposed.data["erasure"])

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.proposed.data["as_of"])

    @property
    def total(self) -> int:
        """Values: released, or proposed as long as none are."""
        return sum((self.released or self.proposed).data["counts"].values())


@dataclass(frozen=True)
class Progress:
    """state: waiting (for the second person), running, failed (broken off) or done; done, total: values."""

    state: str
    done: int
    total: int


def erasures() -> list[Erasure]:
    """Newest first, SHOWN at most."""
    found = dict[str, Erasure]()
    for event_id, kind, read in _events():
        name = read.data["erasure"]
        if kind == "ErasureProposed":
            found[name] = Erasure(read)
        elif name in found:
            found[name] = replace(found[name], released=read, after=event_id)
    return list(reversed(found.values()))[:SHOWN]


def erasure_of(public_id: str) -> Erasure:
    """Raises LookupError."""
    found: Erasure | None = None
    for event_id, kind, read in _events():
        if read.data["erasure"] != public_id:
            continue
        if kind == "ErasureProposed":
            found = Erasure(read)
        elif found is not None:
            found = replace(found, released=read, after=event_id)
    if found is None:
        raise LookupError(public_id)
    return found


def _events() -> Iterator[tuple[int, str, Recorded]]:
    query = select(AuditEvent.id, AuditEvent.type, AuditEvent.canonical).where(
        AuditEvent.type.in_(("ErasureProposed", "ErasureReleased"))).order_by(AuditEvent.id)
    for event_id, kind, canonical in db.session.execute(query):
        yield event_id, kind, parse(bytes(canonical))


def progress(erasure: Erasure) -> Progress:
    """Counted by the events of what was erased since the release."""
    if erasure.released is None:
        return Progress("waiting", 0, erasure.total)
    since = (AuditEvent.type == "PersonalErased", AuditEvent.id > erasure.after, AuditEvent.on == erasure.as_of)
    done = db.session.scalar(select(func.count()).where(*since)) or 0
    last = db.session.scalar(select(func.max(AuditTx.recorded_at)).join(AuditEvent).where(*since))
    heard = last or erasure.released.meta.recorded_at
    if done < erasure.total and now() - heard <= timedelta(seconds=STILL):
        return Progress("running", done, erasure.total)
    broken = done < erasure.total and any(True for _ in counted(erasure.as_of))
    return Progress("failed" if broken else "done", done, erasure.total)
