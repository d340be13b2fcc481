"""What SYSTEM proposes (P7): a decision opened in its own name, handed on where its file is whole. It never signs."""
from __future__ import annotations

from datetime import date

from sqlalchemy import exists, select

from cases.decision_facts import refusals
from cases.decisions import Proposal, draft, hand_in
from cases.eligibility import check_eligible
from cases.models import Case, Decision
from cases.models.decision import MOVING, OPEN_STAGES
from database import db
from staff.actor import SYSTEM, Actor


def propose(case: Case, proposal: Proposal, *, on: date) -> Decision | None:
    """The decision, or None when another that would move the case is open (P6). Inside the caller's transaction."""
    if proposal.kind in MOVING and db.session.scalar(select(exists().where(
            Decision.case_id == case.id, Decision.stage.in_(OPEN_STAGES), Decision.kind.in_(MOVING)))):
        return None
    decision = draft(case, proposal, actor=SYSTEM, on=on)
    hand_in_where_possible(decision, on=on)
    return decision


def hand_in_where_possible(decision: Decision, *, actor: Actor = SYSTEM, on: date) -> bool:
    """Handed to initial review, or referred upward where all that is wanting is somebody to sign (P9).

    Inside the caller's transaction. Whether it was handed in.
    """
    codes = {refusal.code for refusal in refusals(decision, "submit", actor, on)}
    if codes == {"NOBODY_ELIGIBLE"}:
        check_eligible(decision, actor=actor, on=on)
    if not codes:
        hand_in(decision, actor=actor, on=on)
    return not codes
