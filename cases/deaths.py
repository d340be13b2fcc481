"""Death marks (S3): dated facts on a person, set by what the rules hold sufficient, annulled by their own decision."""
from __future__ import annotations

from datetime import date

from audit import events
from audit.log import record
from cases.case_facts import death_reason
from cases.models import DeathMark, Decision
from cases.refused import refuse
from database import db
from staff.actor import Actor

SOURCE_OF_EVIDENCE = {
    "insurance_database_record": "insurance_database", "population_base_record": "population_base",
    "household_cancellation_paper": "household_cancellation", "court_death_declaration": "court_declaration",
    "cremation_certificate": "cremation", "medical_death_certificate": "medical_certificate",
    "family_report": "family_report", "unit_report": "unit_report", "grassroots_report": "grassroots_report",
}


def mark_death(decision: Decision, *, actor: Actor, on: date) -> DeathMark:
    """The mark that a signed stop or deregistration sets. Raises TransitionRefused without date or evidence."""
    person, died_on = decision.case.pensioner, decision.fields.get("died_on")
    proof = next((bound.evidence for bound in decision.evidence if bound.evidence.kind in SOURCE_OF_EVIDENCE), None)
    if not died_on:
        raise refuse("DATE_OF_DEATH_MISSING", "SC-25")
    if proof is None:
        raise refuse("LOSS_NOT_CONFIRMED", "SC-25")
    if person.death_mark:
        return person.death_mark
    mark = DeathMark(pensioner=person, died_on=date.fromisoformat(died_on), source=SOURCE_OF_EVIDENCE[proof.kind],
                     evidence_id=proof.id, marked_on=on, marked_by=actor.account_id)
    db.session.add(mark)
    db.session.flush()
    record(events.DeathMarked(
        pensioner=person.public_id, died_on=mark.died_on, source=mark.source, evidence=proof.public_id, marked_on=on,
        decision=decision.public_id), case=decision.case, actor=actor, on=on)
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
