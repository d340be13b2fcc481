"""How a promised limit stands on a day, for pages: state in a word, working days left, pauses. Read only."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.limits import counted, open_pause_of, pauses_of
from cases.models import Decision, LimitPause, ServiceLimit
from cases.models.decision import OPEN_STAGES
from cases.working_calendar import working_calendar
from rules import Entry, Rules, rules_by_version, rules_for
from workflows.working_days import Calendar, add_working_days, days_used, working_days_between

REPORT = "service_working_days.loss_report"
REPORTS = {"family_report", "unit_report"}


@dataclass(frozen=True)
class Standing:
    """state: running, soon, overdue, paused, kept or late; left: working days left, below nothing once overdue; None
    where the decision is closed. due_on is None while paused."""

    state: str
    due_on: date | None
    left: int | None
    provisional: bool


@dataclass(frozen=True)
class Report:
    """By when a loss was to be reported, and whether it was reported later."""

    due_on: date
    late: bool
    provisional: bool
    basis: str


@dataclass(frozen=True)
class LimitView:
    """house: the rule by which the house applies it, None where an article does; pause: the one that lasts."""

    limit: ServiceLimit
    standing: Standing
    house: Entry | None
    pause: LimitPause | None
    reasons: tuple[str, ...]


def limit_view(decision: Decision, on: date) -> LimitView | None:
    """None where nothing is promised for the decision, or not from an act already done."""
    limit = decision.limit
    if limit is None:
        return None
    rules = rules_by_version(decision.rules_version)
    return LimitView(limit, standing_of(decision, on), None if limit.by_article else _house(decision, rules),
                     open_pause_of(limit), rules.chosen("pause_reasons"))


def _house(decision: Decision, rules: Rules) -> Entry:
    row = rules.entry(f"promised_limits.{decision.kind}")
    return row if row.house else rules.entry(f"service_working_days.{row.value['service']}")


def standing_of(decision: Decision, on: date) -> Standing:
    """Of a decision that has a limit."""
    limit, calendar = decision.limit, working_calendar()
    if decision.stage not in OPEN_STAGES:
        late = limit.due_on is not None and decision.closed_on > limit.due_on
        return Standing("late" if late else "kept", limit.due_on, None, limit.provisional)
    if limit.due_on is None:
        left = limit.working_days - days_used(calendar, limit.started_on, on, pauses_of(limit))
        return Standing("paused", None, left, False)
    return running(limit.due_on, limit.provisional, on, calendar, warning_days(decision.rules_area, on))


def listed(row: Any, on: date, calendar: Calendar) -> Standing | None:
    """Of a row of a list that has limit_of, limit_due_on, limit_provisional and rules_area; None without a limit."""
    if row.limit_of is None:
        return None
    if row.limit_due_on is None:
        return Standing("paused", None, None, False)
    return running(row.limit_due_on, row.limit_provisional, on, calendar, warning_days(row.rules_area, on))


def running(due_on: date, provisional: bool, on: date, calendar: Calendar, warning: int) -> Standing:
    """Of an open decision whose limit is not paused. `warning`: working days before the end."""
    left = working_days_between(calendar, on, due_on)
    state = "overdue" if due_on < on else "soon" if left <= warning else "running"
    return Standing(state, due_on, left, provisional)


def warning_days(area: str, on: date) -> int:
    return int(rules_for(area, on).value("limit_warning_working_days"))


def latest_soon(calendar: Calendar, area: str, on: date) -> date:
    """The last due day that counts as near on `on`."""
    return add_working_days(calendar, on, warning_days(area, on))


def report_of(decision: Decision) -> Report | None:
    """Of a mark of death proposed on the word of family or unit; the others owe no report (令765 art. 25)."""
    brought = {bound.evidence.kind for bound in decision.evidence}
    if decision.kind != "mark_death" or not brought & REPORTS or not decision.fields.get("died_on"):
        return None
    entry, calendar = rules_by_version(decision.rules_version).entry(REPORT), working_calendar()
    died_on = date.fromisoformat(decision.fields["died_on"])
    due_on = add_working_days(calendar, died_on, entry.value)
    return Report(due_on, decision.opened_on > due_on, calendar.is_provisional(died_on, due_on), entry.basis)


def working_days_left(due_on: date, on: date) -> int:
    """Of a day that is set otherwise than in working days; below nothing once it has passed."""
    return working_days_between(working_calendar(), on, due_on)


def is_as_counted(limit: ServiceLimit, calendar: Calendar) -> bool:
    """Whether the row says what calendar and pauses give."""
    return (limit.due_on, limit.provisional) == counted(limit, calendar)
