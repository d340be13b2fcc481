"""What an executed decision does, one row per kind. Runs in the transaction of the last signature."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from audit import events
from audit.log import record
from cases import certifications, corrections, identity, notices, objections, overpayments, terms
from cases.ages import reset_period
from cases.arrears import keep_payments, kept_fen, settle_months
from cases.arrears_month import arrears_month
from cases.benefit_months import changed
from cases.deaths import annul_mark, mark_death, propose_stops, tell_death
from cases.models import Case, Decision
from cases.moves import move
from cases.refused import refuse
from database import db
from rules import rules_by_version
from staff.actor import Actor

Effect = Callable[[Decision, Actor, date], None]


def execute(decision: Decision, *, actor: Actor, on: date) -> None:
    """Carry the decision out."""
    EFFECTS[decision.kind](decision, actor, on)


def _pay(decision: Decision, actor: Actor, on: date) -> None:
    """Enter the signed arrears sheet in the months of money."""
    months = {row.month: row for row in (*keep_payments(decision), *settle_months(decision))}
    for row in months.values():
        record(changed(row, decision.kind, decision), case=decision.case, actor=actor, on=on)
    if not decision.lines:
        return
    record(events.BackPaymentSet(
        decision=decision.public_id, amount_fen=decision.back_pay_fen, months=tuple(x.month for x in decision.lines),
        payable_through=decision.payable_through, forfeited_fen=sum(x.forfeited_fen for x in decision.lines),
        rules_version=decision.rules_version), case=decision.case, actor=actor, on=on)


def _tell(decision: Decision, kind: str, on: date, **facts: object) -> None:
    notices.queue(decision.case, kind, on=on, decision=decision, once=f"{kind}:{decision.public_id}",
                  facts={"reason": decision.reason, "back_pay_fen": decision.back_pay_fen,
                         "payable_through": decision.payable_through, **facts})


def _certify(decision: Decision, actor: Actor, on: date) -> None:
    certifications.accept(decision, actor=actor, on=on)


def _suspend(decision: Decision, actor: Actor, on: date) -> None:
    step = move(decision.case, "suspend", actor=actor, on=on, reason=decision.reason, decision=decision)
    _tell(decision, "suspended", on, basis=step.basis, withheld_from=decision.case.withheld_from)


def _stop(decision: Decision, actor: Actor, on: date) -> None:
    if decision.reason == "death":
        propose_stops(decision.case, mark_death(decision, actor=actor, on=on), on=on)
    step = move(decision.case, "stop", actor=actor, on=on, reason=decision.reason, decision=decision)
    _tell(decision, "stopped", on, basis=step.basis, withheld_from=decision.case.withheld_from)


def _pay_again(action: str) -> Effect:
    def effect(decision: Decision, actor: Actor, on: date) -> None:
        _pay(decision, actor, on)
        certifications.from_life_proof(decision, actor=actor, on=on)
        step = move(decision.case, action, actor=actor, on=on, reason=decision.reason, decision=decision,
                    back_pay_fen=decision.back_pay_fen, payable_through=decision.payable_through)
        objections.uphold(decision.case, decision, actor=actor, on=on)
        if decision.kind == "resume":
            corrections.arise(decision, decision.reason, actor=actor, on=on)
        _tell(decision, "resumed" if action == "resume" else "restored", on, basis=step.basis,
              arrears_month=arrears_month(decision, on))
    return effect


def _terminate(decision: Decision, actor: Actor, on: date) -> None:
    if decision.reason == "death" and decision.case.pensioner.death_mark is None:
        mark_death(decision, actor=actor, on=on)
    _pay(decision, actor, on)
    kept = kept_fen(decision, on, rules_by_version(decision.rules_version))
    step = move(decision.case, "terminate", actor=actor, on=on, reason=decision.reason, decision=decision,
                account_status=decision.fields.get("account_status"), back_pay_fen=decision.back_pay_fen,
                deregistered_on=on)
    decision.case.account_status = decision.fields.get("account_status")
    _tell(decision, "terminated", on, basis=step.basis, kept_fen=kept,
          account_status=decision.case.account_status)


def _mark(decision: Decision, actor: Actor, on: date) -> None:
    if decision.case.pensioner.death_mark:
        raise refuse("ALREADY_DEATH_MARKED", "SC-36")
    mark = mark_death(decision, actor=actor, on=on)
    propose_stops(decision.case, mark, on=on)
    tell_death(decision.case, mark, on=on, decision=decision)


def _claim(decision: Decision, actor: Actor, on: date) -> None:
    overpayments.claim(decision, actor=actor, on=on)


def _annul(decision: Decision, actor: Actor, on: date) -> None:
    annul_mark(decision, actor=actor, on=on)
    corrections.arise(decision, "death", actor=actor, on=on)
    if decision.fields.get("resume"):
        _pay_again("resume")(decision, actor, on)
    _tell(decision, "death_mark_annulled", on)


def _change_identity(decision: Decision, actor: Actor, on: date) -> None:
    identity.change(decision, actor=actor, on=on)
    for case in db.session.scalars(select(Case).filter_by(pensioner_id=decision.case.pensioner_id).order_by(Case.id)):
        reset_period(case, "IdentityChanged", decision=decision, actor=actor, on=on)
    _tell(decision, "identity_changed", on)


def _change_payee(decision: Decision, actor: Actor, on: date) -> None:
    terms.change_payee(decision, actor=actor, on=on)
    _tell(decision, "payee_changed", on)


def _change_rate(decision: Decision, actor: Actor, on: date) -> None:
    terms.change_rate(decision, actor=actor, on=on)
    reset_period(decision.case, "RateChanged", decision=decision, actor=actor, on=on)
    _tell(decision, "rate_changed", on, rates=decision.fields["rates"])


def _dismiss(decision: Decision, actor: Actor, on: date) -> None:
    objections.dismiss(decision, actor=actor, on=on)


def _correct(decision: Decision, actor: Actor, on: date) -> None:
    _pay(decision, actor, on)
    objections.uphold(decision.case, decision, actor=actor, on=on)
    _tell(decision, "back_pay_corrected", on)


EFFECTS: dict[str, Effect] = {
    "certify": _certify, "suspend": _suspend, "stop": _stop, "resume": _pay_again("resume"),
    "restore": _pay_again("restore"), "terminate": _terminate, "annul_death_mark": _annul,
    "mark_death": _mark, "recover_overpayment": _claim,
    "change_identity": _change_identity, "change_payee": _change_payee, "change_rate": _change_rate,
    "dismiss_objection": _dismiss, "back_pay_correction": _correct,
}


# What falls with a decision that is never executed: a certification nobody will recheck holds no lapse back (S5).
FALLS: dict[str, Callable[..., None]] = {"certify": certifications.refuse_submitted}


def after_withdrawal(decision: Decision, *, actor: Actor, on: date) -> None:
    _fall(decision, "withdrawn", actor, on)


def after_rejection(decision: Decision, *, actor: Actor, on: date) -> None:
    """The person is told why."""
    _fall(decision, "rejected", actor, on)
    _tell(decision, "rejected", on, opinion=None)


def _fall(decision: Decision, stage: str, actor: Actor, on: date) -> None:
    if decision.kind in FALLS:
        FALLS[decision.kind](decision, stage, actor=actor, on=on)
