"""The papers a decision needs by its rules, and those that are missing or speak against it."""
from __future__ import annotations

from sqlalchemy import exists, select

from cases.models import Decision, Evidence, VerificationTask
from database import db
from rules import Rules
from workflows.review_chain import DECISION_KINDS

PAYS_AGAIN = ("resume", "restore")


def evidence_kinds(decision: Decision | None) -> tuple[str, ...]:
    return tuple(sorted({bound.evidence.kind for bound in decision.evidence})) if decision else ()


def material_groups(rules: Rules, kind: str, reason: str | None) -> list[list[str]]:
    """What the rules ask for: groups of which one kind each must be bound. Empty where the rules name none."""
    table = rules.value("materials")
    return table.get(f"{kind}.{reason}", table.get(kind, []))


def materials_missing(decision: Decision, rules: Rules) -> tuple[str, ...]:
    """One entry per group of which nothing is bound: the kinds that would do, joined by "|"."""
    bound = {bound.evidence.kind for bound in decision.evidence if not _speaks_against(decision, bound.evidence)}
    key = decision.fields.get("material_reason", decision.reason)
    return tuple("|".join(group) for group in material_groups(rules, decision.kind, key) if not bound & set(group))


def _speaks_against(decision: Decision, evidence: Evidence) -> bool:
    """The record of a verification that did not find the person entitled pays nothing again (SC 27)."""
    if evidence.kind != "verification_record" or not set(PAYS_AGAIN) & set(DECISION_KINDS[decision.kind].moves):
        return False
    found = exists().where(VerificationTask.evidence_id == evidence.id, VerificationTask.outcome != "eligible")
    return bool(db.session.scalar(select(found)))
