"""What the pages of feeds show: loads of the reader's area, volumes by month, a run's progress. Read only."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, func, select

from database import db
from database.jobs import Progress
from database.jobs import progress_of as progress
from matching.feeds.jobs import SILENT, job_of
from matching.feeds.models import FeedLoad
from staff.actor import Actor, in_area
from workflows.deadlines import add_months, month_of, months_through

PAGE, SHOWN_MONTHS = 30, 12
FATES = ("loaded", "unchanged", "duplicate", "quarantined")


def loads_of(actor: Actor, roles: Iterable[str], source: str | None = None, before: str | None = None
             ) -> list[FeedLoad]:
    """Newest first, PAGE + 1 at most. before: public id of the last one shown."""
    query = in_area(select(FeedLoad), actor, FeedLoad.area_path, roles)
    if source:
        query = query.where(FeedLoad.source == source)
    if last := before and load_of(actor, roles, before):
        query = query.where(FeedLoad.id < last.id)
    return list(db.session.scalars(query.order_by(FeedLoad.id.desc()).limit(PAGE + 1)))


def load_of(actor: Actor, roles: Iterable[str], public_id: str) -> FeedLoad | None:
    """None for a load that does not exist or lies outside the area: the same answer (A1)."""
    query = select(FeedLoad).where(FeedLoad.public_id == public_id)
    return db.session.scalar(in_area(query, actor, FeedLoad.area_path, roles))


def volumes(actor: Actor, roles: Iterable[str], on: date, source: str | None = None) -> dict[str, list]:
    """Fate of rows -> rows in each month shown, by the day of the load; `months` beside them."""
    first = add_months(on.replace(day=1), 1 - SHOWN_MONTHS)
    months = months_through(month_of(first), month_of(on))
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for day, *rows in db.session.execute(_by_day(actor, roles, first, source)):
        for fate, number in zip(FATES, rows, strict=True):
            found[fate][month_of(day)] += int(number)
    return {"months": months} | {fate: [found[fate][month] for month in months] for fate in FATES}


def _by_day(actor: Actor, roles: Iterable[str], first: date, source: str | None) -> Select:
    columns = (func.sum(getattr(FeedLoad, fate)) for fate in FATES)
    query = select(FeedLoad.loaded_on, *columns).where(FeedLoad.status == "loaded", FeedLoad.from_source(),
                                                      FeedLoad.loaded_on >= first)
    if source:
        query = query.where(FeedLoad.source == source)
    return in_area(query, actor, FeedLoad.area_path, roles).group_by(FeedLoad.loaded_on)


def progress_of(load: FeedLoad, title: str) -> Progress | None:
    """The run that is under way; None when none is. An interrupted one has failed, and can be gone on with."""
    job = job_of(load) if load.status == "staging" else None
    return progress(job, title, SILENT) if job else None
