"""The business date. Only routes, commands and jobs ask for it; everything else is told (`on`)."""
from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

ZONE = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """Today in the agency's zone; `TODAY` in the configuration stands in for it in demonstrations and tests."""
    return current_app.config.get("TODAY") or datetime.now(ZONE).date()


def local_hour() -> int:
    """The hour of the day in the agency's zone, 0 to 23."""
    return datetime.now(ZONE).hour
