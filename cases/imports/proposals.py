"""What a file says differently about an existing case: written down for a person to decide, never applied (F4).

A changed name is opened as a decision at once; the other fields have no decision of their own and wait on the batch's
page until somebody certifies, mends the payment data or loads the rate.
"""
from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from cases import proposals as by_system
from cases.decisions import Proposal
from cases.imports.rows import Record
from cases.models import BenefitRate, Case, Decision, DecisionParticipant, ImportBatch, ImportProposal
from cases.models.decision import OPEN_STAGES
from cases.money import in_force
from database import db


def _text(value: object) -> str | None:
    return None if value is None else str(value)


# field -> (what the register holds, what the file says); a cell left empty claims nothing
COMPARED: dict[str, tuple[Callable[[Case], object], Callable[[Record], object]]] = {
    "name": (lambda case: case.pensioner.name, lambda record: record.name),
    "birth_on": (lambda case: case.pensioner.birth_on, lambda record: record.birth_on),
    "sex": (lambda case: case.pensioner.sex, lambda record: record.sex),
    "payee_name": (lambda case: case.payee_name, lambda record: record.payee_name),
    "payee_bank": (lambda case: case.payee_bank, lambda record: record.payee_bank),
    "payee_account": (lambda case: case.payee_account, lambda record: record.payee_account),
    "last_certified_on": (lambda case: case.last_certified_on, lambda record: record.last_certified_on),
    "granted_on": (lambda case: case.granted_on, lambda record: record.granted_on),
}


def differences(case: Case, record: Record, rates: dict[str, int]) -> list[tuple[str, str | None, str]]:
    """(field, old, new) for every fact the file states otherwise. `rates`: month -> fen as registered."""
    found = [(field, _text(held(case)), str(said(record))) for field, (held, said) in COMPARED.items()
             if said(record) is not None and said(record) != held(case)]
    found += [("monthly_fen", _text(in_force(rates, month)), f"{month}:{fen}") for month, fen in record.rates
              if in_force(rates, month) != fen]
    return found


def propose_differences(batch: ImportBatch, compared: list[tuple[Case, Record]], on: date) -> list[bool]:
    """For each (case, record) whether it left a proposal. A proposal that already waits is not made twice (F2)."""
    ids = {case.id for case, _ in compared}
    rates: dict[int, dict[str, int]] = {}
    for rate in db.session.scalars(select(BenefitRate).where(BenefitRate.case_id.in_(ids))):
        rates.setdefault(rate.case_id, {})[rate.since_month] = rate.monthly_fen
    waiting = {(old.case_id, old.field, old.new_value) for old in db.session.scalars(
        select(ImportProposal).where(ImportProposal.case_id.in_(ids), ImportProposal.status == "open"))}
    return [_propose(batch, case, differences(case, record, rates.get(case.id, {})), waiting, on)
            for case, record in compared]


def _propose(batch: ImportBatch, case: Case, found: list, waiting: set, on: date) -> bool:
    for field, old, new in found:
        if (case.id, field, new) not in waiting:
            waiting.add((case.id, field, new))
            decision = _change_of_name(batch, case, new, on) if field == "name" else None
            db.session.add(ImportProposal(batch_id=batch.id, case_id=case.id, field=field, old_value=old, new_value=new,
                                          decision_id=decision and decision.id))
    return bool(found)


def _change_of_name(batch: ImportBatch, case: Case, name: str, on: date) -> Decision | None:
    """A change of identity proposed by SYSTEM; None while another is open for the case."""
    if db.session.scalar(select(Decision.id).where(Decision.case_id == case.id, Decision.kind == "change_identity",
                                                   Decision.stage.in_(OPEN_STAGES))):
        return None
    decision = by_system.propose(case, Proposal("change_identity", personal={"new_name": name}), on=on)
    if decision is not None:
        # who brought the file brought the data that the decision is about (P1)
        db.session.add(DecisionParticipant(decision_id=decision.id, natural_person_id=batch.proposed_by_person,
                                           side="first", why="import"))
        db.session.flush()
    return decision
