"""Signing, returning and rejecting a decision (P1-P8): each is one transaction, under the locks of case and actor."""
from __future__ import annotations

from contextlib import suppress
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit import events
from audit.log import record
from cases import effects
from cases.binding import event_lines, recalculate
from cases.case_facts import signatures, signers
from cases.content import digest
from cases.decision_facts import Review, fresh_content
from cases.decisions import judged, lock_decision, take, void
from cases.models import Case, Decision, DecisionParticipant, ReviewStep
from cases.refused import attempt, refuse
from database import db
from staff.access import lock_actor
from staff.actor import SYSTEM, Actor
from workflows.review_chain import SIGNATURES
from workflows.transition import TransitionRefused

SIGNED = {
    "initial_review": events.InitialReviewPassed, "recheck": events.DecisionRechecked,
    "approval": events.DecisionApproved,
}
SIGNED_STAGES = ("recheck", "approval")  # those that come after a signature
STAGE_OF = {action: stage for stage, (action, _role, _guards) in SIGNATURES.items()}


def sign(decision_id: int, action: str, *, opinion: str | None = None, actor: Actor, on: date) -> Decision:
    """Initial review, recheck or approve. The last signature carries the decision out, in the same transaction."""
    try:
        with attempt(action, actor, on, decision_id=decision_id):
            decision, actor = lock_decision(decision_id), lock_actor(actor)
            if action == "initial_review" and decision.stage == "initial_review":
                recalculate(decision, actor=actor, on=on)
            review = Review(decision, actor, on, action)
            dest = judged(review, opinion)
            _write_signature(review, dest, opinion)
            _advance(decision, dest, actor, on)
            return decision
    except TransitionRefused as refused:
        if "CALCULATION_STALE" in refused.codes:
            void_stale(decision_id, on=on)
        raise


def return_(decision_id: int, *, opinion: str, actor: Actor, on: date) -> Decision:
    """Back to the maker, to be mended: a new round without signatures."""
    with attempt("return_", actor, on, decision_id=decision_id):
        decision, actor = lock_decision(decision_id), lock_actor(actor)
        stage, dest = decision.stage, take(decision, "return_", actor, on, opinion)
        event = events.DecisionReturned(**_common(decision, stage, dest, opinion, actor), new_round=decision.round + 1)
        _step(decision, stage, "return", opinion, None, None, actor, on, event)
        decision.stage, decision.round = dest, decision.round + 1
        decision.claimed_by = decision.claimed_at = None
        return decision


def reject(decision_id: int, *, opinion: str, actor: Actor, on: date) -> Decision:
    """Refused for good. An objection behind it stays open (S9)."""
    with attempt("reject", actor, on, decision_id=decision_id):
        decision, actor = lock_decision(decision_id), lock_actor(actor)
        stage, dest = decision.stage, take(decision, "reject", actor, on, opinion)
        event = events.DecisionRejected(**_common(decision, stage, dest, opinion, actor))
        _step(decision, stage, "reject", opinion, None, None, actor, on, event)
        effects.after_rejection(decision, actor=actor, on=on)
        decision.stage, decision.closed_on = dest, on
        return decision


def void_stale(decision_id: int, *, on: date) -> None:
    """After a refusal as stale: the round falls and the sheet is computed anew, in SYSTEM's name.

    Others may have acted since: only what is still signed, and still stale, falls.
    """
    with attempt("void", SYSTEM, on, decision_id=decision_id):
        decision = lock_decision(decision_id)
        if decision.stage in SIGNED_STAGES:
            void_changed_rounds([decision], "CALCULATION_STALE", actor=SYSTEM, on=on)
            with suppress(TransitionRefused):  # what can no longer be calculated is for the maker to mend
                recalculate(decision, actor=SYSTEM, on=on)


def void_changed_rounds(decisions: list[Decision], cause: str, *, actor: Actor, on: date) -> None:
    """In the transaction of a change: every signed round whose content is no longer what was signed falls (P5)."""
    for decision in decisions:
        signed = {step.content_digest for step in signatures(decision)}
        if signed and digest(fresh_content(decision, on)) not in signed:
            void(decision, cause, actor=actor, on=on)


def _touched(decision: Decision) -> list[Decision]:
    """Other open decisions about the same person; the lock of the person's cases is held."""
    rows = db.session.execute(
        select(Decision.id, Decision.case_id).join(Case, Decision.case_id == Case.id)
        .where(Case.pensioner_id == decision.case.pensioner_id, Decision.id != decision.id,
               Decision.stage.in_(SIGNED_STAGES)).order_by(Decision.case_id, Decision.id)).all()
    return [lock_decision(decision_id) for decision_id, _case_id in rows]


def _write_signature(review: Review, dest: str, opinion: str | None) -> None:
    decision, actor, on = review.decision, review.actor, review.on
    stage, text = STAGE_OF[review.action], review.content
    event = SIGNED[stage](**_common(decision, stage, dest, opinion, actor), content_digest=digest(text))
    _step(decision, stage, "sign", opinion, digest(text), text, actor, on, event)
    side = "first" if stage == "initial_review" else stage
    if not db.session.get(DecisionParticipant, (decision.id, actor.natural_person_id, side)):
        db.session.add(DecisionParticipant(decision_id=decision.id, natural_person_id=actor.natural_person_id,
                                           side=side, why="signed"))


def _common(decision: Decision, stage: str, dest: str, opinion: str | None, actor: Actor) -> dict[str, object]:
    role = SIGNATURES[stage][1]
    return {"decision": decision.public_id, "kind": decision.kind, "round": decision.round, "stage": stage,
            "next_stage": dest, "person": actor.natural_person_id, "role": role, "opinion": opinion}


def _step(decision: Decision, stage: str, act: str, opinion: str | None, content_digest: str | None,
          content: str | None, actor: Actor, on: date, event: events.Event) -> None:
    logged = record(event, case=decision.case, actor=actor, on=on)
    try:
        db.session.add(ReviewStep(
            decision=decision, round=decision.round, stage=stage, act=act, account_id=actor.account_id,
            natural_person_id=actor.natural_person_id, role=SIGNATURES[stage][1], opinion=opinion,
            content_digest=content_digest, content=content, on=on, event=logged))
        db.session.flush()
    except IntegrityError as last_word:
        raise refuse("FIRST_SIDE" if "FIRST_SIDE" in str(last_word) else "SAME_PERSON", "SC-29") from last_word


def _advance(decision: Decision, dest: str, actor: Actor, on: date) -> None:
    decision.claimed_by = decision.claimed_at = None
    if dest != "executed":
        decision.stage = dest
        return
    effects.execute(decision, actor=actor, on=on)
    void_changed_rounds(_touched(decision), decision.kind, actor=actor, on=on)
    signed = tuple(sorted(signers(decision)))
    record(events.DecisionExecuted(
        decision=decision.public_id, kind=decision.kind, round=decision.round,
        content_digest=decision.steps[-1].content_digest if decision.steps else "", signers=signed,
        reason=decision.reason, payable_through=decision.payable_through, back_pay_fen=decision.back_pay_fen,
        lines=event_lines(decision), closed_on=on), case=decision.case, actor=actor, on=on)
    decision.stage, decision.closed_on = dest, on
