"""Decisions on confirmed losses that stand in the batch of a month (QD 25): gathered by the sweep, signed by people.

The batch suspends none of them. Whoever releases it rechecks those they choose, each a signature of its own with all
that a signature asks; what is not signed stays open and stands in the next batch.
"""
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import joinedload

from audit.events import LossGathered
from audit.log import record
from cases.batch_facts import batch_month, month_end
from cases.decision_facts import refusals
from cases.gathering import batch_of
from cases.models import Case, Decision, GatheredLoss, SuspensionBatch
from cases.models.decision import OPEN_STAGES
from cases.review import sign
from database import db
from staff.actor import SYSTEM, Actor
from workflows.deadlines import first_day
from workflows.transition import Refusal, TransitionRefused

if TYPE_CHECKING:
    from cases.facts_sql import Scope

KIND, REASON, SIGNS = "suspend", "confirmed_loss", "recheck"


@dataclass(frozen=True)
class Loss:
    """A decision of a batch. refusals: why the reader may not recheck it now; None where that is not awaited."""

    decision: Decision
    refusals: tuple[Refusal, ...] | None


def due(scope: Scope) -> ColumnElement[bool]:
    """Cases with such a decision to gather: open at the end of the month, or carried out in it."""
    if all(rules.value("suspend_lapsed_by") == "system" for rules in scope.places.rules):
        return false()
    return and_(~scope.rule.c.by_calendar, Case.id.in_(select(Decision.case_id).where(*_to_gather(scope.on))),
                ~_closed(Case.office_path, scope.on))


def gather(case: Case, on: date) -> list[str]:
    """Put them in the batch of the month, in the caller's transaction and under its lock of the case."""
    found = db.session.scalars(select(Decision).where(Decision.case_id == case.id, *_to_gather(on))
                               .order_by(Decision.id)).all()
    if not found:
        return []
    batch = batch_of(case.office_path, case.scheme, on)
    for decision in found:
        db.session.add(GatheredLoss(batch_id=batch.id, decision_id=decision.id))
        record(LossGathered(batch=batch.public_id, month=batch.month, decision=decision.public_id,
                            stage=decision.stage, due_on=batch.due_on), case=case, actor=SYSTEM, on=on)
    db.session.flush()
    return ["gather_loss"] * len(found)


def _to_gather(on: date) -> tuple[ColumnElement[bool], ...]:
    end, month = month_end(on), batch_month(on)
    stood = exists().where(GatheredLoss.decision_id == Decision.id, GatheredLoss.batch_id == SuspensionBatch.id)
    stands = stood.where(or_(SuspensionBatch.month == month, SuspensionBatch.status != "released"))
    awaited = and_(Decision.stage.in_(OPEN_STAGES), Decision.opened_on <= end, ~stands)
    carried_out = and_(Decision.stage == "executed", Decision.closed_on.between(first_day(month), end), ~stood)
    return Decision.kind == KIND, Decision.reason == REASON, or_(awaited, carried_out)


def _closed(path: Any, on: date) -> ColumnElement[bool]:
    return exists().where(SuspensionBatch.office_path == path, SuspensionBatch.month == batch_month(on),
                          SuspensionBatch.status != "gathered")


def losses(batch: SuspensionBatch, actor: Actor, on: date) -> list[Loss]:
    """Those of the batch, as the reader may sign them."""
    query = _of(batch).options(joinedload(Decision.case).joinedload(Case.pensioner))
    return [Loss(one, refusals(one, SIGNS, actor, on) if one.stage == SIGNS else None)
            for one in db.session.scalars(query)]


def _of(batch: SuspensionBatch) -> Select[tuple[Decision]]:
    return (select(Decision).join(GatheredLoss).where(GatheredLoss.batch_id == batch.id).order_by(Decision.id))


def recheck(batch_id: int, chosen: Collection[str], *, actor: Actor, on: date) -> tuple[int, list[str]]:
    """Sign those chosen (public ids) of a batch, one after another. Returns how many were, and which not."""
    wanted = (select(Decision.id, Decision.public_id).join(GatheredLoss).where(
        GatheredLoss.batch_id == batch_id, Decision.public_id.in_(chosen), Decision.stage == SIGNS)
        .order_by(Decision.case_id))
    signed, refused = 0, list[str]()
    for decision_id, chosen_one in db.session.execute(wanted).all():
        try:
            sign(decision_id, SIGNS, actor=actor, on=on)
            signed += 1
        except TransitionRefused:
            refused.append(chosen_one)
    return signed, refused
