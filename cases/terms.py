"""On what terms a benefit is paid: payee and rate, changed by a signed decision only (F4; docs/decisions/065)."""
from __future__ import annotations

from datetime import date

from audit import events
from audit.log import record
from cases.benefit_months import restate
from cases.decisions import unpack
from cases.models import BenefitRate, Decision
from cases.refused import refuse
from database import db
from staff.actor import Actor

PAYEE = ("payee_name", "payee_bank", "payee_account")


def change_payee(decision: Decision, *, actor: Actor, on: date) -> None:
    """Carry out the signed change. Raises TransitionRefused (NOTHING_CHANGES)."""
    case, proposed = decision.case, unpack(decision)
    old = {name: getattr(case, name) for name in PAYEE}
    new = {name: proposed.get(f"new_{name}") or value for name, value in old.items()}
    changed = tuple(name for name in PAYEE if old[name] != new[name])
    if not changed:
        raise refuse("NOTHING_CHANGES")
    for name in changed:
        setattr(case, name, new[name])
    db.session.flush()
    record(events.PayeeChanged(
        changed=changed, decision=decision.public_id, bank=new["payee_bank"], old_name=old["payee_name"],
        new_name=new["payee_name"], old_account=old["payee_account"], new_account=new["payee_account"]),
        case=case, actor=actor, on=on)


def change_rate(decision: Decision, *, actor: Actor, on: date) -> None:
    """Set the signed rates. Months already paid keep what they were paid: the difference takes a decision of its own.

    Raises TransitionRefused (NOTHING_CHANGES).
    """
    case, signed = decision.case, decision.fields["rates"]
    known = {rate.since_month: rate for rate in case.rates}
    before = {month: known[month].monthly_fen for month in signed if month in known}
    if before == signed:
        raise refuse("NOTHING_CHANGES")
    for month, fen in sorted(signed.items()):
        if month in known:
            known[month].monthly_fen, known[month].basis = fen, decision.decision_no
        else:
            db.session.add(BenefitRate(case_id=case.id, since_month=month, monthly_fen=fen, basis=decision.decision_no))
    db.session.flush()
    db.session.expire(case, ["rates"])
    record(events.RateChanged(decision=decision.public_id, rates=dict(signed), before=before,
                              basis=decision.fields.get("basis")), case=case, actor=actor, on=on)
    restate(case, cause="change_rate", actor=actor, on=on, decision=decision)
