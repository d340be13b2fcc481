"""A batch of cases moved at once: what the single path would write case by case, gathered and written set by set.

Steps, events, tasks and notices are made by the functions of the single path (cases/moves.py, cases/verification.py,
cases/notices.py); only the reading and the writing is for many. The cases are locked and judged before they come here.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, func, update

from audit.events import Event, NoticesQueued, VerificationEscalated
from audit.log import record_of_locked
from cases import money, notices
from cases.ages import begin_period
from cases.benefit_months import changed, months_to_withhold
from cases.bulk_reading import CaseRead, Filed, Offices, last_steps, queued
from cases.certifications import of_certifying, rolled_forward, told_of
from cases.gathering import batch_of, gathered
from cases.models import (
    BenefitMonth,
    Case,
    CaseTransition,
    Certification,
    Notice,
    SuspensionBatch,
    SuspensionRow,
    VerificationTask,
)
from cases.moves import event_of, step_columns, take_row
from cases.verification import answered_by_life, task_columns, task_finished, task_opened
from database import db
from database.many import among, insert_many
from database.types import public_id
from staff.actor import SYSTEM
from workflows.case_lifecycle import CASE

COLUMNS = ("last_certified_on", "period_start", "due_on", "warn_from", "state", "state_since", "state_reason",
           "state_basis", "rules_version", "withheld_from", "task_open")
TASK = ("escalated_on",)  # what not every task opened has
MONTH = ("case_id", "month", "owed", *money.AMOUNTS)


class Batch:
    """Cases locked and read: what is changed on them is written by `write`."""

    def __init__(self, cases: Sequence[CaseRead], offices: Offices, on: date) -> None:
        self.cases, self.on, self._offices = cases, on, offices
        self._before = {case.id: (_columns(case), case.case_seq) for case in cases}
        self._steps = last_steps(self.ids)
        self._events: dict[int, list[Event]] = defaultdict(list)
        self._transitions: list[tuple[Event, dict[str, Any]]] = []
        self._tasks: list[dict[str, Any]] = []
        self._notices: list[tuple[CaseRead, dict[str, Any]]] = []
        self._escalated: list[int] = []
        self._to_visit: list[int] = []
        self._months: list[BenefitMonth] = []
        self._filed: dict[str, Filed] = {}
        self._answered: list[int] = []
        self._gathering: dict[str, SuspensionBatch] = {}
        self._gathered: list[dict[str, Any]] = []

    @property
    def ids(self) -> list[int]:
        return [case.id for case in self.cases]

    def move(self, case: CaseRead, action: str, reason: str | None = None, **details: object) -> str:
        """One row of the table; returns its basis as letters cite it."""
        row = CASE.row(case.state, action)
        if row is None:
            raise LookupError(f"{action} from {case.state}")
        before = take_row(case, row, self.on, reason)
        step = self._steps[case.id] = self._steps.get(case.id, 0) + 1
        taken = {"before": before, "on": self.on, "reason": reason}
        columns = step_columns(case, row, step, **taken)
        happened = event_of(case, row, step, **taken, **details)
        self._transitions.append((happened, columns))
        self._events[case.id].append(happened)
        return str(columns["basis"])

    def withhold(self) -> None:
        """The months withheld whose run is closed, of all cases of the batch."""
        self._months = months_to_withhold(self.cases)
        for month in self._months:
            self._events[month.case_id].append(changed(month, "withheld"))

    def begin_period(self, case: CaseRead) -> str:
        """The first period the rules give the case; returns the basis as letters cite it."""
        happened, basis = begin_period(case, self.on)
        self._events[case.id].append(happened)
        return basis

    def gather(self, case: CaseRead) -> None:
        """Put the case in its office's batch of the month."""
        path = case.office_path
        if path not in self._gathering:
            self._gathering[path] = batch_of(path, case.scheme, self.on)
        batch = self._gathering[path]
        self._gathered.append({"batch_id": batch.id, "case_id": case.id, "period_due_on": case.due_on})
        self._events[case.id].append(gathered(batch, case.due_on))

    def open_task(self, case: CaseRead, cause: str) -> str:
        """For cases without an open one. Returns the public id of the task."""
        columns = task_columns(case, cause, self.on)
        self._tasks.append(columns)
        case.task_open = True
        self._events[case.id].append(task_opened(case, columns["public_id"], cause, columns["due_on"]))
        return str(columns["public_id"])

    def certify(self, case: CaseRead, row: Filed, task: Row[Any] | None) -> None:
        """By a source (SC 33). `row`: the same for every benefit of the person; `task`: open, answered by it."""
        if not row.on_file:
            self._filed[row.public_id] = row
        self._events[case.id].append(rolled_forward(case, row, self.on))
        if task and answered_by_life(task):
            self._answered.append(task.id)
            case.task_open = False
            self._events[case.id].append(task_finished(task, "eligible", None, None, SYSTEM))
        self.move(case, "certify", **of_certifying(case, row))
        self.notify(case, *told_of(case, row))

    def escalate(self, case: CaseRead, task: Row[Any]) -> None:
        self._escalated.append(task.id)
        self._events[case.id].append(escalated(case, task.public_id, task.cause, task.due_on))

    def visit(self, case: CaseRead, task: Row[Any]) -> None:
        """The open task is a home visit from now on; its first cause stays in the log."""
        self._to_visit.append(task.id)
        self._events[case.id].append(escalated(case, task.public_id, "home_visit", task.due_on))

    def open_escalated(self, case: CaseRead, cause: str) -> None:
        """A task that is everybody's from the first day."""
        self.open_task(case, cause)
        columns = self._tasks[-1]
        columns["escalated_on"] = self.on
        self._events[case.id].append(escalated(case, columns["public_id"], cause, columns["due_on"]))

    def notify(self, case: CaseRead, kind: str, once: str, facts: Mapping[str, Any]) -> None:
        """One notice for each channel that reaches the person; `once` as for notices.queue."""
        content = notices.content_of(case, kind, on=self.on, facts=facts, office=self._offices.of_case(case))
        ids = {channel: public_id() for channel in notices.channels_of(case, kind)}
        self._notices += [(case, {"public_id": one, "case_id": case.id, "kind": kind, "channel": channel,
                                  "once_key": f"{once}/{channel}", "content": content, "on": self.on})
                          for channel, one in ids.items()]
        self._events[case.id].append(NoticesQueued(kind=kind, notices=ids, once=once))

    def write(self, command: str) -> None:
        """Everything gathered, in the caller's transaction."""
        self._drop_known_notices()
        ids, session = self._record(command), db.session()
        insert_many(session, CaseTransition, [
            {**columns, "event_id": ids[id(happened)]} for happened, columns in self._transitions])
        insert_many(session, BenefitMonth, [
            {name: getattr(month, name) for name in MONTH} for month in self._months])
        insert_many(session, VerificationTask, [dict.fromkeys(TASK) | columns for columns in self._tasks])
        insert_many(session, Certification, [row.columns(self.on) for row in self._filed.values()])
        self._update_tasks(self._answered, status="finished", outcome="eligible", finished_on=self.on)
        messages = notices.message_ids_of(columns["once_key"] for _, columns in self._notices)
        insert_many(session, Notice, [columns | {"message_id": message} for (_, columns), message in
                                      zip(self._notices, messages, strict=True)])
        insert_many(session, SuspensionRow, self._gathered)
        self._update_tasks(self._escalated, escalated_on=self.on)
        self._update_tasks(self._to_visit, cause="home_visit",
                           escalated_on=func.coalesce(VerificationTask.escalated_on, self.on))
        self._update_cases()

    def _drop_known_notices(self) -> None:
        """A notice queued before is not queued again (S6)."""
        keys = [columns["once_key"] for _, columns in self._notices]
        known = queued(keys) if keys else set()
        if known:
            dropped = {columns["public_id"] for _, columns in self._notices if columns["once_key"] in known}
            self._notices = [one for one in self._notices if one[1]["public_id"] not in dropped]
            for case_id, happened in self._events.items():
                self._events[case_id] = [one for one in (_without(one, dropped) for one in happened) if one]

    def _record(self, command: str) -> dict[int, int]:
        """id() of an event -> id of its row; the events of a case stand together, in their order."""
        rows = [(one, case) for case in self.cases for one in self._events.get(case.id, ())]
        written = record_of_locked(rows, actor=SYSTEM, on=self.on, command=command)
        return {id(one): row for (one, _), row in zip(rows, written, strict=True)}

    def _update_tasks(self, ids: list[int], **values: Any) -> None:
        if ids:
            db.session.execute(update(VerificationTask.__table__).where(among(VerificationTask.id, ids)).values(values))

    def _update_cases(self) -> None:
        """One statement for all cases that changed in the same way; the version moves with what is shown of a case."""
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for case in self.cases:
            (before, seq), after = self._before[case.id], _columns(case)
            changed_now = tuple(one for one in zip(COLUMNS, before, after, strict=True) if one[1] != one[2])
            if changed_now or case.case_seq != seq:
                groups[tuple((name, new) for name, _, new in changed_now), case.case_seq - seq].append(case.id)
        for (changes, events), ids in groups.items():
            counted = {"version": Case.version + 1} if changes else {}
            db.session.execute(update(Case.__table__).where(among(Case.id, ids))
                               .values(dict(changes) | counted | {"case_seq": Case.case_seq + events}))


def escalated(case: Case | CaseRead, task: str, cause: str, due_on: date) -> VerificationEscalated:
    """The event of a task that the county itself is to see to. `task`: public id."""
    return VerificationEscalated(task=task, cause=cause, due_on=due_on, escalated_to=case.office_path)


def _without(happened: Event, dropped: Collection[str]) -> Event | None:
    """The event without those notices; nothing where none is left."""
    if not isinstance(happened, NoticesQueued) or dropped.isdisjoint(happened.notices.values()):
        return happened
    left = {channel: one for channel, one in happened.notices.items() if one not in dropped}
    return replace(happened, notices=left) if left else None


_columns = attrgetter(*COLUMNS)
