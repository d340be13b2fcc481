"""Claiming a waiting decision or a verification task and putting it back: whose desk it lies on, no right.

Who is away keeps nothing from the others: a claim ends by itself (claim_ends), and before that somebody of the office
or above it puts it back in their place, and says why.
"""
from __future__ import annotations

from datetime import date

from audit import events
from audit.log import record
from cases.claim_ends import is_over, let_go
from cases.decisions import lock_decision
from cases.models import Decision, VerificationTask
from cases.refused import attempt, refuse
from cases.verification import lock_task, may_verify
from database import db
from database.types import now
from staff.access import lock_actor
from staff.actor import Actor
from workflows.roles import CHAIN

PUT_TASKS_BACK = ("caseworker",)  # roles that put back what another has claimed: tasks, and decisions
PUT_DECISIONS_BACK = CHAIN


def claim(decision_id: int, *, actor: Actor, on: date) -> Decision:
    """Take a waiting decision onto one's own desk; no right is gained by it."""
    with attempt("claim", actor, on, decision_id=decision_id):
        decision, actor = lock_decision(decision_id), lock_actor(actor)
        if is_over(decision, on):
            let_go(decision, on=on)
        if decision.claimed_by not in (None, actor.account_id):
            raise refuse("CLAIMED_BY_ANOTHER")
        decision.claimed_by, decision.claimed_at = actor.account_id, now()
        record(events.DecisionClaimed(decision=decision.public_id, kind=decision.kind, round=decision.round,
                                      stage=decision.stage, person=actor.natural_person_id),
               case=decision.case, actor=actor, on=on)
        return decision


def release(decision_id: int, *, note: str | None = None, actor: Actor, on: date) -> Decision:
    """Put a claimed decision back on the common pile; another's only with a note that says why."""
    with attempt("release", actor, on, decision_id=decision_id):
        decision, actor = lock_decision(decision_id), lock_actor(actor)
        _may_put_back(decision, note, actor, PUT_DECISIONS_BACK)
        holder, decision.claimed_by, decision.claimed_at = _holder(decision, actor), None, None
        record(events.DecisionReleased(decision=decision.public_id, kind=decision.kind, round=decision.round,
                                       stage=decision.stage, person=actor.natural_person_id, holder=holder,
                                       note=note if holder else None), case=decision.case, actor=actor, on=on)
        return decision


def claim_task(task_id: int, *, actor: Actor, on: date) -> VerificationTask:
    """Take a verification task: others see who goes there. Whoever may verify it may still record what they found."""
    with attempt("claim", actor, on, case_id=_case_of(task_id)):
        task, actor = lock_task(task_id), lock_actor(actor)
        may_verify(task, actor)
        if is_over(task, on):
            let_go(task, on=on)
        if task.claimed_by not in (None, actor.account_id):
            raise refuse("CLAIMED_BY_ANOTHER")
        if task.claimed_by is None:
            task.claimed_by, task.claimed_at = actor.account_id, now()
            record(events.VerificationClaimed(task=task.public_id, cause=task.cause, person=actor.natural_person_id),
                   case=task.case, actor=actor, on=on)
        return task


def release_task(task_id: int, *, note: str | None = None, actor: Actor, on: date) -> VerificationTask:
    """Put a claimed task back for the others; another's only with a note that says why."""
    with attempt("release", actor, on, case_id=_case_of(task_id)):
        task, actor = lock_task(task_id), lock_actor(actor)
        may_verify(task, actor)
        _may_put_back(task, note, actor, PUT_TASKS_BACK)
        holder, task.claimed_by, task.claimed_at = _holder(task, actor), None, None
        record(events.VerificationReleased(task=task.public_id, cause=task.cause, person=actor.natural_person_id,
                                           holder=holder, note=note if holder else None),
               case=task.case, actor=actor, on=on)
        return task


def may_put_back(claimed: Decision | VerificationTask, actor: Actor, roles: tuple[str, ...]) -> bool:
    """Whether `actor` may put back what another person has claimed: a post of the office or of one above it."""
    return claimed.claimed_by is not None and any(actor.holds(role, claimed.office_path) for role in roles)


def _may_put_back(claimed: Decision | VerificationTask, note: str | None, actor: Actor,
                  roles: tuple[str, ...]) -> None:
    if claimed.claimed_by == actor.account_id:
        return
    if not may_put_back(claimed, actor, roles):
        raise refuse("NOT_CLAIMED_BY_YOU")
    if not (note or "").strip():
        raise refuse("WHY_PUT_BACK_MISSING")


def _holder(claimed: Decision | VerificationTask, actor: Actor) -> int | None:
    """Natural person whose claim it was; None for one's own."""
    held_by = claimed.claimant
    return held_by.natural_person_id if held_by and held_by.id != actor.account_id else None


def _case_of(task_id: int) -> int:
    return db.session.get_one(VerificationTask, task_id).case_id
