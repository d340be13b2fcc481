"""What the guards of the case table may ask about one case, read from the record under its lock.

One small function per named fact (workflows.facts.FACTS); only those a row asks for are read.
"""
from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import exists, select

from cases.ages import OF_AN_AGE
from cases.batch_facts import OF_A_BATCH
from cases.materials import evidence_kinds, material_groups, materials_missing
from cases.models import (
    Case,
    Decision,
    Notice,
    Objection,
    PaymentReturn,
    ReviewStep,
    VerificationTask,
)
from cases.models.decision import MOVING, OPEN_STAGES
from cases.period_facts import OF_THE_PERIOD
from cases.subject import Subject, any_of
from database import db
from rules import Rules
from workflows.case_lifecycle import CASE, DEATH_REASONS
from workflows.deadlines import failures_in_a_row, month_of, months_between, next_month
from workflows.review_chain import DECISION_KINDS

NO_DECISION_MOVES: tuple[str, ...] = ()


def gather(subject: Subject) -> dict[str, object]:
    """The facts that taking `action` now would read."""
    needed = CASE.facts_needed(subject.case.state, subject.action, subject.reason)
    return {name: READERS[name](subject) for name in needed if name in READERS}


def death_reason(case: Case) -> bool:
    """The withholding in force has death as its reason, and no mark was annulled since."""
    if case.state not in ("suspended", "stopped", "terminated") or case.state_reason not in DEATH_REASONS:
        return False
    return not any(mark.annulled_on and mark.annulled_on >= case.state_since for mark in case.pensioner.death_marks)


def _annuls(s: Subject) -> bool:
    return s.decision is not None and s.decision.kind == "annul_death_mark"


def _conflicting_loss(s: Subject) -> bool:
    return s.case.pensioner.death_mark is not None


def _notices_recorded(s: Subject) -> bool:
    return any_of(exists().where(Notice.case_id == s.case.id, Notice.kind == "suspended", Notice.status == "accepted"))


def _open_objection(s: Subject) -> bool:
    return any_of(exists().where(Objection.case_id == s.case.id, Objection.status == "open"))


def _open_task(s: Subject, *conditions: object) -> bool:
    return any_of(exists().where(VerificationTask.case_id == s.case.id, VerificationTask.status == "open", *conditions))


def _open_decision(s: Subject) -> bool:
    return any_of(exists().where(Decision.case_id == s.case.id, Decision.stage.in_(OPEN_STAGES),
                               Decision.kind.in_(MOVING)))


def _months_suspended(s: Subject) -> int:
    dismissed = db.session.scalar(
        select(Objection.closed_on).where(Objection.case_id == s.case.id, Objection.status == "dismissed")
        .order_by(Objection.closed_on.desc()).limit(1))
    return months_between(max(s.case.state_since, dismissed or s.case.state_since), s.on)


def _payment_failures(s: Subject) -> int:
    query = select(PaymentReturn.month).where(PaymentReturn.case_id == s.case.id, PaymentReturn.accepted.is_(False))
    failed = set(db.session.scalars(query))
    return max((failures_in_a_row(failed, month) for month in (month_of(s.on), next_month(month_of(s.on), -1))),
               default=0)


def _payment_data_mended(s: Subject) -> bool:
    return "payment_data_correction" in evidence_kinds(s.decision)


def _arrears_returned(s: Subject) -> bool:
    """The last resumption's arrears are zero, or the bank has accepted their payment (SC 27)."""
    decision = db.session.scalar(
        select(Decision).where(Decision.case_id == s.case.id, Decision.stage == "executed",
                               Decision.kind.in_(("resume", "restore", "annul_death_mark")))
        .order_by(Decision.id.desc()).limit(1))
    if decision is None or decision.back_pay_fen == 0:
        return True
    return any_of(exists().where(PaymentReturn.case_id == s.case.id, PaymentReturn.accepted.is_(True),
                               PaymentReturn.decision_no == decision.decision_no))


def _arrears_bound(s: Subject) -> bool:
    d = s.decision
    return bool(d and d.fields.get("arrears_calculated") and sum(line.pay_fen for line in d.lines) == d.back_pay_fen)


def _account_settled(s: Subject) -> bool:
    status = s.decision.fields.get("account_status") if s.decision else s.case.account_status
    return status in ("settled", "sealed")


def _termination_without_stop(s: Subject) -> bool:
    states = s.rules.value("termination_from_states")
    return s.case.state in states.get(s.reason or "", ())


def signers(decision: Decision) -> frozenset[int]:
    """Natural persons who signed in the current round."""
    return frozenset(step.natural_person_id for step in signatures(decision))


def signatures(decision: Decision) -> list[ReviewStep]:
    """Those of the current round, in their order."""
    return [step for step in decision.steps if step.round == decision.round and step.act == "sign"]


def _sufficient(s: Subject) -> tuple[str, ...]:
    groups = material_groups(s.rules, s.action, s.reason)
    return tuple(groups[0]) if groups else ()


def _reasons_in_force(s: Subject) -> tuple[str, ...]:
    if s.action == "terminate":
        return tuple(s.rules.value("termination_from_states"))
    return reasons_of(s.rules, "suspension_reasons" if s.action in ("suspend", "lapse") else "stop_reasons",
                      s.case.benefit_kind)


def reasons_of(rules: Rules, table: str, benefit_kind: str) -> tuple[str, ...]:
    """Reasons that hold there for a kind of benefit: an injured worker may be paid in prison too (SC 25)."""
    kept = benefit_kind == "work_injury_benefit" and rules.value("injured_worker_keeps_in_prison")
    return tuple(reason for reason in rules.chosen(table) if not (kept and reason == "imprisoned"))


READERS: dict[str, Callable[[Subject], object]] = OF_THE_PERIOD | OF_AN_AGE | OF_A_BATCH | {
    "death_marked": lambda s: s.case.pensioner.death_mark is not None,
    "death_reason": lambda s: death_reason(s.case),
    "annuls_death_mark": _annuls,
    "conflicting_loss": _conflicting_loss,
    "notices_recorded": _notices_recorded,
    "open_objection": _open_objection,
    "open_decision": _open_decision,
    "open_verification": _open_task,
    "verification_overdue": lambda s: _open_task(s, VerificationTask.due_on < s.on,
                                                 VerificationTask.escalated_on.is_(None)),
    "verification_escalated": lambda s: _open_task(s, VerificationTask.escalated_on.is_not(None)),
    "home_visit_open": lambda s: _open_task(s, VerificationTask.cause == "home_visit"),
    "payment_data_mended": _payment_data_mended,
    "arrears_returned": _arrears_returned,
    "arrears_bound": _arrears_bound,
    "account_settled": _account_settled,
    "import_released": lambda s: s.import_released,
    "termination_without_stop": _termination_without_stop,
    "months_suspended": _months_suspended,
    "months_to_stop": lambda s: s.rules.value("suspended_to_stopped_months"),
    "payment_failures": _payment_failures,
    "payment_failures_to_suspend": lambda s: s.rules.value("payment_failures_months"),
    "required_level": lambda s: s.decision.office_level if s.decision else "county",
    "level_basis": lambda s: s.rules.entry(f"office_level.{s.decision.kind}").basis if s.decision else "SC-28",
    "signed_this_round": lambda s: signers(s.decision) if s.decision else frozenset(),
    "decision_moves": lambda s: DECISION_KINDS[s.decision.kind].moves if s.decision else NO_DECISION_MOVES,
    "reasons_in_force": _reasons_in_force,
    "evidence_kinds": lambda s: evidence_kinds(s.decision),
    "sufficient_evidence": _sufficient,
    "materials_missing": lambda s: materials_missing(s.decision, s.rules) if s.decision else ("decision",),
}
