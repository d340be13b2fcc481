"""People settle what a file states otherwise: accepted, it becomes the draft of a decision; dismissed, it has a reason.

Nothing here changes a case: the draft goes the way of every decision, and whoever brought the file or accepted the
difference stands on its first side (P1, F4).
"""
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from audit.events import ProposalClosed
from audit.log import record
from cases.certifications import submit_claim
from cases.decisions import Proposal, draft, opening_refusals
from cases.imports.id_cells import birth_of
from cases.imports.proposals import rates_of
from cases.models import Case, Decision, DecisionParticipant, ImportProposal
from cases.money import in_force
from cases.moves import lock_case
from cases.refused import attempt, refuse
from database import db
from staff.access import lock_actor
from staff.actor import Actor
from workflows.transition import Refusal, TransitionRefused

Stated = dict[str, Any]  # field -> what the file says
ONLY_FOR_OPENING = ("DEATH_MARKED", "OPEN_DECISION_EXISTS")


def accept(proposal: ImportProposal, *, actor: Actor, on: date) -> Decision:
    """Open the decision that would change the record. Raises TransitionRefused: PROPOSAL_CLOSED,
    NO_KIND_FOR_CHANGE, and whatever opening a decision refuses."""
    key, case_id = proposal.id, proposal.case_id
    with attempt("accept_proposal", actor, on, case_id=case_id):
        case, actor, row = lock_case(case_id), lock_actor(actor), _open(key)
        if not row.kind:
            raise refuse("NO_KIND_FOR_CHANGE")
        stated = still_stated(row, case)
        if not stated:
            raise refuse("PROPOSAL_CLOSED")
        decision = MAKERS[row.kind](row, case, stated, actor, on)
        _brought_by(row.batch.proposed_by_person, decision)
        _close(row, "accepted", actor, on, decision=decision)
        return decision


def dismiss(proposal: ImportProposal, reason: str, *, actor: Actor, on: date) -> None:
    """The record stands as it is, for this reason. Raises TransitionRefused."""
    key, case_id = proposal.id, proposal.case_id
    with attempt("dismiss_proposal", actor, on, case_id=case_id):
        case, actor = lock_case(case_id), lock_actor(actor)
        if refusals := settling_refusals(case, actor):
            raise TransitionRefused(refusals)
        _close(_open(key), "dismissed", actor, on, reason=reason)


def settling_refusals(case: Case, actor: Actor) -> tuple[Refusal, ...]:
    """Why `actor` may not settle differences of the case: own case, relative, post, area, level."""
    found = opening_refusals(case, Proposal("change_identity"), actor)
    return tuple(refusal for refusal in found if refusal.code not in ONLY_FOR_OPENING)


def said(proposal: ImportProposal) -> dict[str, tuple[Any, Any]]:
    """Field -> (registered then, stated)."""
    return {field: (old, new) for field, (old, new) in json.loads(proposal.changes).items()}


def still_stated(proposal: ImportProposal, case: Case) -> Stated:
    """What the file says and the record still does not."""
    held = HELD[proposal.kind](case) if proposal.kind in HELD else {}
    rates = rates_of({case.id}).get(case.id, {}) if proposal.kind == "change_rate" else {}
    return {field: new for field, (_, new) in said(proposal).items()
            if (in_force(rates, field) if rates else held.get(field)) != new}


def _payee(case: Case) -> Stated:
    return {name: getattr(case, name) for name in ("payee_name", "payee_bank", "payee_account")}


def _identity(case: Case) -> Stated:
    person = case.pensioner
    return {"name": person.name, "id_number": person.id_number, "birth_on": person.birth_on.isoformat()}


HELD: dict[str, Callable[[Case], Stated]] = {
    "change_identity": _identity, "change_payee": _payee,
    "certify": lambda case: {"last_certified_on": case.last_certified_on and case.last_certified_on.isoformat()},
    "": lambda case: {"granted_on": case.granted_on.isoformat()},
}


def _personal(row: ImportProposal, case: Case, stated: Stated, actor: Actor, on: date) -> Decision:
    personal = {f"new_{field}": value for field, value in stated.items()}
    if "id_number" in stated:
        personal.setdefault("new_birth_on", birth_of(stated["id_number"]).isoformat())
    return draft(case, Proposal(row.kind, fields={"reasons": source_of(row)}, personal=personal), actor=actor, on=on)


def _rate(row: ImportProposal, case: Case, stated: Stated, actor: Actor, on: date) -> Decision:
    return draft(case, Proposal("change_rate", fields={"rates": stated, "basis": source_of(row)}), actor=actor, on=on)


def _certify(row: ImportProposal, case: Case, stated: Stated, actor: Actor, on: date) -> Decision:
    """The date is claimed, not proven: the certification waits for its papers and signatures like any other."""
    claim = submit_claim(case, date.fromisoformat(stated["last_certified_on"]),
                         f"import:{row.batch.public_id}:{row.row_number}", actor=actor, on=on)
    fields = {"certification": claim.public_id, "evidence_on": claim.evidence_on.isoformat(),
              "reasons": source_of(row)}
    decision = draft(case, Proposal("certify", fields=fields), actor=actor, on=on)
    claim.decision_id = decision.id
    return decision


MAKERS: dict[str, Callable[[ImportProposal, Case, Stated, Actor, date], Decision]] = {
    "change_identity": _personal, "change_payee": _personal, "change_rate": _rate, "certify": _certify,
}


def source_of(row: ImportProposal) -> str:
    """File and row, as a decision cites them."""
    return f"{row.batch.file_name} 第 {row.row_number} 行"


def _open(proposal_id: int) -> ImportProposal:
    """As of now and locked. Raises TransitionRefused when somebody has settled it."""
    row = db.session.execute(select(ImportProposal).where(ImportProposal.id == proposal_id)
                             .with_for_update(of=ImportProposal).execution_options(populate_existing=True)).scalar_one()
    if row.status != "open":
        raise refuse("PROPOSAL_CLOSED")
    return row


def _brought_by(person: int, decision: Decision) -> None:
    """Who brought the file brought the data that the decision is about (P1)."""
    if not db.session.get(DecisionParticipant, (decision.id, person, "first")):
        db.session.add(DecisionParticipant(decision_id=decision.id, natural_person_id=person, side="first",
                                           why="import"))
        db.session.flush()


def _close(row: ImportProposal, outcome: str, actor: Actor, on: date, *, decision: Decision | None = None,
           reason: str | None = None) -> None:
    row.status, row.closed_on, row.closed_by, row.reason = outcome, on, actor.account_id, reason
    row.decision_id = decision and decision.id
    db.session.flush()
    record(ProposalClosed(proposal=row.public_id, outcome=outcome, decision=decision and decision.public_id,
                          reason=reason, person=actor.natural_person_id), case=row.case, actor=actor, on=on)
