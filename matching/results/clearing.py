"""Files that nothing reads any more, cleared away by a rule: each run takes dozens of bytes a case.

Kept are those of open runs and of the last that were applied in an area: the next run starts from the last of them, and
a withdrawal goes back through them (matching/bases.py). A folder no run is known of may be one that is under way or was
killed and is to go on; it is left alone for a week. With the runs go the names of whose signs moved before all of them
(decision 106); with a load that is withdrawn go the keyed hashes of its rows.
"""
from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select

from database import db
from matching.bases import loads_of
from matching.feeds.again import UNSAID
from matching.feeds.models import FeedLoad, FeedResolution
from matching.feeds.store import resolved_folder, rows_folder
from matching.results.models import OPEN, MatchingRun
from matching.store import Store, read_json

KEPT = 3  # applied runs of an area
LEFT_ALONE = 7 * 24 * 3600  # seconds


def clear(store: Store) -> list[str]:
    """Remove what is to go; returns the names of the runs whose files went, in order."""
    kept, known = _kept()
    gone = sorted(name for name in store.runs() if name not in kept and (name in known or _old(store, name)))
    for name in gone:
        store.summary(name).unlink(missing_ok=True)  # from here on nothing starts from it
        for folder in store.folders(name):
            shutil.rmtree(folder, ignore_errors=True)
    _clear_moved(store)
    for name in db.session.scalars(select(FeedLoad.public_id).where(FeedLoad.status == "withdrawn")):
        shutil.rmtree(rows_folder(name), ignore_errors=True)
    return gone


def _clear_moved(store: Store) -> None:
    """A run that starts from an earlier one asks who was moved since; what all that are left know is not asked."""
    plans = [plan for plan in map(read_json, map(store.plan, store.runs())) if plan]
    query = select(FeedResolution.id, FeedResolution.public_id, FeedResolution.load_id)
    for number, name, load in db.session.execute(query):
        folder = resolved_folder() / name
        busy = any(folder.glob("*.parquet")) or (folder / UNSAID).exists()
        if not busy and not any(_asks(plan, number, load) for plan in plans):
            shutil.rmtree(folder, ignore_errors=True)


def _asks(plan: Mapping, number: int, load: int) -> bool:
    known = {earlier for earlier, _ in plan.get("resolved", ())}
    return number not in known and any(one.number == load for one in loads_of(plan))


def _kept() -> tuple[set[str], set[str]]:
    """Names of the runs whose files are kept, and of all runs."""
    kept, known, applied = set[str](), set[str](), dict[str, int]()
    query = select(MatchingRun.directory, MatchingRun.area_path, MatchingRun.status).order_by(MatchingRun.id.desc())
    for name, area, status in db.session.execute(query):
        known.add(name)
        if status == "applied":
            applied[area] = applied.get(area, 0) + 1
        if status in OPEN or status == "applied" and applied[area] <= KEPT:
            kept.add(name)
    return kept, known


def _old(store: Store, name: str) -> bool:
    """Whether nothing was written there for a week."""
    return all(time.time() - _written(folder) > LEFT_ALONE for folder in store.folders(name))


def _written(folder: Path) -> float:
    return max((path.stat().st_mtime for path in (folder, *folder.rglob("*")) if path.exists()), default=0.0)
