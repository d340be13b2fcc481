"""Events for the log's measurements: each of a case, column by column."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from audit.events import SignedOut, canonical_many, digest
from audit.places import uids

ON = date(2026, 3, 15)


def columns(tx: str, at: datetime, first: int, count: int, case_ids: int) -> dict[str, Any]:
    """Of `audit_event`: events of as many cases, from position `first` of the transaction. case_ids: of position 0."""
    happened = [SignedOut(account=f"account {number}") for number in range(first, first + count)]
    cases = [f"{tx[12:28]}{number:010d}" for number in range(first, first + count)]
    own = {"uid": uids(count), "position": list(range(first, first + count)), "case_seq": [1] * count}
    around = {"tx": tx, "command": "bench", "actor": "SYSTEM", "on": ON, "recorded_at": at, "case": cases,
              "office": "51/5101/510104/"}
    written = canonical_many(happened, around | own)
    ids = list(range(case_ids + first, case_ids + first + count))
    return own | {"type": "SignedOut", "actor": "SYSTEM", "on": ON, "case_id": ids, "office_path": around["office"],
                  "canonical": written, "digest": list(map(digest, written))}
