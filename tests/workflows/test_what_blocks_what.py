"""What stands in the way of which action, written down a second time: a guard taken out of a row is missed here."""
from __future__ import annotations

import pytest

from tests.workflows.attempts import attempt_for, codes, person, row_id
from tests.workflows.test_guards import SPOILT
from workflows.case_lifecycle import CASE, STATES
from workflows.review_chain import chain_for
from workflows.transition import SYSTEM, SYSTEM_ACTOR

ENTRIES = {f"enter_{state}" for state in STATES}
SIGN = {"initial_review", "recheck", "approve"}
JUDGE = SIGN | {"return_", "reject"}
CASE_BLOCKS = {
    "OFFICE_LEVEL_TOO_LOW": {"restore"},
    "EVIDENCE_MISSING": {"suspend", "resume", "restore", "terminate"},
    "DEATH_MARKED": {"enter_pending", "enter_verified", "enter_resumed", "certify", "resume", "restore", "settle"},
    "DEATH_REASON": {"resume"},
    "REASON_NOT_IN_FORCE": {"suspend", "stop", "terminate"},
    "LOSS_NOT_CONFIRMED": {"suspend", "stop"},
    "CONFLICTING_LOSS": {"certify"},
    "CYCLE_NOT_OVER": {"lapse"}, "CERTIFICATION_VALID": {"lapse"}, "CERTIFICATION_AWAITS_RECHECK": {"lapse"},
    "ALREADY_LAPSED": {"lapse"}, "NOTICE_NOT_GIVEN": {"lapse"}, "SUSPENSION_NOT_RELEASED": {"lapse"},
    "NOTICES_NOT_RECORDED": {"stop"}, "SUSPENDED_TOO_SHORT": {"stop"},
    "OPEN_OBJECTION": {"stop", "terminate"},
    "VERIFICATION_OPEN": {"refer"}, "VERIFICATION_NOT_DUE": {"refer"},
    "PAYMENTS_NOT_FAILED_ENOUGH": {"suspend"}, "PAYMENT_DATA_MENDED": {"suspend"},
    "ARREARS_NOT_BOUND": {"resume", "restore"}, "ARREARS_NOT_RETURNED": {"settle"},
    "ACCOUNT_NOT_SETTLED": {"terminate"}, "NOT_STOPPED_BEFORE": {"terminate"},
    "IMPORT_NOT_RELEASED": ENTRIES,
}
CHAIN_BLOCKS = {
    "SAME_PERSON": JUDGE - {"initial_review"}, "FIRST_SIDE": JUDGE - {"initial_review"},
    "OWN_CASE": JUDGE | {"submit", "edit"}, "RELATIVE": JUDGE | {"submit", "edit"},
    "OUT_OF_AREA": JUDGE | {"submit", "edit"}, "OFFICE_LEVEL_TOO_LOW": JUDGE | {"submit", "edit"},
    "TOOK_PART_IN_SUSPENSION": JUDGE,
    "EVIDENCE_MISSING": SIGN | {"submit"}, "LIMIT_PAUSED": SIGN | {"submit"},
    "OPEN_DECISION_EXISTS": SIGN | {"submit"},
    "DEATH_MARKED": SIGN | {"submit", "edit"},
    "CALCULATION_STALE": {"recheck", "approve"}, "NOBODY_ELIGIBLE": {"submit"}, "NOT_THE_MAKER": {"withdraw"},
}
SPARED = {  # rows of a blocked action that the fact does not concern
    ("NOTICES_NOT_RECORDED", "pending"), ("NOTICES_NOT_RECORDED", "verified"), ("NOTICES_NOT_RECORDED", "resumed"),
    ("SUSPENDED_TOO_SHORT", "pending"), ("SUSPENDED_TOO_SHORT", "verified"), ("SUSPENDED_TOO_SHORT", "resumed"),
    ("OPEN_OBJECTION", "pending stop"), ("OPEN_OBJECTION", "verified stop"), ("OPEN_OBJECTION", "resumed stop"),
    ("NOT_STOPPED_BEFORE", "stopped"),
    ("SAME_PERSON", "initial_review"), ("FIRST_SIDE", "initial_review return_"),
}


def _refused(workflow, row) -> set[str]:
    """Every refusal by which some spoilt fact stops the row, whoever tries and for whatever reason."""
    actors = [person(1, *(row.by - {SYSTEM}))] if row.by - {SYSTEM} else []
    actors += [SYSTEM_ACTOR] if SYSTEM in row.by else []
    return {code for facts, code in SPOILT.values() for actor in actors for reason in row.reasons or (None,)
            if code in codes(workflow, row, attempt_for(row, actor, reason, **facts))}


def _spared(code, row) -> bool:
    return bool({(code, row.source), (code, f"{row.source} {row.action}")} & SPARED)


@pytest.mark.parametrize(("workflow", "blocks"), [(CASE, CASE_BLOCKS), (chain_for(3), CHAIN_BLOCKS),
                                                  (chain_for(2), CHAIN_BLOCKS)], ids=row_id)
def test_each_action_is_blocked_by_what_should_block_it_and_by_nothing_else(workflow, blocks):
    for row in workflow.transitions:
        wanted = {code for code, actions in blocks.items() if row.action in actions and not _spared(code, row)}
        assert _refused(workflow, row) == wanted, (row.action, row.source)
