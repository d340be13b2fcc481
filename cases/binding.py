"""What a decision rests on: its evidence, who joins the first side by it, its arrears. Inside a transaction."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit import events
from audit.log import record
from cases import arrears, overpayments
from cases.back_payments import CannotCalculate
from cases.evidence import Received, keep
from cases.models import Decision, DecisionEvidence, DecisionParticipant, Evidence
from cases.refused import refuse
from database import db
from rules import rules_by_version
from staff.actor import Actor


def bind(decision: Decision, evidence: tuple[int, ...], *, actor: Actor) -> None:
    """Bind evidence of the same case; whoever produced it joins the first side (P1)."""
    bound = {row.evidence_id for row in decision.evidence}
    for item in db.session.scalars(select(Evidence).where(Evidence.id.in_(evidence))):
        if item.case_id != decision.case_id:
            raise refuse("EVIDENCE_OF_ANOTHER_CASE")
        if item.id not in bound:
            decision.evidence.append(DecisionEvidence(decision_id=decision.id, evidence_id=item.id, evidence=item,
                                                      added_by=actor.account_id))
        if item.producer:
            join_first(decision, item.producer.natural_person_id, "produced_evidence")
    db.session.flush()


def keep_and_bind(decision: Decision, evidence: tuple[int, ...], brought: Received | None, actor: Actor,
                   on: date) -> None:
    kept = (keep(decision.case, brought, actor=actor, on=on).id,) if brought else ()
    bind(decision, evidence + kept, actor=actor)


def unbind(decision: Decision, evidence: tuple[int, ...]) -> None:
    for row in [row for row in decision.evidence if row.evidence_id in evidence]:
        decision.evidence.remove(row)
        db.session.delete(row)
    db.session.flush()


def join_first(decision: Decision, person: int | None, why: str) -> None:
    if person is None or db.session.get(DecisionParticipant, (decision.id, person, "first")):
        return
    try:
        db.session.add(DecisionParticipant(decision_id=decision.id, natural_person_id=person, side="first", why=why))
        db.session.flush()
    except IntegrityError as refused:
        raise refuse("SAME_PERSON", "SC-29") from refused


def calculate(decision: Decision, on: date) -> None:
    """Compute the arrears sheet anew and bind it. A record that cannot be calculated refuses, by name."""
    try:
        arrears.store(decision, arrears.sheet(decision, on, rules_by_version(decision.rules_version)))
        overpayments.calculate(decision)
    except CannotCalculate as problem:
        raise refuse("CANNOT_CALCULATE", "SC-27", problem=str(problem)) from problem
    db.session.flush()


def recalculate(decision: Decision, *, actor: Actor, on: date) -> None:
    """As `calculate`; a sheet that differs from the one the log last told is told again (R3)."""
    before = _sheet(decision)
    calculate(decision, on)
    if _sheet(decision) != before:
        record(events.ArrearsRecalculated(
            decision=decision.public_id, kind=decision.kind, round=decision.round, lines=event_lines(decision),
            payable_through=decision.payable_through, back_pay_fen=decision.back_pay_fen),
            case=decision.case, actor=actor, on=on)


def _sheet(decision: Decision) -> tuple[object, ...]:
    return decision.payable_through, decision.back_pay_fen, event_lines(decision)


def event_lines(decision: Decision) -> tuple[events.Line, ...]:
    return tuple(events.Line(month=line.month, entitled_fen=line.entitled_fen, pay_fen=line.pay_fen,
                             forfeited_fen=line.forfeited_fen, basis=line.basis) for line in decision.lines)
