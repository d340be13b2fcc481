"""What the page of a decision shows: read-only, nothing decided here."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.amendments import amended_under
from cases.arrears_month import arrears_month, rule_of
from cases.content import differences
from cases.decision_facts import fresh_content, refusals
from cases.decisions import unpack
from cases.eligibility import Candidate, eligible_ahead
from cases.limit_view import LimitView, Report, limit_view, report_of
from cases.materials import evidence_kinds, material_groups
from cases.models import Decision, ReviewStep
from cases.models.decision import OPEN_STAGES
from rules import Entry, Rules, RulesNotInForce, rules_by_version
from rules.changes import Change
from staff.actor import Actor
from workflows.review_chain import SIGNATURES, chain_for
from workflows.transition import Refusal

NEEDS_OPINION = ("return_", "reject")
BY_HAND = ("submit", "initial_review", "recheck", "approve", "return_", "reject", "edit", "withdraw")
OWN_FIELDS = ("arrears_calculated", "all_open", "certification")  # kept for the record, said elsewhere on the page
OWN_ACTS = ("edit", "withdraw")  # left out where they cannot be done
_GIVEN = "opinion"  # the form will ask for it; its absence is not what greys the button


@dataclass(frozen=True)
class Act:
    """A button: name of the action, why it is greyed, whether it asks for an opinion."""

    action: str
    refusals: tuple[Refusal, ...]
    needs_opinion: bool


@dataclass(frozen=True)
class Material:
    """One group of the checklist: any one kind of it will do. found: kind and title of what is bound."""

    kinds: tuple[str, ...]
    found: tuple[tuple[str, str], ...]
    basis: str


@dataclass(frozen=True)
class Awaited:
    """A stage still ahead and who could sign it now."""

    stage: str
    action: str
    role: str
    people: list[Candidate]


@dataclass(frozen=True)
class DecisionView:
    decision: Decision
    materials: list[Material]
    rounds: list[tuple[int, list[ReviewStep]]]
    changed: dict[str, tuple[Any, Any]]
    awaited: list[Awaited]
    acts: list[Act]
    greyed: list[tuple[list[str], tuple[Refusal, ...]]]
    rules: list[Entry]
    limit: LimitView | None
    report: Report | None
    personal: dict[str, str]
    proposed: dict[str, Any]
    amended: list[Change]
    arrears_month: str | None
    arrears_rule: Entry | None


def view(decision: Decision, actor: Actor, on: date) -> DecisionView:
    rules = rules_by_version(decision.rules_version)
    is_open = decision.stage in OPEN_STAGES
    proposed = {name: value for name, value in decision.fields.items()
                if name not in OWN_FIELDS and value not in (None, "")}
    shown = acts(decision, actor, on)
    return DecisionView(
        decision, materials(decision, rules), rounds(decision), changed_since(decision, on) if is_open else {},
        awaited(decision) if is_open else [], shown, greyed(shown), cited(decision, rules), limit_view(decision, on),
        report_of(decision), unpack(decision), proposed, amended_under(decision, on),
        arrears_month(decision, decision.closed_on or on), rule_of(decision))


def materials(decision: Decision, rules: Rules) -> list[Material]:
    key = decision.fields.get("material_reason", decision.reason)
    path = next((name for name in (f"materials.{decision.kind}.{key}", f"materials.{decision.kind}")
                 if name in rules.entries), None)
    basis = rules.entries[path].basis if path else ""
    bound = {kind: [b.evidence.title for b in decision.evidence if b.evidence.kind == kind]
             for kind in evidence_kinds(decision)}
    return [Material(tuple(group), tuple((kind, title) for kind in group for title in bound.get(kind, [])), basis)
            for group in material_groups(rules, decision.kind, key)]


def rounds(decision: Decision) -> list[tuple[int, list[ReviewStep]]]:
    """Acts by round, the current round first."""
    numbers = sorted({decision.round, *(step.round for step in decision.steps)}, reverse=True)
    return [(number, [step for step in decision.steps if step.round == number]) for number in numbers]


def changed_since(decision: Decision, on: date) -> dict[str, tuple[Any, Any]]:
    """What differs now from what was last signed: part -> (before, now); empty when nobody has signed."""
    signed = [step for step in decision.steps if step.content]
    return differences(signed[-1].content, fresh_content(decision, on)) if signed else {}


def awaited(decision: Decision) -> list[Awaited]:
    return [Awaited(stage, SIGNATURES[stage][0], SIGNATURES[stage][1], people)
            for stage, people in eligible_ahead(decision).items()]


def acts(decision: Decision, actor: Actor, on: date) -> list[Act]:
    """The buttons of this stage. Signatures ahead are shown greyed only where they are next."""
    rows = chain_for(decision.signatures_required).actions(decision.stage)
    return [Act(name, _telling(refusals(decision, name, actor, on, _GIVEN if name in NEEDS_OPINION else None)),
                name in NEEDS_OPINION) for name in BY_HAND if name in rows]


def _telling(found: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    """Who lacks the post lacks it everywhere: that the area is not theirs either tells nothing more."""
    lacking = any(one.code == "NO_GRANT" for one in found)
    return tuple(one for one in found if not (lacking and one.code == "OUT_OF_AREA"))


def greyed(shown: list[Act]) -> list[tuple[list[str], tuple[Refusal, ...]]]:
    """Buttons greyed for the same reasons together, so that the reasons stand there once."""
    found: list[tuple[list[str], tuple[Refusal, ...]]] = []
    for act in (act for act in shown if act.refusals and act.action not in OWN_ACTS):
        alike = next((names for names, refusals in found if refusals == act.refusals), None)
        alike.append(act.action) if alike else found.append(([act.action], act.refusals))
    return found


def cited(decision: Decision, rules: Rules) -> list[Entry]:
    """The rules this decision rests on, each with its source."""
    arrears_reason = decision.fields.get("arrears_reason") or decision.case.state_reason
    wanted = [f"signatures.{decision.kind}", f"office_level.{decision.kind}"]
    wanted += [f"arrears.{arrears_reason}"] if decision.lines else []
    found = []
    for path in wanted:
        try:
            found.append(rules.entry(path))
        except (KeyError, RulesNotInForce):
            continue
    return found
