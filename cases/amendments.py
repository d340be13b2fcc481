"""What was amended while a case or a decision was under way: old and new beside each other, nothing rewritten.

A period keeps the end that the rules of its own day gave it (S7), a decision the rules it was opened under.
"""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit.events import parse
from audit.models import AuditEvent
from cases.models import Case, CaseTransition, Decision
from cases.models.decision import OPEN_STAGES
from cases.periods import rules_of_case
from database import db
from rules import Rules, RulesNotInForce, rules_by_version, rules_for
from rules.changes import Change, changes
from rules.schema import DECISIONS, MONEY, PERIODS, key_and_row
from rules.vocabulary import BENEFIT_KINDS

OF_A_CASE = {**PERIODS, **MONEY, "suspension_reasons": None, "stop_reasons": None}
BY_REASON = ("arrears", "suspension_reasons", "stop_reasons", "termination_from_states")


def amended_since(case: Case, on: date) -> list[Change]:
    """Rules that bear on the case and are others than when its period was counted, in the order of the schema."""
    then = _rules_of_period(case)
    found = changes(then, rules_of_case(case, on)) if then else []
    return [one for one in found if _bears_on_case(one.path, case)]


def amended_under(decision: Decision, on: date) -> list[Change]:
    """Rules of a decision still open that are others today than those it was opened under."""
    if decision.stage not in OPEN_STAGES:
        return []
    try:
        now = rules_for(decision.rules_area, on, decision.case.scheme)
    except RulesNotInForce:
        return []
    found = changes(rules_by_version(decision.rules_version), now)
    return [one for one in found if _bears_on_decision(one.path, decision)]


def _rules_of_period(case: Case) -> Rules | None:
    """Of the last certification accepted, else of the entry; None for a version that is not known any more."""
    accepted = db.session.scalar(select(AuditEvent.canonical).where(
        AuditEvent.case_id == case.id, AuditEvent.type == "CertificationAccepted")
        .order_by(AuditEvent.case_seq.desc()).limit(1))
    version = parse(accepted).data["rules_version"] if accepted else db.session.scalar(
        select(CaseTransition.rules_version).where(CaseTransition.case_id == case.id, CaseTransition.step == 1))
    try:
        return rules_by_version(version)
    except KeyError:
        return None


def _bears_on_case(path: str, case: Case) -> bool:
    name, row = key_and_row(path)
    if name not in OF_A_CASE or (row in BENEFIT_KINDS and row != case.benefit_kind):
        return False
    return name not in BY_REASON or row in (case.state_reason, "lapsed", "failed_certification")


def _bears_on_decision(path: str, decision: Decision) -> bool:
    name, row = key_and_row(path)
    reasons = (decision.reason, decision.fields.get("arrears_reason"), decision.case.state_reason)
    if name in BY_REASON:
        return row in reasons
    of_kind = row == decision.kind or bool(row and row.startswith(f"{decision.kind}."))
    return name == "pay_run_close_day" or (name in DECISIONS and of_kind)
