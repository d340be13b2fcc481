"""When nobody is called or messaged: hours of the night that the rules of an office name."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from cases.models import Case, Notice
from database import db
from rules import RulesNotInForce, rules_for

DISTURBING = ("sms",)  # channels that ring


def quiet_offices(on: date, hour: int) -> frozenset[str]:
    """Paths of responsible offices with short messages in the queue, where `hour` (0-23) is quiet."""
    queued = (select(Case.office_path).join(Notice, Notice.case_id == Case.id)
              .where(Notice.status == "queued", Notice.channel.in_(DISTURBING)).distinct())
    paths = db.session.scalars(queued).all()
    db.session.rollback()
    return frozenset(path for path in paths if is_quiet(path.rstrip("/").rsplit("/", 1)[-1], on, hour))


def is_quiet(area: str, on: date, hour: int) -> bool:
    try:
        hours = rules_for(area, on).value("quiet_hours")
    except RulesNotInForce:
        return True  # not known: nobody is woken
    begins, ends = hours["from_hour"], hours["until_hour"]
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends
