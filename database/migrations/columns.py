"""Column types and index conditions as migrations write them: plain ones, which no later change of the models moves."""
from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, LargeBinary, text

TIME = DateTime(timezone=True)
ENCRYPTED = LargeBinary()


def only(condition: str) -> dict[str, Any]:
    """What `op.create_index` is told to index only rows where `condition` holds, on either engine."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
