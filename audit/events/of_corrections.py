"""Events of corrections sent to systems of others after a wrong suspension or stop (SC 27, QD 27)."""
from __future__ import annotations

from datetime import date

from audit.events.base import Event, Words, event


@event("fact")
class CorrectionArose(Event):
    """Found still eligible, or data of a register found wrong (retraction): the system is to be told. `wrong_on`: the
    day that the register spoke of."""

    correction_row: str
    system: str
    reason: str
    decision: str | None = None
    retraction: str | None = None
    wrong_on: date | None = None


@event("fact")
class CorrectionSetAside(Event):
    """That system is not concerned."""

    correction_row: str
    system: str
    note: Words[str]
    person: int | None = None


@event("run")
class CorrectionsSent(Event):
    """Gathered in a file and sent. `again_of`: an earlier sending nobody answered. `corrections`: public ids."""

    sending: str
    system: str
    rows: int
    digest: str
    form: str
    corrections: tuple[str, ...] = ()
    again_of: str | None = None
    person: int | None = None


@event("run")
class CorrectionsReceived(Event):
    """The system says that it has them."""

    sending: str
    system: str
    rows: int
    receipt_no: str
    person: int | None = None
