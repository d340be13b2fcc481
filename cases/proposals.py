"""What SYSTEM proposes (P7): a decision opened in its own name, handed on where its file is whole. It never signs."""
from __future__ import annotations

from datetime import date

from sqlalchemy import exists, select

from cases.decision_facts import refusals
from cases.decisions import Proposal, draft, hand_in
from cases.models import Case, Decision
from cases.models.decision import MOVING, OPEN_STAGES
from database import db
from staff.actor import SYSTEM


def propose(case: Case, proposal: Proposal, *, on: date) -> Decision | None:
    """The decision, or None when another that would move the case is open (P6). Inside the caller's transaction."""
    if proposal.kind in MOVING and db.session.scalar(select(exists().where(
            Decision.case_id == case.id, Decision.stage.in_(OPEN_STAGES), Decision.kind.in_(MOVING)))):
        return None
    decision = draft(case, proposal, actor=SYSTEM, on=on)
    if not refusals(decision, "submit", SYSTEM, on):
        hand_in(decision, actor=SYSTEM, on=on)
    return decision
