"""Which places of the log an export needs: of its events, of what completes their cases, and of the last heads."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from audit.models import AuditEntry, AuditEvent

AT_ONCE = 500
OWN, OUTSIDE, TAIL = 0, 1, 2
HEADS = '%"kind":"heads"%'


@dataclass(frozen=True)
class Placed:
    """An entry at its place; `event`: the row of the selection, None for one that only completes."""

    place: int
    entry: str
    event_id: int | None
    canonical: bytes | None


class Chosen:
    """The events of `selection` that have a place below `size`.

    whole: each of their cases is shown from its first event to its last; else from its first to its last chosen one.
    """

    def __init__(self, session: Session, selection: Select[tuple[AuditEvent]], size: int, *, whole: bool) -> None:
        self.session, self.size, self.whole = session, size, whole
        self._own = selection.with_only_columns(
            AuditEvent.id.label("id"), AuditEvent.case_id.label("case_id"), AuditEvent.case_seq.label("case_seq"),
        ).order_by(None).subquery()
        self.heads = self._last_heads()

    def _last_heads(self) -> int | None:
        query = select(func.max(AuditEntry.place)).where(
            AuditEntry.event_id.is_(None), AuditEntry.place < self.size, AuditEntry.entry.like(HEADS))
        return self.session.scalar(query)

    def count(self) -> int:
        """How many events."""
        own = self._own
        query = select(func.count()).select_from(own).join(AuditEntry, AuditEntry.event_id == own.c.id)
        return self.session.scalar(query.where(AuditEntry.place < self.size)) or 0

    def rows(self) -> Iterator[list[Placed]]:
        """In the order of places, some hundreds at a time."""
        places = union_all(*self._parts()).subquery()
        query = (select(places.c.place, places.c.how, AuditEntry.entry, AuditEvent.id, AuditEvent.canonical)
                 .join(AuditEntry, AuditEntry.place == places.c.place)
                 .outerjoin(AuditEvent, and_(AuditEvent.id == AuditEntry.event_id, places.c.how == OWN))
                 .order_by(places.c.place, places.c.how))
        last = -1
        found = self.session.execute(query.execution_options(yield_per=AT_ONCE))
        for part in found.partitions():
            rows = []
            for place, _how, entry, event_id, canonical in part:
                if place != last:
                    rows.append(Placed(place, entry, event_id, canonical))
                last = place
            yield rows

    def _parts(self) -> list[Any]:
        parts = [self._own_places(), self._outside()]
        if self.whole and self.heads is not None:
            parts.append(select(AuditEntry.place, literal(TAIL)).where(
                AuditEntry.place >= self.heads, AuditEntry.place < self.size))
        return parts

    def _own_places(self) -> Any:
        own = self._own
        return (select(AuditEntry.place.label("place"), literal(OWN).label("how"))
                .join(own, own.c.id == AuditEntry.event_id).where(AuditEntry.place < self.size))

    def _outside(self) -> Any:
        """Events of the same cases that were not chosen: their entries show that none is missing."""
        own, spans = self._own, self._spans()
        inside = own.alias("inside")
        of_case = AuditEvent.case_id == spans.c.case_id
        between = AuditEvent.case_seq.between(spans.c.first, spans.c.last)
        return (select(AuditEntry.place, literal(OUTSIDE))
                .join(AuditEvent, AuditEvent.id == AuditEntry.event_id)
                .join(spans, of_case if self.whole else and_(of_case, between))
                .outerjoin(inside, inside.c.id == AuditEvent.id)
                .where(AuditEntry.place < self.size, inside.c.id.is_(None)))

    def _spans(self) -> Any:
        own = self._own
        return (select(own.c.case_id, func.min(own.c.case_seq).label("first"), func.max(own.c.case_seq).label("last"))
                .where(own.c.case_id.is_not(None)).group_by(own.c.case_id).subquery())

    def cases(self) -> Iterator[str]:
        """Public ids of the cases, each once."""
        table, own = AuditEvent.metadata.tables["cases"], self._own
        query = select(table.c.public_id).where(table.c.id.in_(select(own.c.case_id)))
        yield from self.session.scalars(query.execution_options(yield_per=10 * AT_ONCE))
