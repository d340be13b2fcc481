"""The monthly duty of matching (QD 15) is met by a run that was released: shown among the duties of an office."""
from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import or_, select

from cases.duties.met import Months, met_by
from cases.ledgers.place import within
from database import db
from matching.results.due import DONE
from matching.results.models import MatchingRun
from staff.models import Office


@met_by("matching")
def matched(path: str, _on: date) -> Months:
    """Path of a city at or below `path` -> months whose run over it, or over an area around it, was released."""
    codes = path.rstrip("/").split("/")
    around = ["/".join(codes[:n]) + "/" for n in range(1, len(codes))]
    runs = db.session.execute(select(MatchingRun.area_path, MatchingRun.month).where(
        MatchingRun.status.in_(DONE), or_(within(MatchingRun.area_path, path), MatchingRun.area_path.in_(around))))
    cities = list(db.session.scalars(select(Office.path).where(within(Office.path, path), Office.level == "city")))
    found: defaultdict[str, set[str]] = defaultdict(set)
    for area, month in runs:
        for city in cities:
            if city.startswith(area):
                found[city].add(month)
    return found
