"""Death marks (S3): dated facts on a person, set by what the area's rules hold sufficient, annulled by a decision."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit import events
from audit.log import record
from cases import notices
from cases.benefit_months import restate
from cases.case_facts import death_reason
from cases.decisions import Proposal
from cases.models import Case, DeathMark, Decision, Evidence
from cases.moves import lock_case
from cases.periods import rules_of_case
from cases.proposals import propose
from cases.refused import refuse
from database import db
from rules import Rules, rules_by_version
from staff.actor import Actor
from workflows.case_lifecycle import PAID
from workflows.transition import TransitionRefused

SOURCE_OF_EVIDENCE = {
    "insurance_database_record": "insurance_database", "population_base_record": "population_base",
    "household_cancellation_paper": "household_cancellation", "court_death_declaration": "court_declaration",
    "cremation_certificate": "cremation", "medical_death_certificate": "medical_certificate",
    "family_report": "family_report", "unit_report": "unit_report", "grassroots_report": "grassroots_report",
    "loss_record": "other",
}
STOPPABLE = ("pending", "verified", "resumed", "suspended")
SUFFICES = ("alone", "two_signatures")  # from the strongest: what a decision signed by two may rest on


def mark_death(decision: Decision, *, actor: Actor, on: date) -> DeathMark:
    """The mark that a signed decision sets, by the strongest of its proofs. Raises TransitionRefused."""
    person, died_on = decision.case.pensioner, decision.fields.get("died_on")
    if not died_on:
        raise refuse("DATE_OF_DEATH_MISSING", "SC-25")
    proof = _strongest(decision)
    if person.death_mark:
        return person.death_mark
    return set_mark(decision.case, SOURCE_OF_EVIDENCE[proof.kind], date.fromisoformat(died_on), proof,
                    decision=decision, actor=actor, on=on)


def insufficient(source: str, rules: Rules) -> TransitionRefused | None:
    """Why this source may not set a mark without a decision; None when it may."""
    weight = rules.value("death_sources").get(source, "not_sufficient")
    if weight == "two_signatures":
        return refuse("DEATH_REPORT_NEEDS_DECISION", "SC-13", source=source)
    return None if weight == "alone" else refuse("DEATH_SOURCE_NOT_SUFFICIENT", "SC-13", source=source)


def set_mark(case: Case, source: str, died_on: date, evidence: Evidence | None, *, actor: Actor, on: date,
             decision: Decision | None = None) -> DeathMark:
    """Write the mark and let the months of every benefit of the person follow. Inside the caller's transaction."""
    person = case.pensioner
    mark = DeathMark(pensioner=person, died_on=died_on, source=source, evidence_id=evidence and evidence.id,
                     marked_on=on, marked_by=actor.account_id)
    db.session.add(mark)
    db.session.flush()
    record(events.DeathMarked(
        pensioner=person.public_id, died_on=died_on, source=source, evidence=evidence and evidence.public_id,
        marked_on=on, decision=decision and decision.public_id), case=case, actor=actor, on=on)
    _restate_all(case, "death_mark", decision, actor, on)
    return mark


def annul_mark(decision: Decision, *, actor: Actor, on: date) -> None:
    """Alive after all: the mark is annulled, never deleted (SC 27b).

    A case withheld for death without a mark (unconfirmed, or imported so) has none to annul: its resumption is enough.
    """
    mark = decision.case.pensioner.death_mark
    if mark is None and death_reason(decision.case) and decision.fields.get("resume"):
        return
    if mark is None:
        raise refuse("NO_DEATH_MARK", "SC-27b")
    mark.annulled_on, mark.annulled_by_decision_id = on, decision.id
    db.session.flush()
    record(events.DeathMarkAnnulled(pensioner=decision.case.pensioner.public_id, died_on=mark.died_on,
                                    decision=decision.public_id), case=decision.case, actor=actor, on=on)
    _restate_all(decision.case, "death_mark_annulled", decision, actor, on)


def benefits_of(case: Case) -> list[Case]:
    """Every case of the person, locked, this one first."""
    others = db.session.scalars(select(Case.id).where(Case.pensioner_id == case.pensioner_id, Case.id != case.id)
                                .order_by(Case.id))
    return [case, *(lock_case(case_id) for case_id in list(others))]


def propose_stops(case: Case, mark: DeathMark, *, on: date) -> None:
    """SYSTEM proposes the stop of each benefit of the person that is not stopped yet (SC 25, P7)."""
    for one in benefits_of(case):
        act = act_on_loss(one, "death", on)
        if act and one.state in STOPPABLE:
            evidence = (mark.evidence_id,) if mark.evidence_id and one.id == case.id else ()
            propose(one, Proposal(*act, {"died_on": mark.died_on.isoformat()}, evidence=evidence), on=on)


def act_on_loss(case: Case, reason: str, on: date) -> tuple[str, str] | None:
    """Kind and reason of the decision that a confirmed loss asks for: a stop (SC 25), or a suspension where the place
    knows no stop of that reason (QD 25); None where nothing is left to withhold."""
    rules = rules_of_case(case, on)
    if "confirmed_loss" in rules.chosen("suspension_reasons") and reason not in rules.chosen("stop_reasons"):
        return ("suspend", "confirmed_loss") if case.state in PAID else None
    return "stop", reason


def tell_death(case: Case, mark: DeathMark, *, on: date, decision: Decision | None = None) -> None:
    """The family reads what is on record, and how to object."""
    notices.queue(case, "death_marked", on=on, decision=decision, once=f"death_marked:{case.public_id}:{mark.id}",
                  facts={"died_on": mark.died_on, "reason": "death"})


def _restate_all(case: Case, cause: str, decision: Decision | None, actor: Actor, on: date) -> None:
    for one in benefits_of(case):
        restate(one, cause=cause, actor=actor, on=on, decision=decision)


def _strongest(decision: Decision) -> Evidence:
    """Raises TransitionRefused: nothing that tells of the death is bound, or nothing the rules hold sufficient."""
    proofs = [bound.evidence for bound in decision.evidence if bound.evidence.kind in SOURCE_OF_EVIDENCE]
    weights = rules_by_version(decision.rules_version).value("death_sources")
    for weight in SUFFICES:
        for proof in proofs:
            if weights.get(SOURCE_OF_EVIDENCE[proof.kind]) == weight:
                return proof
    raise refuse("DEATH_SOURCE_NOT_SUFFICIENT" if proofs else "LOSS_NOT_CONFIRMED", "SC-13")
