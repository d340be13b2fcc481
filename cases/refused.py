"""A refused command: everything it did is undone, that it was tried is written, and the caller is told by name (R4)."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy.orm import Session

from audit.events import StepRefused
from audit.log import record
from cases.models import Case, Decision
from database import db, transaction
from staff.actor import Actor
from workflows.transition import Refusal, TransitionRefused


def refuse(code: str, article: str = "", **detail: object) -> TransitionRefused:
    """The exception for a single refusal."""
    return TransitionRefused((Refusal(code, detail, article),))


@contextmanager
def attempt(command: str, actor: Actor, on: date, *, case_id: int | None = None,
            decision_id: int | None = None) -> Iterator[Session]:
    """One command in one transaction. TransitionRefused undoes it, is recorded in one of its own, and raised again:
    nobody is told of a refusal that is not written."""
    try:
        with transaction() as session:
            yield session
    except TransitionRefused as refused:
        with transaction():
            _write(command, refused, actor, on, case_id, decision_id)
        raise


def _write(command: str, refused: TransitionRefused, actor: Actor, on: date, case_id: int | None,
           decision_id: int | None) -> None:
    decision = db.session.get(Decision, decision_id) if decision_id else None
    case_key = decision.case_id if decision else case_id
    case = db.session.get(Case, case_key, with_for_update=True) if case_key else None
    for refusal in refused.refusals:
        record(
            StepRefused(
                refusal=refusal.code, attempted=command, decision=decision and decision.public_id,
                kind=decision and decision.kind, stage=decision and decision.stage,
                round=decision and decision.round, person=actor.natural_person_id,
                details={key: _plain(value) for key, value in refusal.detail.items()} or None,
            ),
            case=case, actor=actor, on=on, command=command,
            office_path=None if case else actor.office_path or None,  # of no case: the office of who tried
        )


def _plain(value: object) -> str | int | bool | None:
    return value if isinstance(value, str | int | bool) or value is None else ", ".join(map(str, value))
