"""Certification: proof that the person is still entitled (SC 8, 11, 33). Every one moves the due date on at once."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit import events
from audit.log import record
from cases import notices
from cases.decisions import Proposal, draft, hand_in
from cases.evidence import Received, keep
from cases.models import Case, Certification, Decision, Evidence, VerificationTask
from cases.moves import lock_case, move
from cases.periods import rules_of_case, set_period
from cases.refused import attempt, refuse
from cases.verification import finish_open_task
from database import db
from staff.access import lock_actor
from staff.actor import SYSTEM, Actor
from workflows.case_lifecycle import PAID

METHOD_OF_EVIDENCE = {
    "window_visit_record": "window_visit", "grassroots_visit_record": "grassroots_visit",
    "home_visit_record": "home_visit", "face_recognition_record": "face_recognition",
    "consular_certificate": "consular_certification", "unit_confirmation": "managing_unit",
    "hospital_stay_record": "hospital_stay", "travel_record": "travel_record", "photo_or_video": "other",
}
# How a finished verification saw the person; by phone nobody is seen (SC 16-18)
METHOD_OF_MEANS = {
    "home_visit": "home_visit", "window": "window_visit", "activity": "grassroots_visit", "visit": "grassroots_visit",
    "health_check": "grassroots_visit", "household_survey": "grassroots_visit", "village_assistant": "grassroots_visit",
}


def certify_in_person(case_id: int, record_of_visit: Received, photo: Received, *, actor: Actor, on: date) -> Decision:
    """Social-service certification: one person enters it with the photo, two others' signatures make it count (SC 11).

    Any window may do it for whoever stands before it. Returns the decision, handed to initial review.
    """
    with attempt("certify", actor, on, case_id=case_id):
        case, actor = lock_case(case_id), lock_actor(actor)
        kept = [keep(case, received, actor=actor, on=on) for received in (record_of_visit, photo)]
        submitted = submit(case, METHOD_OF_EVIDENCE[record_of_visit.kind], kept[0], actor=actor, on=on)
        proposal = Proposal("certify", fields={"certification": submitted.public_id,
                                               "evidence_on": submitted.evidence_on.isoformat()},
                            evidence=tuple(row.id for row in kept))
        decision = draft(case, proposal, actor=actor, on=on)
        submitted.decision_id = decision.id
        return hand_in(decision, actor=actor, on=on)


def submit(case: Case, method: str, evidence: Evidence, *, actor: Actor, on: date) -> Certification:
    """On file, to be reviewed; from now on no lapse overtakes it (S5)."""
    if case.pensioner.death_mark:
        raise refuse("DEATH_MARKED", "SC-36")
    source = rules_of_case(case, on).entries.get(f"eligible_sources.{method}")
    if source and source.value == "not_accepted":
        raise refuse("SOURCE_NOT_ACCEPTED", source.basis, method=method)
    row = _file(case, method, evidence.happened_on, evidence.public_id, evidence, "submitted", on, actor)
    record(events.CertificationSubmitted(
        certification=row.public_id, method=method, evidence_on=row.evidence_on, source_ref=row.source_ref,
        person=actor.natural_person_id, evidence=evidence.public_id, submitted_on=on), case=case, actor=actor, on=on)
    return row


def submit_claim(case: Case, evidence_on: date, source_ref: str, *, actor: Actor, on: date) -> Certification:
    """A date that a file claims, on file to be proven by the papers of a decision (F4)."""
    row = _file(case, "other", evidence_on, source_ref, None, "submitted", on, actor)
    record(events.CertificationSubmitted(
        certification=row.public_id, method="other", evidence_on=evidence_on, source_ref=source_ref,
        person=actor.natural_person_id, submitted_on=on), case=case, actor=actor, on=on)
    return row


def certify_from_source(case_id: int, method: str, evidence_on: date, source_ref: str, *,
                        on: date) -> Certification | None:
    """A source the rules accept without review certified the person (SC 10, 33). None when the case knows of it.

    Raises TransitionRefused where the rules demand review, or the person bears a death mark.
    """
    with attempt("certify", SYSTEM, on, case_id=case_id):
        return take_from_source(lock_case(case_id), method, evidence_on, source_ref, on=on)


def take_from_source(case: Case, method: str, evidence_on: date, source_ref: str, *, on: date) -> Certification | None:
    """The same, inside the caller's transaction. One that is on file of the person serves each of their benefits."""
    if not accepted_alone(case, method, on):
        raise refuse("SOURCE_NEEDS_REVIEW", "SC-33", method=method)
    if evidence_on > on:
        raise refuse("DATE_IN_FUTURE", date=evidence_on.isoformat())
    row = _on_file(case, method, evidence_on, source_ref)
    if row and (row.status != "valid" or not is_newer(case, evidence_on)):
        return None
    row = row or _file(case, method, evidence_on, source_ref, None, "valid", on, SYSTEM)
    make_valid(case, row, actor=SYSTEM, on=on)
    return row


def accepted_alone(case: Case, method: str, on: date) -> bool:
    """Whether the rules of the case's place take such a source without review."""
    return bool(rules_of_case(case, on).value("eligible_sources").get(method) == "automatic")


def serves_alone(case: Case, method: str, evidence_on: date, on: date) -> bool:
    """Whether SYSTEM may certify on it: accepted without review, of a later day than the last and not of the future."""
    return evidence_on <= on and accepted_alone(case, method, on) and is_newer(case, evidence_on)


def is_newer(case: Case, evidence_on: date) -> bool:
    return case.last_certified_on is None or evidence_on > case.last_certified_on


def accept(decision: Decision, *, actor: Actor, on: date) -> None:
    """The second signature of a social-service certification: it counts, from its evidence's date."""
    case = decision.case
    row = db.session.scalar(select(Certification).where(Certification.decision_id == decision.id))
    row.status, row.reviewed_by = "valid", actor.account_id
    make_valid(case, row, actor=actor, on=on, decision=decision)


def refuse_submitted(decision: Decision, reason: str, *, actor: Actor, on: date) -> None:
    """It does not count: its decision ended as `reason` (withdrawn, rejected)."""
    row = db.session.scalar(select(Certification).where(Certification.decision_id == decision.id))
    row.status, row.reviewed_by = "refused", actor.account_id
    record(events.CertificationRefused(certification=row.public_id, method=row.method, evidence_on=row.evidence_on,
                                       source_ref=row.source_ref, reason=reason),
           case=decision.case, actor=actor, on=on)


def from_life_proof(decision: Decision, *, actor: Actor, on: date) -> Certification | None:
    """The newest live proof bound to an executed resumption counts as a certification of its date."""
    methods = {bound.evidence: _method(bound.evidence) for bound in decision.evidence}
    proofs = [evidence for evidence, method in methods.items() if method]
    if not proofs:
        return None
    proof = max(proofs, key=lambda evidence: (evidence.happened_on, evidence.id))
    method = methods[proof]
    row = _on_file(decision.case, method, proof.happened_on, proof.public_id)
    if row is None:
        row = _file(decision.case, method, proof.happened_on, proof.public_id, proof, "valid", on, actor)
        row.decision_id = decision.id
    row.status = "valid"
    roll_forward(decision.case, row, actor=actor, on=on, decision=decision)
    return row


def _method(evidence: Evidence) -> str | None:
    """How the evidence shows the person alive; None when it does not."""
    if evidence.kind != "verification_record":
        return METHOD_OF_EVIDENCE.get(evidence.kind)
    means = db.session.scalar(select(VerificationTask.means).where(
        VerificationTask.evidence_id == evidence.id, VerificationTask.outcome == "eligible"))
    return METHOD_OF_MEANS.get(means or "")


def make_valid(case: Case, row: Certification, *, actor: Actor, on: date, decision: Decision | None = None) -> None:
    """Roll the period forward; move the case where it is paid; propose a resumption where it is not."""
    roll_forward(case, row, actor=actor, on=on, decision=decision)
    if case.state in PAID:
        finish_open_task(case, "eligible", actor=actor, on=on)
        move(case, "certify", actor=actor, on=on, decision=decision, **of_certifying(case, row))
        kind, once, facts = told_of(case, row)
        notices.queue(case, kind, on=on, decision=decision, once=once, facts=facts)
    elif case.state in ("suspended", "stopped"):
        propose_resumption(case, row, on=on)


def roll_forward(case: Case, row: Certification, *, actor: Actor, on: date, decision: Decision | None = None) -> None:
    """Start = latest certification, end = start + one period; never backwards (SC 8, 34; S7)."""
    record(rolled_forward(case, row, on, decision), case=case, actor=actor, on=on)


def rolled_forward(case: Case, row: Certification, on: date, decision: Decision | None = None,
                   ) -> events.CertificationAccepted:
    """The case's dates by the certification; returns the event of it."""
    rules, before = rules_of_case(case, on), case.due_on
    case.last_certified_on = max(filter(None, (case.last_certified_on, row.evidence_on)))
    case.warn_from = None
    set_period(case, rules, on, row.evidence_on)
    return events.CertificationAccepted(
        certification=row.public_id, method=row.method, evidence_on=row.evidence_on, source_ref=row.source_ref,
        period_start=case.period_start, due_on=case.due_on, previous_due_on=before,
        last_certified_on=case.last_certified_on, rules_version=rules.version,
        decision=decision and decision.public_id)


def of_certifying(case: Case, row: Certification) -> dict[str, object]:
    """What the step tells beyond every step."""
    return {"certification": row.public_id, "method": row.method, "evidence_on": row.evidence_on,
            "last_certified_on": case.last_certified_on}


def told_of(case: Case, row: Certification) -> tuple[str, str, dict[str, object]]:
    """Kind of the notice, what it is told once of, its facts. Two benefits of one person are told of each."""
    kind = "certification_accepted" if case.due_on else "certification_on_file"
    return kind, f"certified:{row.public_id}:{case.public_id}", {
        "due_on": case.due_on and case.due_on.isoformat(), "method": row.method,
        "evidence_on": row.evidence_on.isoformat()}


def propose_resumption(case: Case, row: Certification, *, on: date) -> Decision | None:
    """A certification for a suspended or stopped case is evidence of a resumption for people to decide (P7)."""
    from cases.proposals import propose

    evidence = (row.evidence_id,) if row.evidence_id else ()
    proof = {"certification": row.public_id}
    return propose(case, Proposal("resume", case.state_reason, proof, evidence=evidence), on=on)


def _on_file(case: Case, method: str, evidence_on: date, source_ref: str) -> Certification | None:
    return db.session.scalar(select(Certification).filter_by(
        pensioner_id=case.pensioner_id, method=method, evidence_on=evidence_on, source_ref=source_ref))


def _file(case: Case, method: str, evidence_on: date, source_ref: str, evidence: Evidence | None, status: str,
          on: date, actor: Actor) -> Certification:
    row = Certification(pensioner_id=case.pensioner_id, method=method, evidence_on=evidence_on, source_ref=source_ref,
                        evidence_id=evidence and evidence.id, status=status, submitted_on=on,
                        submitted_by=actor.account_id)
    db.session.add(row)
    db.session.flush()
    return row
