"""The stages of a decision, its two tables, and the kinds of decision.

A stage names what is awaited. Entry is no signature: submitting hands the draft to initial review. Whoever made or
edited the decision, or signs initial review, is on the first side and never rechecks or approves.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import MappingProxyType

from workflows import guards as g
from workflows.machine import Workflow
from workflows.roles import MAKERS
from workflows.transition import OFFICE_LEVELS, SYSTEM, Guard, Transition

DRAFT, INITIAL_REVIEW, RECHECK, APPROVAL = "draft", "initial_review", "recheck", "approval"
EXECUTED, REJECTED, WITHDRAWN = "executed", "rejected", "withdrawn"
CLOSED = (EXECUTED, REJECTED, WITHDRAWN)
UPHELD, DISMISSED = "upheld", "dismissed"  # what becomes of an objection

HOW_MANY_SIGN = "house: docs/decisions/002-how-many-sign"
OVERPAYMENTS = "house: docs/decisions/070-overpayments-and-months"
MARKS = "house: docs/decisions/071-marks-of-death"
PAYEE_AND_RATE = "house: docs/decisions/065-payee-and-rate"
ROUNDS = "house: docs/decisions/020-a-round-of-signatures"
_MAKERS = frozenset(MAKERS)
_UNBIASED: tuple[Guard, ...] = (g.in_area, g.level_high_enough, g.not_own_case, g.not_relative)
_FIRST: tuple[Guard, ...] = (*_UNBIASED, g.not_in_suspension)
_LATER: tuple[Guard, ...] = (g.different_person, g.not_first_side, *_FIRST)
_OPEN: tuple[Guard, ...] = (g.kind_open_to_death_marked, g.no_other_open_decision, g.limit_running)

SIGNATURES: Mapping[str, tuple[str, str, tuple[Guard, ...]]] = MappingProxyType({
    # stage awaited: the action that signs it, the role that does, who may not
    INITIAL_REVIEW: ("initial_review", "caseworker", _FIRST),
    RECHECK: ("recheck", "reviewer", _LATER),
    APPROVAL: ("approve", "approver", _LATER),
})
CHAINS: Mapping[int, tuple[str, ...]] = MappingProxyType({
    2: (INITIAL_REVIEW, RECHECK),
    3: (INITIAL_REVIEW, RECHECK, APPROVAL),
})


@dataclass(frozen=True)
class DecisionKind:
    """The floor of a kind; an area's rules may ask for more, never for less. signatures: how many persons;
    office_level: lowest level that may recheck and approve; initial_level, entry_level: lowest for initial review, and
    for making, editing and withdrawing; moves: case actions it may execute; in_person: any window opens it for whoever
    stands there, and the office of residence takes part (SC 5, 11); objection: whether it dismisses an open one, or
    upholds it (P8)."""

    kind: str
    signatures: int
    office_level: str
    moves: tuple[str, ...]
    high_risk: bool
    may_touch_death_marked: bool
    basis: tuple[str, ...]
    initial_level: str = "county"
    entry_level: str = "village"
    in_person: bool = False
    objection: str = ""


ENTER = tuple(f"enter_{state}" for state in ("pending", "verified", "suspended", "stopped", "resumed", "terminated"))
_KINDS = (
    DecisionKind("certify", 2, "county", ("certify",), False, False, ("SC-11", "SC-33"), initial_level="village",
                 in_person=True),
    DecisionKind("suspend", 2, "county", ("suspend",), False, True, ("SC-24", "JS-4.5g", "QD-25")),
    DecisionKind("stop", 2, "county", ("stop",), False, True, ("SC-25", "SC-26")),
    DecisionKind("resume", 3, "county", ("resume",), True, False, ("SC-27", "SC-29"), objection=UPHELD),
    DecisionKind("back_pay_correction", 3, "county", (), True, False, ("SC-29",), objection=UPHELD),
    DecisionKind("terminate", 3, "county", ("terminate",), True, True, ("SC-29", "SC-32", "JS-7.4")),
    DecisionKind("restore", 3, "city", ("restore",), True, False, ("SC-28", "SC-29"), "city", "city",
                 objection=UPHELD),
    DecisionKind("annul_death_mark", 3, "county", ("resume",), True, True, ("SC-27b", "SC-36", HOW_MANY_SIGN),
                 objection=UPHELD),
    DecisionKind("change_identity", 3, "county", (), True, False, ("JS-5.1.2e", HOW_MANY_SIGN)),
    DecisionKind("mark_death", 2, "county", (), False, True, ("SC-13", MARKS)),
    DecisionKind("recover_overpayment", 3, "county", (), False, True, ("RS-3.2", OVERPAYMENTS)),
    DecisionKind("change_payee", 2, "county", (), False, False, (PAYEE_AND_RATE,)),
    DecisionKind("change_rate", 2, "county", (), False, False, (PAYEE_AND_RATE,)),
    DecisionKind("dismiss_objection", 2, "county", (), False, True, ("SC-26", "SC-9c", HOW_MANY_SIGN),
                 objection=DISMISSED),
    DecisionKind("release_import", 2, "county", ENTER, False, False, (HOW_MANY_SIGN,), entry_level="county"),
)
DECISION_KINDS: Mapping[str, DecisionKind] = MappingProxyType({row.kind: row for row in _KINDS})
IN_PERSON = tuple(row.kind for row in _KINDS if row.in_person)
DECIDES_OBJECTION = tuple(row.kind for row in _KINDS if row.objection)
DISMISSES_OBJECTION = tuple(row.kind for row in _KINDS if row.objection == DISMISSED)
HIGH_RISK_FLOOR = 3  # no area goes below (docs/decisions/002)
_ENTRY_ACTIONS = frozenset({"open", "submit", "edit", "withdraw"})


def required_level(kind: str, action: str, stage: str | None = None, asked: str = OFFICE_LEVELS[0]) -> str:
    """Lowest office level for an action on a decision of that kind: `asked`, the value of `level_rule`, never below the
    row. `stage` tells which review is returned or rejected; without it such an act needs the level of the later
    reviews. Raises KeyError for an unknown kind."""
    row = DECISION_KINDS[kind]
    floors = {"entry_office_level": row.entry_level, "office_level": row.office_level}
    rule = level_rule(action, stage)
    return row.initial_level if rule is None else max(floors[rule], asked, key=OFFICE_LEVELS.index)


def level_rule(action: str, stage: str | None = None) -> str | None:
    """Key of the rules that may ask for a higher office than the row does; none does for an initial review."""
    if action in _ENTRY_ACTIONS:
        return "entry_office_level"
    return None if INITIAL_REVIEW in (action, stage) else "office_level"


def can_be_signed(eligible: Sequence[frozenset[int]]) -> bool:
    """Whether different natural persons can be found, one for each stage ahead. eligible: who may sign each of them."""
    # a set larger than the number of stages always leaves someone, so a few of each are enough to look at
    few = [sorted(people)[: len(eligible)] for people in eligible]
    return any(len(set(choice)) == len(eligible) for choice in product(*few))


def _entry_rows(first: str) -> list[Transition]:
    ready = (*_UNBIASED, *_OPEN, g.materials_complete, g.someone_eligible_next)
    return [
        Transition("submit", DRAFT, first, _MAKERS | {SYSTEM}, ready, basis=("SC-29", HOW_MANY_SIGN)),
        Transition("edit", DRAFT, DRAFT, _MAKERS, (*_UNBIASED, g.kind_open_to_death_marked), basis=(ROUNDS,)),
        Transition("withdraw", DRAFT, WITHDRAWN, _MAKERS | {SYSTEM}, (g.maker_only,), basis=(ROUNDS,)),
    ]


def _stage_rows(stage: str, following: str) -> list[Transition]:
    action, role, unbiased = SIGNATURES[stage]
    signer = frozenset({role})
    unchanged = () if stage == INITIAL_REVIEW else (g.content_unchanged,)
    impartial = unbiased if g.not_first_side in unbiased else (g.not_first_side, *unbiased)
    rows = [
        Transition(action, stage, following, signer, (*unbiased, *_OPEN, g.materials_complete, *unchanged),
                   basis=("SC-29", "SC-11")),
        Transition("return_", stage, DRAFT, signer, (*unbiased, g.opinion_given), basis=("SC-29", ROUNDS)),
        Transition("reject", stage, REJECTED, signer, (*impartial, g.opinion_given), basis=("SC-29", ROUNDS)),
        Transition("withdraw", stage, WITHDRAWN, _MAKERS | {SYSTEM}, (g.maker_only,), basis=(ROUNDS,)),
        Transition("edit", stage, DRAFT, _MAKERS, (*_UNBIASED, g.kind_open_to_death_marked), basis=(ROUNDS,)),
    ]
    if stage != INITIAL_REVIEW:
        rows.append(Transition("void", stage, DRAFT, frozenset({SYSTEM}), basis=(ROUNDS,)))
    return rows


@cache
def chain_for(signatures: int) -> Workflow:
    """The table for two or three signatures. Raises ValueError for any other number."""
    if signatures not in CHAINS:
        raise ValueError(f"no chain of {signatures} signatures")
    stages = CHAINS[signatures]
    rows = _entry_rows(stages[0])
    for stage, following in zip(stages, (*stages[1:], EXECUTED), strict=True):
        rows += _stage_rows(stage, following)
    return Workflow(f"review_chain_{signatures}", (DRAFT, *stages, *CLOSED), tuple(rows),
                    initial=DRAFT, no_row="WRONG_STAGE", prefix="stage")
