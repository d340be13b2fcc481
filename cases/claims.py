"""Claiming a waiting decision or a verification task and putting it back: whose desk it lies on, no right."""
from __future__ import annotations

from datetime import date

from audit import events
from audit.log import record
from cases.decisions import lock_decision
from cases.models import Decision, VerificationTask
from cases.refused import attempt, refuse
from cases.verification import lock_task, may_verify
from database import db
from database.types import now
from staff.access import lock_actor
from staff.actor import Actor


def claim(decision_id: int, *, actor: Actor, on: date) -> Decision:
    """Take a waiting decision onto one's own desk; no right is gained by it."""
    with attempt("claim", actor, on, decision_id=decision_id):
        decision, actor = lock_decision(decision_id), lock_actor(actor)
        if decision.claimed_by not in (None, actor.account_id):
            raise refuse("CLAIMED_BY_ANOTHER")
        decision.claimed_by, decision.claimed_at = actor.account_id, now()
        record(events.DecisionClaimed(decision=decision.public_id, kind=decision.kind, round=decision.round,
                                      stage=decision.stage, person=actor.natural_person_id),
               case=decision.case, actor=actor, on=on)
        return decision


def release(decision_id: int, *, actor: Actor, on: date) -> Decision:
    """Put a claimed decision back on the common pile."""
    with attempt("release", actor, on, decision_id=decision_id):
        decision, actor = lock_decision(decision_id), lock_actor(actor)
        if decision.claimed_by != actor.account_id:
            raise refuse("NOT_CLAIMED_BY_YOU")
        decision.claimed_by = decision.claimed_at = None
        record(events.DecisionReleased(decision=decision.public_id, kind=decision.kind, round=decision.round,
                                       stage=decision.stage, person=actor.natural_person_id),
               case=decision.case, actor=actor, on=on)
        return decision


def claim_task(task_id: int, *, actor: Actor, on: date) -> VerificationTask:
    """Take a verification task: others see who goes there. Whoever may verify it may still record what they found."""
    with attempt("claim", actor, on, case_id=_case_of(task_id)):
        task, actor = lock_task(task_id), lock_actor(actor)
        may_verify(task, actor)
        if task.claimed_by not in (None, actor.account_id):
            raise refuse("CLAIMED_BY_ANOTHER")
        if task.claimed_by is None:
            task.claimed_by = actor.account_id
            _told(events.VerificationClaimed, task, actor, on)
        return task


def release_task(task_id: int, *, actor: Actor, on: date) -> VerificationTask:
    """Put a claimed task back for the others."""
    with attempt("release", actor, on, case_id=_case_of(task_id)):
        task, actor = lock_task(task_id), lock_actor(actor)
        may_verify(task, actor)
        if task.claimed_by != actor.account_id:
            raise refuse("NOT_CLAIMED_BY_YOU")
        task.claimed_by = None
        _told(events.VerificationReleased, task, actor, on)
        return task


def _case_of(task_id: int) -> int:
    return db.session.get_one(VerificationTask, task_id).case_id


def _told(event: type[events.VerificationClaimed | events.VerificationReleased], task: VerificationTask, actor: Actor,
          on: date) -> None:
    record(event(task=task.public_id, cause=task.cause, person=actor.natural_person_id), case=task.case, actor=actor,
           on=on)
