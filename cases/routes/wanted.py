"""What the list of cases is asked for: the fields of an address or a form as a question, and in words."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from cases.figures import latest_start
from cases.search import Wanted
from workflows.deadlines import first_day

FILTERS = ("text", "state", "scheme", "benefit", "reason", "due_month", "due_from", "due_before", "office", "person",
           "paid", "not_passed", "elapsed_from", "elapsed_below")
T = TypeVar("T")
PERSONAL = ("text", "person")  # what the log keeps of these is only that they were used


def given_in(sent: Mapping[str, str]) -> dict[str, str]:
    """The filters that were filled in."""
    return {name: sent[name].strip() for name in FILTERS if sent.get(name, "").strip()}


def wanted(given: Mapping[str, str], on: date) -> Wanted:
    """The question on the day `on`. A date, month or number that cannot be read filters nothing."""
    longest, shortest = _read(int, given.get("elapsed_below")), _read(int, given.get("elapsed_from"))
    plain = {name: value for name, value in given.items() if not name.startswith("elapsed_")}
    return Wanted(**{**plain, "due_from": _read(date.fromisoformat, given.get("due_from")),
                     "due_before": _read(date.fromisoformat, given.get("due_before")),
                     "due_month": given.get("due_month") if _read(first_day, given.get("due_month")) else None,
                     "started_by": latest_start(on, shortest) if shortest is not None else None,
                     "started_after": latest_start(on, longest) if longest is not None else None})


def selection(given: Mapping[str, str], form: str) -> dict[str, str]:
    """The question as the log keeps it."""
    return {name: "*" if name in PERSONAL else value for name, value in given.items()} | {"format": form}


def _read(reader: Callable[[str], T], text: str | None) -> T | None:
    try:
        return reader(text) if text else None
    except (ValueError, OverflowError):
        return None
