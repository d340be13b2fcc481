"""Which loads of feeds count for an area."""
from __future__ import annotations

from sqlalchemy import select

from database import db
from matching.feeds.models import FeedLoad


def loads_in_force(area: str) -> list[FeedLoad]:
    """Of the area, of those above it and below it."""
    query = select(FeedLoad).where(FeedLoad.status == "loaded").order_by(FeedLoad.id)
    return [load for load in db.session.scalars(query)
            if load.area_path.startswith(area) or area.startswith(load.area_path)]
