"""Claiming a waiting decision and putting it back: whose desk it lies on, no right."""
from __future__ import annotations

from datetime import date

from audit import events
from audit.log import record
from cases.decisions import lock_decision
from cases.models import Decision
from cases.refused import attempt, refuse
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
