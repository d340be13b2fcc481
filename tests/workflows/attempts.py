"""An attempt that every row accepts, to be spoilt one fact at a time."""
from __future__ import annotations

from datetime import date

from workflows.case_lifecycle import CASE
from workflows.review_chain import chain_for
from workflows.transition import SYSTEM, SYSTEM_ACTOR, Actor, Attempt, Transition

ON = date(2026, 3, 16)
LI, WANG, ZHAO, SUN, PENSIONER = 1, 2, 3, 4, 99
MOVES = ("certify", "suspend", "stop", "resume", "terminate", "restore",
         *(row.action for row in CASE.transitions if row.source is None))

WILLING = {
    "death_marked": False, "death_reason": False, "annuls_death_mark": False, "kind_touches_death_marked": False,
    "case_in_area": True, "valid_certification": False, "submitted_certification": False, "certifying_fact": True,
    "conflicting_loss": False, "cycle_over": True, "lapsed_this_period": False, "notice_accepted": True,
    "lapses_by_calendar": True, "batch_released": False,
    "notices_recorded": True, "open_objection": False, "open_decision": False, "open_verification": False,
    "limit_paused": False,
    "verification_due": True, "payment_data_mended": False, "arrears_returned": True, "arrears_bound": True,
    "account_settled": True, "import_released": True, "termination_without_stop": True,
    "months_suspended": 3, "months_to_stop": 3, "payment_failures": 6, "payment_failures_to_suspend": 6,
    "digest_now": "a" * 64, "digest_signed": "a" * 64, "required_level": "county", "level_basis": "SC-28",
    "pensioner_person": PENSIONER, "maker": LI,
    "first_side": frozenset({SUN}), "signed_this_round": frozenset({WANG, ZHAO, SUN}), "relatives": frozenset(),
    "suspension_participants": frozenset(), "eligible_next": frozenset({WANG}),
    "materials_missing": (), "evidence_kinds": ("medical_death_certificate",),
    "sufficient_evidence": ("medical_death_certificate",), "decision_moves": MOVES,
    "reasons_in_force": (),
}

WORKFLOWS = (CASE, chain_for(2), chain_for(3))
ROWS = [(workflow, row) for workflow in WORKFLOWS for row in workflow.transitions]


def row_id(value: object) -> str:
    return f"{value.action}-from-{value.source}" if isinstance(value, Transition) else getattr(value, "name", "")


def person(number: int = LI, *roles: str, level: str = "county") -> Actor:
    return Actor(number, number, frozenset(roles), level, "/510000/510100/510104/")


def actor_for(row: Transition) -> Actor:
    people = sorted(row.by - {SYSTEM})
    return person(LI, *people) if people else SYSTEM_ACTOR


def attempt_for(row: Transition, actor: Actor | None = None, reason: str | None = None, **facts: object) -> Attempt:
    """What the row accepts, with `facts` changed; a fact given as ... is left out."""
    reason = reason or (row.reasons[0] if row.reasons else "意见：情况属实")
    known = {**WILLING, "reasons_in_force": row.reasons, **facts}
    known = {name: value for name, value in known.items() if value is not ...}
    return Attempt(actor or actor_for(row), ON, reason=reason, facts=known)


def codes(workflow, row: Transition, attempt: Attempt) -> list[str]:
    return [refusal.code for refusal in workflow.refusals(row.source, row.action, attempt)]
