"""What a good row becomes when it is nobody's case yet: the state it comes in with, and since when."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from cases.imports.rows import Record
from cases.imports.taken import Row
from cases.moves import workflow_actor
from cases.periods import Benefit, cycle
from rules import Rules
from staff.actor import Actor
from workflows.case_lifecycle import PAID
from workflows.deadlines import Cycle, first_open_month
from workflows.transition import Attempt


@dataclass(frozen=True, slots=True)
class Entry:
    """A good row that becomes a case, with all that is decided about it before anything is written."""

    row: Row
    record: Record
    rules: Rules
    cycle: Cycle | None
    state: str
    since: date

    @property
    def withheld_from(self) -> str | None:
        """First month the regular run does not pay."""
        paid = self.state in PAID
        return None if paid else first_open_month(self.since, self.rules.value("pay_run_close_day"))

    def warn_from(self, on: date) -> date | None:
        """F4: who comes in overdue is first told, and has the whole warning period."""
        overdue = self.cycle is not None and self.cycle.due_on < on
        return on if overdue and self.state in PAID else None


def _paying(record: Record, period: Cycle | None, on: date) -> str:
    certified = record.last_certified_on and period and period.due_on >= on
    return "verified" if certified else "pending"


# payment status -> state; what is being paid is verified only with a certification that still counts
STATE_OF: dict[str, Callable[[Record, Cycle | None, date], str]] = {
    "paying": _paying,
    "suspended": lambda *_: "suspended",
    "stopped": lambda *_: "stopped",
    "resumed": lambda *_: "resumed",
    "terminated": lambda *_: "terminated",
}


def _benefit(record: Record) -> Benefit:
    return Benefit(record.benefit_kind, record.granted_on, record.last_certified_on, record.birth_on,
                   dict(record.rates))


def entry(row: Row, record: Record, rules: Rules, on: date) -> Entry:
    """The state a case comes in with, and since when (design.md section 4, enter)."""
    period = cycle(_benefit(record), rules, on)
    state = STATE_OF[record.payment_status](record, period, on)
    since = record.status_since or (record.last_certified_on if state == "verified" else record.granted_on)
    return Entry(row, record, rules, period, state, min(since, on))


def attempt(made: Entry, marked: bool, actor: Actor, on: date) -> Attempt:
    """What the guards of `enter_<state>` read."""
    facts = {"import_released": True, "death_marked": marked}
    return Attempt(workflow_actor(actor), on, reason=made.record.status_reason, facts=facts)
