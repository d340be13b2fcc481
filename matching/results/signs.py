"""How a certification names the row of the feed it rests on, so that a withdrawn feed finds what rests on it."""
from __future__ import annotations

from matching.results.models import ListChange

PREFIX = "feed"


def reference_of(change: ListChange) -> str:
    """Of a change, the reference its certification bears: feed/<load>/<row>."""
    return f"{prefix_of(change.load_id)}{change.row}"


def prefix_of(load_id: int | None) -> str:
    return f"{PREFIX}/{load_id}/"
