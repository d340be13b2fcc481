"""The chain of review, walked by people who try everything."""
from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rules import vocabulary
from tests.workflows.attempts import LI, ON, PENSIONER, WILLING, codes, person
from tests.workflows.attempts import attempt_for as willing
from workflows.review_chain import (
    CHAINS,
    CLOSED,
    DECISION_KINDS,
    HIGH_RISK_FLOOR,
    SIGNATURES,
    can_be_signed,
    chain_for,
    required_level,
)
from workflows.roles import BUSINESS, CHAIN
from workflows.transition import OFFICE_LEVELS, SYSTEM_ACTOR, Attempt, TransitionRefused

SIGNING = ("initial_review", "recheck", "approve")
AWAITED = {"draft": "submit", "initial_review": "initial_review", "recheck": "recheck", "approval": "approve"}


@pytest.mark.article("SC-29")
def test_three_signatures_lead_from_initial_review_over_recheck_to_approval():
    chain = chain_for(3)
    assert chain.path_is_valid([
        ("submit", "draft", "initial_review"), ("initial_review", "initial_review", "recheck"),
        ("recheck", "recheck", "approval"), ("approve", "approval", "executed")])
    leap = ("initial_review", "initial_review", "executed")
    assert not chain.path_is_valid([("submit", "draft", "initial_review"), leap])


def test_the_roles_of_the_chain_are_those_that_sign_in_that_order():
    assert tuple(role for _action, role, _guards in SIGNATURES.values()) == CHAIN


@pytest.mark.article("SC-11")
def test_two_signatures_end_with_the_recheck():
    assert chain_for(2).row("recheck", "recheck").dest == "executed"
    assert "approval" not in chain_for(2).states


@pytest.mark.parametrize("signatures", [0, 1, 4])
def test_there_is_no_chain_of_fewer_than_two_signatures(signatures):
    with pytest.raises(ValueError):
        chain_for(signatures)


@pytest.mark.article("SC-29")
@pytest.mark.parametrize("chain", [chain_for(2), chain_for(3)], ids=["two", "three"])
def test_every_later_signature_asks_for_another_person_who_had_no_part(chain):
    for row in chain.transitions:
        if row.action in ("recheck", "approve"):
            assert codes(chain, row, willing(row, signed_this_round=frozenset({LI}))) == ["SAME_PERSON"]
            assert codes(chain, row, willing(row, first_side=frozenset({LI}))) == ["FIRST_SIDE"]
            assert codes(chain, row, willing(row, digest_now="b")) == ["CALCULATION_STALE"]
        if row.action in SIGNING:
            assert codes(chain, row, willing(row, pensioner_person=LI)) == ["OWN_CASE"]
            assert codes(chain, row, willing(row, relatives=frozenset({PENSIONER}))) == ["RELATIVE"]
            took_part = willing(row, suspension_participants=frozenset({LI}))
            assert codes(chain, row, took_part) == ["TOOK_PART_IN_SUSPENSION"]
            assert codes(chain, row, willing(row, case_in_area=False)) == ["OUT_OF_AREA"]
            assert codes(chain, row, willing(row, required_level="city")) == ["OFFICE_LEVEL_TOO_LOW"]
            assert codes(chain, row, willing(row, open_decision=True)) == ["OPEN_DECISION_EXISTS"]


def test_a_refusal_names_every_reason_at_once():
    row = chain_for(3).row("approval", "approve")
    me = frozenset({LI})
    attempt = willing(row, signed_this_round=me, first_side=me, relatives=frozenset({PENSIONER}))
    assert codes(chain_for(3), row, attempt) == ["SAME_PERSON", "FIRST_SIDE", "RELATIVE"]


def test_nobody_eligible_next_keeps_the_decision_from_being_submitted():
    row = chain_for(3).row("draft", "submit")
    assert codes(chain_for(3), row, willing(row, eligible_next=frozenset())) == ["NOBODY_ELIGIBLE"]


def test_the_system_submits_voids_and_takes_back_its_own_but_never_signs():
    for row in chain_for(3).transitions:
        allowed = codes(chain_for(3), row, willing(row, SYSTEM_ACTOR, maker="system")) == []
        assert allowed is (row.action in ("submit", "void", "withdraw")), row
    row = chain_for(3).row("recheck", "withdraw")
    assert codes(chain_for(3), row, willing(row, SYSTEM_ACTOR, maker=LI)) == ["NOT_THE_MAKER"]


def test_what_is_closed_stays_closed():
    for chain, stage in product((chain_for(2), chain_for(3)), CLOSED):
        assert chain.actions(stage) == ()


def test_every_way_back_leads_to_the_draft():
    for chain in (chain_for(2), chain_for(3)):
        assert {row.dest for row in chain.transitions if row.action in ("return_", "edit", "void")} == {"draft"}


@pytest.mark.article("SC-28", "SC-29")
def test_the_floor_of_every_kind():
    assert set(DECISION_KINDS) == set(vocabulary.DECISION_KINDS)
    assert {kind for kind, row in DECISION_KINDS.items() if row.high_risk} == set(vocabulary.HIGH_RISK_KINDS)
    for kind, row in DECISION_KINDS.items():
        assert row.signatures in CHAINS and row.signatures >= (HIGH_RISK_FLOOR if row.high_risk else 2)
        assert row.basis and {row.office_level, row.initial_level, row.entry_level} <= set(OFFICE_LEVELS)
        actions = ("submit", "edit", "withdraw", *SIGNING, "return_", "reject")
        levels = {required_level(kind, action) for action in actions}
        assert levels <= set(OFFICE_LEVELS)
        assert kind != "restore" or levels == {"city"}


@given(st.lists(st.frozensets(st.integers(1, 5), max_size=4), min_size=1, max_size=3))
def test_people_are_enough_when_each_stage_can_have_another(eligible):
    brute = any(len(set(choice)) == len(eligible) for choice in product(*eligible))
    assert can_be_signed(eligible) is brute


class ReviewByAnybody(RuleBasedStateMachine):
    """Five persons with every role try every action; what the tables let through keeps the promise of three persons."""

    def __init__(self):
        super().__init__()
        self.chain = chain_for(3)
        self.stage, self.signed, self.first, self.maker = "draft", [], {LI}, LI
        self.path = []

    @rule(who=st.integers(1, 5), action=st.sampled_from((*SIGNING, "return_", "edit", "reject", "withdraw", "submit")))
    def try_anything(self, who, action):
        self._try(who, action)

    @rule(who=st.integers(1, 5))
    def try_what_is_awaited(self, who):
        self._try(who, AWAITED.get(self.stage, "approve"))

    def _try(self, who, action):
        facts = {**WILLING, "first_side": frozenset(self.first), "signed_this_round": frozenset(self.signed),
                 "maker": self.maker}
        try:
            row = self.chain.take(self.stage, action, Attempt(person(who, *BUSINESS), ON, reason="意见", facts=facts))
        except TransitionRefused as refused:
            assert refused.refusals
            return
        self.path.append((action, self.stage, row.dest))
        self.stage = row.dest
        if action in SIGNING:
            self.signed.append(who)
        if action in ("edit", "initial_review"):
            self.first.add(who)
        if row.dest == "draft":
            self.signed = []

    @invariant()
    def nobody_signs_twice_and_the_first_side_signs_first_only(self):
        assert len(set(self.signed)) == len(self.signed)
        assert not set(self.signed[1:]) & self.first
        assert self.chain.path_is_valid(self.path)
        if self.stage == "executed":
            assert len(set(self.signed)) == 3


ReviewByAnybody.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestReviewByAnybody = ReviewByAnybody.TestCase
