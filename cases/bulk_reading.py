"""Cases as a batch has them: the columns that steps, events, tasks and notices are made of, under the same names.

The functions of the single path read and write them as they do a Case; nothing here is watched by a session.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select

from cases.models import BenefitRate, Case, CaseTransition, Notice, Pensioner, VerificationTask
from database import db
from database.many import among
from database.types import has_text
from staff.models import Office

LOCKED = "ids"  # the parameter of a query about cases already locked


@dataclass(frozen=True)
class Offices:
    """Every office, read once a run."""

    by_path: Mapping[str, Office]
    by_id: Mapping[int, Office]

    def of_case(self, case: CaseRead) -> Office:
        """The responsible one, or else the one that pays."""
        return self.by_path.get(case.office_path) or self.by_id[case.paying_office_id]


@dataclass(slots=True)
class PersonRead:
    """address, phone: whether there is one."""

    address: bool
    phone: bool
    phone_failed_on: date | None
    birth_on: date
    residence_office: Office | None


@dataclass(slots=True)
class CaseRead:
    """The columns that Case has under these names, in the order in which they are read."""

    id: int
    public_id: str
    case_no: str
    pensioner_id: int
    scheme: str
    benefit_kind: str
    paying_office_id: int
    office_path: str
    granted_on: date
    last_certified_on: date | None
    state: str
    state_since: date
    state_reason: str | None
    state_basis: str | None
    rules_version: str
    task_open: bool
    period_start: date | None
    due_on: date | None
    warn_from: date | None
    withheld_from: str | None
    case_seq: int
    pensioner: PersonRead
    rates: Sequence[Row[Any]] = field(default=())


@dataclass(frozen=True)
class Filed:
    """A certification by a source, as its row has it; `on_file`: it was there before."""

    public_id: str
    pensioner_id: int
    method: str
    evidence_on: date
    source_ref: str
    on_file: bool = False

    def columns(self, on: date) -> dict[str, Any]:
        return {"public_id": self.public_id, "pensioner_id": self.pensioner_id, "method": self.method,
                "evidence_on": self.evidence_on, "source_ref": self.source_ref, "evidence_id": None, "status": "valid",
                "submitted_on": on, "submitted_by": None, "reviewed_by": None, "decision_id": None}


_COLUMNS = tuple(name for name in CaseRead.__dataclass_fields__ if name not in ("pensioner", "rates"))


def reading() -> Select[Any]:
    """Of the cases whose ids are given as LOCKED, in their order; conditions are the caller's to add.

    Their persons are read by keys afterwards: how many of the cases a condition leaves is a guess, and a planner that
    guesses few reads every person for each of them.
    """
    return select(*(getattr(Case, name) for name in _COLUMNS)).where(among(Case.id, name=LOCKED)).order_by(Case.id)


def cases_of(rows: Sequence[Row[Any]], offices: Offices) -> list[CaseRead]:
    """Rows of `reading` with their persons and rates."""
    rates, persons = _rates([row.id for row in rows]), _persons([row.pensioner_id for row in rows], offices)
    return [CaseRead(*row, persons[row.pensioner_id], rates[row.id]) for row in rows]


def _persons(ids: Sequence[int], offices: Offices) -> dict[int, PersonRead]:
    query = select(Pensioner.id, has_text(Pensioner.address), has_text(Pensioner.phone), Pensioner.phone_failed_on,
                   Pensioner.birth_on, Pensioner.residence_office_id).where(among(Pensioner.id, sorted(set(ids))))
    return {one: PersonRead(address, phone, failed_on, born_on, residence and offices.by_id[residence])
            for one, address, phone, failed_on, born_on, residence in db.session.execute(query)}


def _rates(ids: Sequence[int]) -> Mapping[int, list[Row[Any]]]:
    query = select(BenefitRate.case_id, BenefitRate.since_month, BenefitRate.monthly_fen).where(
        among(BenefitRate.case_id, ids)).order_by(BenefitRate.case_id, BenefitRate.since_month)
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.case_id].append(row)
    return found


def last_steps(ids: Sequence[int]) -> dict[int, int]:
    """Case id -> number of its last step."""
    query = select(CaseTransition.case_id, func.max(CaseTransition.step)).where(among(CaseTransition.case_id, ids))
    return dict(db.session.execute(query.group_by(CaseTransition.case_id)).all())


def open_tasks(ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Case id -> id, public_id, cause, due_on and objection_id of its open task."""
    query = select(VerificationTask.id, VerificationTask.public_id, VerificationTask.case_id, VerificationTask.cause,
                   VerificationTask.due_on, VerificationTask.objection_id).where(VerificationTask.status == "open",
                                                  among(VerificationTask.case_id, ids))
    return {task.case_id: task for task in db.session.execute(query)}


def queued(keys: Sequence[str]) -> set[str]:
    """Those keys under which a notice was queued before."""
    return set(db.session.scalars(select(Notice.once_key).where(among(Notice.once_key, keys, item=str))))
