"""Taking back a decision before it is executed; what rested on it falls with it."""
from __future__ import annotations

from datetime import date

from audit import events
from audit.log import record
from cases import effects
from cases.decisions import lock_decision, take
from cases.models import Decision
from cases.refused import attempt
from staff.access import lock_actor
from staff.actor import SYSTEM, Actor


def withdraw(decision_id: int, *, opinion: str | None = None, actor: Actor, on: date) -> Decision:
    """Taken back by its maker."""
    with attempt("withdraw", actor, on, decision_id=decision_id):
        return _withdraw(lock_decision(decision_id), opinion, lock_actor(actor), on)


def take_back(decision: Decision, *, on: date) -> Decision:
    """What SYSTEM proposed and its ground is gone. Inside the caller's transaction, under its lock of the case."""
    return _withdraw(decision, None, SYSTEM, on)


def _withdraw(decision: Decision, opinion: str | None, actor: Actor, on: date) -> Decision:
    before, decision.stage = decision.stage, take(decision, "withdraw", actor, on)
    decision.closed_on = on
    effects.after_withdrawal(decision, actor=actor, on=on)
    record(events.DecisionWithdrawn(decision=decision.public_id, kind=decision.kind, round=decision.round,
                                    stage=before, person=actor.natural_person_id, opinion=opinion),
           case=decision.case, actor=actor, on=on)
    return decision
