"""Opening and preparing a decision: open, edit, submit, void a round. Each one transaction.

`actor` and `on` are passed in; a refusal is recorded and raised as TransitionRefused (cases/refused.py).
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm.attributes import set_committed_value

from audit import events
from audit.log import record
from cases import limits
from cases.binding import calculate, event_lines, join_first, keep_and_bind, recalculate, unbind
from cases.case_facts import signers
from cases.decision_facts import Review, attempt_of
from cases.eligibility import awaited_elsewhere, check_eligible, relatives_of
from cases.evidence import Received
from cases.models import Case, Decision
from cases.models.decision import MOVING, OPEN_STAGES
from cases.moves import lock_case, lock_cases_of_decision
from cases.numbers import next_number
from cases.periods import area_of, rules_of_case
from cases.refused import attempt, refuse
from cases.responsibility import area_for, office_for, responsible_path, standing_of
from database import db
from rules import Rules, rules_by_version
from staff.access import lock_actor
from staff.actor import Actor
from workflows.review_chain import DECISION_KINDS, chain_for, required_level
from workflows.roles import MAKERS
from workflows.transition import OFFICE_LEVELS, Refusal, TransitionRefused


@dataclass(frozen=True)
class Proposal:
    """What is proposed. `fields`: JSON values by name; `personal`: values kept encrypted; `evidence`: ids to bind;
    `brought`: a new paper, kept and bound in the same transaction."""

    kind: str
    reason: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    evidence: tuple[int, ...] = ()
    objection_id: int | None = None
    brought: Received | None = None


def open_decision(case_id: int, proposal: Proposal, *, actor: Actor, on: date) -> Decision:
    """A draft of `proposal` for the case. Raises TransitionRefused."""
    with attempt("open", actor, on, case_id=case_id):
        case = lock_case(case_id)
        return draft(case, proposal, actor=lock_actor(actor), on=on)


def draft(case: Case, proposal: Proposal, *, actor: Actor, on: date) -> Decision:
    """The same, inside the caller's transaction and under its lock of the case."""
    kind, rules = DECISION_KINDS[proposal.kind], rules_of_case(case, on)
    office = office_for(case, proposal.kind, rules)
    _may_open(case, proposal, actor, rules)
    decision = Decision(
        decision_no=next_number(office, on.year, "decision"), kind=proposal.kind, case=case, case_id=case.id,
        reason=proposal.reason, fields=dict(proposal.fields), personal=_pack(proposal.personal), stage="draft", round=1,
        signatures_required=max(kind.signatures, rules.value("signatures")[proposal.kind]),
        office_level=required_level(kind.kind, "recheck", asked=rules.value("office_level")[kind.kind]),
        office=office, office_id=office.id,
        office_path=area_for(case, office.path), proposed_by_system=actor.is_system, opened_by=actor.account_id,
        opened_on=on,
        rules_area=area_of(case), rules_version=rules.version, objection_id=proposal.objection_id,
    )
    db.session.add(decision)
    db.session.flush()
    join_first(decision, actor.natural_person_id, "maker")
    keep_and_bind(decision, proposal.evidence, proposal.brought, actor, on)
    calculate(decision, on)
    record(events.DecisionOpened(
        decision=decision.public_id, kind=decision.kind, decision_no=decision.decision_no, reason=decision.reason,
        office=office.code, office_level=decision.office_level, signatures_required=decision.signatures_required,
        rules_area=decision.rules_area, rules_version=decision.rules_version, proposed_by_system=actor.is_system,
        person=actor.natural_person_id, payable_through=decision.payable_through, back_pay_fen=decision.back_pay_fen,
        lines=event_lines(decision), **_proposed(decision)), case=case, actor=actor, on=on)
    limits.start(decision, "opened", rules, actor=actor, on=on)
    return decision


def _may_open(case: Case, proposal: Proposal, actor: Actor, rules: Rules) -> None:
    if proposal.kind in MOVING and _another_open(case):
        raise refuse("OPEN_DECISION_EXISTS", "SC-29")
    if actor.is_system:
        return
    kind = DECISION_KINDS[proposal.kind]
    if case.pensioner.natural_person_id == actor.natural_person_id:
        raise refuse("OWN_CASE", "JS-8.1")
    if case.pensioner.natural_person_id in relatives_of(actor.natural_person_id):
        raise refuse("RELATIVE", "JS-8.1")
    if actor.roles.isdisjoint(MAKERS):
        raise refuse("NO_GRANT", "JS-8.1")
    area = area_for(case, responsible_path(standing_of(case), proposal.kind, rules))
    if not kind.in_person and not any(actor.holds(role, area) for role in MAKERS):
        raise refuse("OUT_OF_AREA", "QD-7")
    asked = rules.entry(f"entry_office_level.{kind.kind}")
    level = required_level(kind.kind, "open", asked=asked.value)
    if OFFICE_LEVELS.index(actor.office_level) < OFFICE_LEVELS.index(level):
        raise refuse("OFFICE_LEVEL_TOO_LOW", asked.basis, required_level=level)
    if case.pensioner.death_mark and not kind.may_touch_death_marked:
        raise refuse("DEATH_MARKED", "SC-36")


def opening_refusals(case: Case, proposal: Proposal, actor: Actor) -> tuple[Refusal, ...]:
    """Why `actor` could not open it now; empty when the button may be pressed."""
    try:
        _may_open(case, proposal, actor, rules_by_version(case.rules_version))
    except TransitionRefused as refused:
        return refused.refusals
    return ()


def _another_open(case: Case) -> bool:
    return bool(db.session.scalar(select(exists().where(
        Decision.case_id == case.id, Decision.stage.in_(OPEN_STAGES), Decision.kind.in_(MOVING)))))


def lock_decision(decision_id: int) -> Decision:
    """The cases of the person, then the decision, as of now and locked until the transaction ends."""
    cases = lock_cases_of_decision(decision_id)
    decision = db.session.execute(select(Decision).where(Decision.id == decision_id).with_for_update(of=Decision)
                                  .execution_options(populate_existing=True)).scalar_one()
    set_committed_value(decision, "case", cases[decision.case_id])  # read above: not asked for again
    return decision


def take(decision: Decision, action: str, actor: Actor, on: date, opinion: str | None = None) -> str:
    """The stage that `action` leads to. Raises TransitionRefused."""
    return judged(Review(decision, actor, on, action), opinion)


def judged(review: Review, opinion: str | None = None) -> str:
    """The same, of a review whose content the caller goes on to use."""
    decision = review.decision
    workflow = chain_for(decision.signatures_required)
    return workflow.take(decision.stage, review.action, attempt_of(review, opinion)).dest


def edit(decision_id: int, *, reason: str | None = None, fields: dict[str, Any] | None = None,
         personal: dict[str, Any] | None = None, evidence: tuple[int, ...] = (), unbound: tuple[int, ...] = (),
         brought: Received | None = None, actor: Actor, on: date) -> Decision:
    """Change what is proposed; None as the value of a field clears it. Whoever edits joins the first side, whoever
    produced what is unbound stays there; signatures of the round fall (P1, P5)."""
    with attempt("edit", actor, on, decision_id=decision_id):
        decision, actor = lock_decision(decision_id), lock_actor(actor)
        dest = take(decision, "edit", actor, on)
        given = {"reason": reason, "evidence": evidence or unbound or brought}
        changed = tuple(sorted([*(fields or {}), *(personal or {}), *(name for name in given if given[name])]))
        void(decision, "DecisionEdited", actor=actor, on=on, changed=changed)
        decision.stage, decision.claimed_by, decision.claimed_at = dest, None, None
        join_first(decision, actor.natural_person_id, "edited")
        decision.reason = reason or decision.reason
        decision.fields = _filled({**decision.fields, **(fields or {})})
        decision.personal = _pack(_filled({**unpack(decision), **(personal or {})}))
        unbind(decision, unbound)
        keep_and_bind(decision, evidence, brought, actor, on)
        calculate(decision, on)
        record(events.DecisionEdited(
            decision=decision.public_id, kind=decision.kind, round=decision.round, changed=changed,
            person=actor.natural_person_id, payable_through=decision.payable_through,
            back_pay_fen=decision.back_pay_fen, lines=event_lines(decision), **_proposed(decision)),
               case=decision.case, actor=actor, on=on)
        return decision


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def submit(decision_id: int, *, actor: Actor, on: date) -> Decision:
    """Hand the draft to initial review. Refused, and referred upward, when nobody could take it through (P9)."""
    try:
        with attempt("submit", actor, on, decision_id=decision_id):
            decision = lock_decision(decision_id)
            return hand_in(decision, actor=lock_actor(actor), on=on)
    except TransitionRefused as refused:
        if refused.codes == ("NOBODY_ELIGIBLE",):
            with attempt("refer_upward", actor, on, decision_id=decision_id):
                check_eligible(lock_decision(decision_id), actor=lock_actor(actor), on=on)
        raise


def hand_in(decision: Decision, *, actor: Actor, on: date) -> Decision:
    """The same, inside the caller's transaction."""
    recalculate(decision, actor=actor, on=on)
    review = Review(decision, actor, on, "submit")
    decision.stage, here = judged(review), review.ahead
    check_eligible(decision, here, actor=actor, on=on)
    record(events.DecisionSubmitted(
        decision=decision.public_id, kind=decision.kind, round=decision.round, stage=decision.stage,
        person=actor.natural_person_id, eligible={stage: len(people) for stage, people in here.items()},
        referred_to=awaited_elsewhere(decision, here)), case=decision.case, actor=actor, on=on)
    limits.start(decision, "submitted", rules_by_version(decision.rules_version), actor=actor, on=on)
    return decision


def void(decision: Decision, cause: str, *, actor: Actor, on: date, changed: tuple[str, ...] = ()) -> None:
    """The signatures of the round no longer cover what would be done: a new round, back to the draft (P5)."""
    signatures = len(signers(decision))
    if not signatures:
        return
    decision.round, decision.stage = decision.round + 1, "draft"
    decision.claimed_by = decision.claimed_at = None
    record(events.RoundVoided(decision=decision.public_id, kind=decision.kind, round=decision.round - 1,
                              new_round=decision.round, cause=cause, changed=changed, signatures=signatures),
           case=decision.case, actor=actor, on=on)
    db.session.flush()


def _pack(personal: dict[str, str]) -> str | None:
    return json.dumps(personal, ensure_ascii=False, sort_keys=True) if personal else None


def unpack(decision: Decision) -> dict[str, str]:
    """The personal values proposed: new_name, new_id_number, heir_name, heir_account ..."""
    return json.loads(decision.personal) if decision.personal else {}


def plain_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a decision as its events tell them in clear."""
    return {key: value if isinstance(value, str | int | bool) or value is None
            else json.dumps(value, ensure_ascii=True, sort_keys=True)
            for key, value in fields.items() if key != "reasons"}


def _proposed(decision: Decision) -> dict[str, Any]:
    """What the events of a decision tell of its fields: free text and personal values as commitments."""
    return {"fields": plain_fields(decision.fields), "reasons": decision.fields.get("reasons"),
            "proposed": decision.personal}
