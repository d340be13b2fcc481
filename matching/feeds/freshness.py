"""How fresh each source is for a reader's area: when it last came, how much, whether it has gone silent. Read only."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from database import db
from matching.feeds.models import FeedLoad
from rules.feeds import Source, catalogue
from staff.actor import Actor, in_area

STATES = ("silent", "due", "fresh", "never")


@dataclass(frozen=True)
class Fresh:
    """state: fresh; due (its time has come); silent (longer than it may be); never. rows: of all loads in force;
    last_on: the last day anything it said is about."""

    source: Source
    state: str
    loaded_on: date | None = None
    last_on: date | None = None
    loads: int = 0
    rows: int = 0
    quarantined: int = 0


def freshness(actor: Actor, on: date, roles: Iterable[str] | None = None) -> list[Fresh]:
    """Every source of the catalogue, the silent ones first."""
    query = in_area(
        select(FeedLoad.source, func.max(FeedLoad.loaded_on), func.max(FeedLoad.last_on), func.count(),
               func.sum(FeedLoad.rows), func.sum(FeedLoad.quarantined))
        .where(FeedLoad.status == "loaded", FeedLoad.from_source()),
        actor, FeedLoad.area_path, roles).group_by(FeedLoad.source)
    found = {row[0]: row[1:] for row in db.session.execute(query)}
    rows = [_fresh(source, found.get(key), on) for key, source in catalogue().sources.items()]
    return sorted(rows, key=lambda one: STATES.index(one.state))


def _fresh(source: Source, found: tuple | None, on: date) -> Fresh:
    if found is None:
        return Fresh(source, "never")
    loaded_on, last_on, loads, rows, quarantined = found
    return Fresh(source, state_of(source, loaded_on, on), loaded_on, last_on, loads, int(rows), int(quarantined))


def state_of(source: Source, loaded_on: date, on: date) -> str:
    if on > loaded_on + timedelta(source.silent_after_days):
        return "silent"
    return "due" if on > loaded_on + timedelta(source.every_days) else "fresh"
