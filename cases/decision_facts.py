"""What the guards of the review chain may ask about one decision and the person who acts on it."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import exists, select

from cases import content as signed_content
from cases.case_facts import death_reason, signatures, signers
from cases.eligibility import (
    Candidate,
    eligible_ahead,
    eligible_next,
    first_side,
    relatives_of,
    suspension_participants,
)
from cases.limits import open_pause_of
from cases.materials import materials_missing
from cases.models import Decision, ReviewStep
from cases.models.decision import MOVING, OPEN_STAGES
from cases.moves import workflow_actor
from database import db
from rules import Entry, Rules, rules_by_version
from staff.actor import Actor
from workflows.review_chain import DECISION_KINDS, IN_PERSON, chain_for, level_rule, required_level
from workflows.transition import Attempt


@dataclass(frozen=True)
class Review:
    """A decision, a person, a day, and what the person wants to do."""

    decision: Decision
    actor: Actor
    on: date
    action: str

    @property
    def rules(self) -> Rules:
        """Those the decision was opened under."""
        return rules_by_version(self.decision.rules_version)

    @cached_property
    def content(self) -> str:
        """Canonical content, computed from the record once: what the guards judge is what is then signed."""
        return fresh_content(self.decision, self.on)

    @cached_property
    def ahead(self) -> dict[str, list[Candidate]]:
        """Who could sign each stage ahead, asked once: what the guard judges is what is then told."""
        return eligible_ahead(self.decision)


def gather(review: Review) -> dict[str, object]:
    needed = chain_for(review.decision.signatures_required).facts_needed(review.decision.stage, review.action)
    return {name: READERS[name](review) for name in needed if name in READERS}


def attempt_of(review: Review, opinion: str | None = None) -> Attempt:
    """The attempt the machine judges. Roles are those held over this decision's office."""
    roles = review.actor.roles if review.actor.is_system else _roles_here(review)
    return Attempt(workflow_actor(review.actor, roles), review.on, review.action, review.decision.stage, opinion,
                   gather(review))


def paths_of(decision: Decision) -> tuple[str, ...]:
    """Of the office, and of the residence where whoever stands before a window is certified there too (SC 5, 11)."""
    residence = decision.case.pensioner.residence_office
    if residence and decision.kind in IN_PERSON:
        return decision.office_path, residence.path
    return (decision.office_path,)


def _roles_here(review: Review) -> frozenset[str]:
    held = {role for path in paths_of(review.decision) for role in review.actor.roles if review.actor.holds(role, path)}
    return frozenset(held) or review.actor.roles  # no area: `in_area` says so, not "no such post"


def _in_area(review: Review) -> bool:
    if review.decision.kind in IN_PERSON and review.action in ("submit", "edit"):
        return True  # any window certifies who stands before it (SC 5, 11)
    row = chain_for(review.decision.signatures_required).row(review.decision.stage, review.action)
    wanted = row.by if row else frozenset()
    return any(review.actor.holds(role, path) for role in wanted for path in paths_of(review.decision))


def _maker(review: Review) -> object:
    opener = review.decision.opener
    return opener.natural_person_id if opener else "system"


def _other_open(review: Review) -> bool:
    if not set(DECISION_KINDS[review.decision.kind].moves) & set(MOVING):
        return False
    return bool(db.session.scalar(select(exists().where(
        Decision.case_id == review.decision.case_id, Decision.id != review.decision.id,
        Decision.stage.in_(OPEN_STAGES), Decision.kind.in_(MOVING)))))


def fresh_content(decision: Decision, on: date) -> str:
    """Canonical content as of now, computed from the record."""
    rules = rules_by_version(decision.rules_version)
    return signed_content.canonical(signed_content.content(decision, on, rules))


def last_signature(decision: Decision) -> ReviewStep | None:
    """The latest signature of the current round."""
    return next(reversed(signatures(decision)), None)


def _digest_signed(review: Review) -> str | None:
    step = last_signature(review.decision)
    return step.content_digest if step else None


def _level_rule(review: Review) -> Entry | None:
    rule = level_rule(review.action, review.decision.stage)
    return review.rules.entry(f"{rule}.{review.decision.kind}") if rule else None


def _required_level(review: Review) -> str:
    """Of an entry by the rules, of a later review as written on the decision: lists go by that."""
    decision = review.decision
    entry = level_rule(review.action, decision.stage) == "entry_office_level"
    asked = _level_rule(review).value if entry else decision.office_level
    return required_level(decision.kind, review.action, decision.stage, asked)


READERS: dict[str, Callable[[Review], object]] = {
    "death_marked": lambda r: r.decision.case.pensioner.death_mark is not None,
    "death_reason": lambda r: r.decision.kind != "restore" and death_reason(r.decision.case),  # only a mark bars it
    "kind_touches_death_marked": lambda r: DECISION_KINDS[r.decision.kind].may_touch_death_marked,
    "case_in_area": _in_area,
    "open_decision": _other_open,
    "limit_paused": lambda r: open_pause_of(r.decision.limit) is not None,
    "digest_now": lambda r: signed_content.digest(r.content),
    "digest_signed": _digest_signed,
    "required_level": _required_level,
    "level_basis": lambda r: entry.basis if (entry := _level_rule(r)) else DECISION_KINDS[r.decision.kind].basis[0],
    "pensioner_person": lambda r: r.decision.case.pensioner.natural_person_id,
    "maker": _maker,
    "first_side": lambda r: first_side(r.decision),
    "signed_this_round": lambda r: signers(r.decision),
    "relatives": lambda r: relatives_of(r.actor.natural_person_id),
    "suspension_participants": lambda r: suspension_participants(r.decision),
    "eligible_next": lambda r: eligible_next(r.ahead),
    "materials_missing": lambda r: materials_missing(r.decision, r.rules),
}


def refusals(decision: Decision, action: str, actor: Actor, on: date, opinion: str | None = None) -> tuple:
    """Why `actor` cannot do `action` now; empty when the button may be pressed."""
    review = Review(decision, actor, on, action)
    return chain_for(decision.signatures_required).refusals(decision.stage, action, attempt_of(review, opinion))
