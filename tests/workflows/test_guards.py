"""Every guard, seen refusing by name and seen passing."""
from __future__ import annotations

import ast
import inspect
from dataclasses import replace

import pytest

from cases.sweep_steps import TREES
from matching.definition import VERDICTS
from tests.workflows.attempts import LI, PENSIONER, ROWS, WILLING, person
from tests.workflows.attempts import ON as TODAY
from workflows import guards as g
from workflows.facts import FACTS
from workflows.transition import SYSTEM_ACTOR, Attempt

SPOILT = {
    # guard: (facts that make it refuse, the refusal)
    g.different_person: ({"signed_this_round": frozenset({LI})}, "SAME_PERSON"),
    g.not_first_side: ({"first_side": frozenset({LI})}, "FIRST_SIDE"),
    g.not_own_case: ({"pensioner_person": LI}, "OWN_CASE"),
    g.not_relative: ({"relatives": frozenset({PENSIONER})}, "RELATIVE"),
    g.not_in_suspension: ({"suspension_participants": frozenset({LI})}, "TOOK_PART_IN_SUSPENSION"),
    g.maker_only: ({"maker": LI + 1}, "NOT_THE_MAKER"),
    g.in_area: ({"case_in_area": False}, "OUT_OF_AREA"),
    g.level_high_enough: ({"required_level": "city", "level_basis": "SC-28"}, "OFFICE_LEVEL_TOO_LOW"),
    g.someone_eligible_next: ({"eligible_next": frozenset()}, "NOBODY_ELIGIBLE"),
    g.materials_complete: ({"materials_missing": ("photo_or_video",)}, "EVIDENCE_MISSING"),
    g.content_unchanged: ({"digest_now": "b" * 64}, "CALCULATION_STALE"),
    g.kind_open_to_death_marked: ({"death_marked": True}, "DEATH_MARKED"),
    g.no_death_mark: ({"death_marked": True}, "DEATH_MARKED"),
    g.no_death_reason: ({"death_reason": True}, "DEATH_REASON"),
    g.reason_in_force: ({"reasons_in_force": ("missing",)}, "REASON_NOT_IN_FORCE"),
    g.loss_confirmed: ({"evidence_kinds": ()}, "LOSS_NOT_CONFIRMED"),
    g.unmarked: ({"death_marked": True}, "DEATH_MARKED"),
    g.no_conflicting_loss: ({"conflicting_loss": True}, "CONFLICTING_LOSS"),
    g.cycle_over: ({"cycle_over": False}, "CYCLE_NOT_OVER"),
    g.no_valid_certification: ({"valid_certification": True}, "CERTIFICATION_VALID"),
    g.no_certification_awaiting_recheck: ({"submitted_certification": True}, "CERTIFICATION_AWAITS_RECHECK"),
    g.not_lapsed_this_period: ({"lapsed_this_period": True}, "ALREADY_LAPSED"),
    g.notice_given: ({"notice_accepted": False}, "NOTICE_NOT_GIVEN"),
    g.suspension_released: ({"lapses_by_calendar": False}, "SUSPENSION_NOT_RELEASED"),
    g.notices_recorded: ({"notices_recorded": False}, "NOTICES_NOT_RECORDED"),
    g.no_open_objection: ({"open_objection": True}, "OPEN_OBJECTION"),
    g.no_other_open_decision: ({"open_decision": True}, "OPEN_DECISION_EXISTS"),
    g.limit_running: ({"limit_paused": True}, "LIMIT_PAUSED"),
    g.no_open_verification: ({"open_verification": True}, "VERIFICATION_OPEN"),
    g.verification_due: ({"verification_due": False}, "VERIFICATION_NOT_DUE"),
    g.suspended_long_enough: ({"months_suspended": 2}, "SUSPENDED_TOO_SHORT"),
    g.payments_failed_long_enough: ({"payment_failures": 5}, "PAYMENTS_NOT_FAILED_ENOUGH"),
    g.payment_data_unmended: ({"payment_data_mended": True}, "PAYMENT_DATA_MENDED"),
    g.arrears_bound: ({"arrears_bound": False}, "ARREARS_NOT_BOUND"),
    g.arrears_returned: ({"arrears_returned": False}, "ARREARS_NOT_RETURNED"),
    g.account_settled: ({"account_settled": False}, "ACCOUNT_NOT_SETTLED"),
    g.import_released: ({"import_released": False}, "IMPORT_NOT_RELEASED"),
    g.termination_without_stop: ({"termination_without_stop": False}, "NOT_STOPPED_BEFORE"),
}
BY_NAME = {guard.__name__: guard for guard in SPOILT}
PERSONAL = {"not_own_case", "not_relative", "in_area", "level_high_enough"}
ACTOR_ONLY = {"opinion_given", "certifying_fact", "signed_in_full"}


def _attempt(**facts) -> Attempt:
    known = {**WILLING, "signed_this_round": frozenset(), "reasons_in_force": ("death",), **facts}
    return Attempt(person(LI, "caseworker"), TODAY, "stop", "verified", "death", known)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_guard_refuses_by_name_and_passes(name):
    guard, (facts, code) = BY_NAME[name], SPOILT[BY_NAME[name]]
    assert guard(_attempt()) is None
    assert guard(_attempt(**facts)).code == code


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_rules_about_persons_do_not_hinder_the_system(name):
    spoilt = replace(_attempt(**SPOILT[BY_NAME[name]][0]), actor=SYSTEM_ACTOR)
    assert BY_NAME[name](spoilt) is None


def test_a_return_needs_more_than_blanks_for_an_opinion():
    assert g.opinion_given(replace(_attempt(), reason="材料不清")) is None
    assert g.opinion_given(replace(_attempt(), reason="  ")).code == "OPINION_MISSING"
    assert g.opinion_given(replace(_attempt(), reason=None)).code == "OPINION_MISSING"


def test_the_system_certifies_on_a_fact_only():
    system = replace(_attempt(certifying_fact=False), actor=SYSTEM_ACTOR)
    assert g.certifying_fact(system).code == "EVIDENCE_MISSING"
    assert g.certifying_fact(replace(_attempt(certifying_fact=True), actor=SYSTEM_ACTOR)) is None


@pytest.mark.parametrize("level", ["", "galaxy", "town"])
def test_an_office_level_unknown_or_too_low_refuses(level):
    attempt = replace(_attempt(), actor=person(LI, "caseworker", level=level))
    assert g.level_high_enough(attempt).code == "OFFICE_LEVEL_TOO_LOW"


def test_a_guard_for_some_reasons_is_not_asked_for_others():
    guard = g.for_reasons(("missing",), g.account_settled)
    assert guard(_attempt(account_settled=False)) is None
    assert guard(replace(_attempt(account_settled=False), reason="missing")).code == "ACCOUNT_NOT_SETTLED"


def test_every_guard_in_a_table_is_among_those_seen_here():
    used = {guard.__name__ for _, row in ROWS for guard in row.guards}
    assert used - ACTOR_ONLY <= set(BY_NAME)
    assert set(BY_NAME) <= used, "a guard that no row asks"


class _Watched(dict):
    def __init__(self, facts):
        super().__init__(facts)
        self.seen = set()

    def get(self, name, default=None):
        self.seen.add(name)
        return super().get(name, default)


def test_guards_read_the_facts_they_declare_and_no_others():
    for _, row in ROWS:
        for guard in row.guards:
            assert guard.facts <= set(FACTS)
            for actor in (person(LI, "caseworker"), SYSTEM_ACTOR):
                facts = _Watched(_attempt().facts)
                try:
                    guard(replace(_attempt(), actor=actor, facts=facts))
                except KeyError:
                    assert actor.is_system
                assert facts.seen <= guard.facts


def test_every_fact_of_the_catalogue_is_read_by_some_guard_step_of_the_sweep_or_row_of_matching():
    guarded = set().union(*(guard.facts for _, row in ROWS for guard in row.guards))
    asked = set().union(*(tree.names() for tree in (*TREES, *(row.when for row in VERDICTS))))
    assert guarded | asked == set(FACTS)


def test_a_system_row_s_condition_is_made_of_its_own_guards():
    for _, row in ROWS:
        if row.when is not None:
            parts = tuple(guard.predicate for guard in row.guards if hasattr(guard, "predicate"))
            assert row.when.parts == parts != ()


def test_no_guard_is_longer_than_it_should_be():
    for node in ast.walk(ast.parse(inspect.getsource(g))):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 25
