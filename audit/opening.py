"""The row of a transaction in the log and the one that makes it wait for its place: together, in one round trip."""
from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, bindparam, false, insert, literal, select
from sqlalchemy.orm import Session

from audit.models import AuditPending, AuditTx

_TX, _PENDING = AuditTx.__table__, AuditPending.__table__
_ROW = insert(_TX).values({name: bindparam(f"tx_{name}") for name in ("uid", "command", "actor", "on", "recorded_at")})
_MADE = _ROW.returning(_TX.c.id).cte("made")
_BOTH = insert(_PENDING).from_select(
    ["tx_id", "bulk", "done"], select(_MADE.c.id, false(), literal(0, Integer))).returning(_PENDING.c.tx_id)


def begin(session: Session, row: dict[str, Any]) -> int:
    """Write the row of AuditTx; returns its id."""
    given = {f"tx_{name}": value for name, value in row.items()}
    if session.get_bind().dialect.name == "postgresql":
        return session.execute(_BOTH, given).scalar_one()
    made = session.execute(_ROW.returning(_TX.c.id), given).scalar_one()
    session.execute(insert(_PENDING).values(tx_id=made))
    return made
