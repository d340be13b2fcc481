"""The rows a reader may see, by public id. What lies outside the area answers like what does not exist (A1)."""
from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, literal_column, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from audit.events import CaseViewed, Unmasked
from audit.log import record
from cases.models import (
    Case,
    Certification,
    Decision,
    DecisionEvidence,
    Evidence,
    EvidenceContent,
    Objection,
    Pensioner,
    VerificationTask,
)
from cases.moves import lock_case
from database import db, transaction
from database.prepared import unsought
from staff.access import AccessDenied, lock_actor
from staff.actor import Actor, area_condition, in_area
from staff.models import Office
from workflows.review_chain import IN_PERSON
from workflows.roles import MAKERS, OVERSIGHT, READERS

# Who may see which value whole, and for what (A3): field -> roles
UNMASKABLE = {
    "id_number": OVERSIGHT,
    "phone": READERS,
    "payee_account": OVERSIGHT,
}
PURPOSES = ("identity_check", "contact", "payment_check", "inspection")


def _one(query: Select[Any]) -> Any:
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def visible_case(public_id: str, actor: Actor) -> Case:
    """A case that the reader's area keeps or pays. Raises NotFound."""
    mine = or_(area_condition(actor, Case.office_path, READERS), _paid_in_area(actor))
    return _one(select(Case).where(Case.public_id == public_id, mine))


def case_to_serve(public_id: str, actor: Actor) -> Case:
    """A case that the reader's area keeps, or whose person lives there: whoever serves the person. Raises NotFound."""
    lives = exists().where(Pensioner.id == Case.pensioner_id, Office.id == Pensioner.residence_office_id,
                           area_condition(actor, Office.path, MAKERS)).correlate(Case)
    return _one(select(Case).where(Case.public_id == public_id,
                                   or_(area_condition(actor, Case.office_path, MAKERS), lives)))


def office_names(paths: list[str]) -> dict[str, str]:
    """Path -> name."""
    return dict(db.session.execute(select(Office.path, Office.name).where(Office.path.in_(paths))).all())


def _paid_in_area(actor: Actor) -> Any:
    """The office that pays sees the case wherever it is kept (docs/decisions/072)."""
    paying = exists().where(Office.id == Case.paying_office_id, area_condition(actor, Office.path, READERS))
    return paying.correlate(Case)


def visible_decision(public_id: str, actor: Actor) -> Decision:
    """A decision of the reader's area; certifications also for the office of residence. Raises NotFound."""
    residence = and_(Decision.kind.in_(IN_PERSON), area_condition(actor, Office.path, READERS))
    query = (select(Decision).join(Case, Decision.case_id == Case.id).join(Pensioner, Case.pensioner_id == Pensioner.id)
             .outerjoin(Office, Pensioner.residence_office_id == Office.id).where(Decision.public_id == public_id))
    kept = area_condition(actor, Case.office_path, READERS)
    return _one(query.where(or_(area_condition(actor, Decision.office_path, READERS), kept, residence)))


def visible_evidence(public_id: str, actor: Actor) -> Evidence:
    """Evidence of a case of the area, or bound to a certification the reader may review. Raises NotFound."""
    item = _one(select(Evidence).where(Evidence.public_id == public_id))
    if db.session.scalar(in_area(select(Case.id).where(Case.id == item.case_id), actor, Case.office_path, READERS)):
        return item
    bound = select(Decision.public_id).join(DecisionEvidence).where(DecisionEvidence.evidence_id == item.id)
    for decision in db.session.scalars(bound):
        visible_decision(decision, actor)
        return item
    raise NotFound


def content_of(item: Evidence) -> bytes | None:
    """The bytes as received; None when a retention rule erased them."""
    row = db.session.get(EvidenceContent, item.id)
    return row.content if row else None


def visible_objection(public_id: str, actor: Actor) -> Objection:
    """In the area, or taken by the reader. Raises NotFound."""
    mine = or_(area_condition(actor, Objection.office_path, READERS), Objection.received_by == actor.account_id)
    return _one(select(Objection).where(Objection.public_id == public_id, mine))


def of_verifier(actor: Actor) -> Any:
    """The condition of the tasks an officer may see: of the office of residence, or of the paying office."""
    return or_(area_condition(actor, VerificationTask.grassroots_path, MAKERS),
               area_condition(actor, VerificationTask.office_path, READERS))


def visible_task(public_id: str, actor: Actor) -> VerificationTask:
    """Raises NotFound."""
    return _one(select(VerificationTask).where(VerificationTask.public_id == public_id, of_verifier(actor)))


def open_tasks(actor: Actor, limit: int = 200) -> list[VerificationTask]:
    """Open tasks of the reader, those due first at the top."""
    mine = or_(area_condition(actor, unsought(VerificationTask.grassroots_path), MAKERS),
               area_condition(actor, unsought(VerificationTask.office_path), READERS))
    query = (select(VerificationTask).where(VerificationTask.status == literal_column("'open'"), mine)
             .options(joinedload(VerificationTask.case).joinedload(Case.pensioner),
                      joinedload(VerificationTask.claimant))
             .order_by(VerificationTask.due_on, VerificationTask.id).limit(limit))
    return list(db.session.scalars(query))


def submitted_by(public_id: str, actor: Actor) -> tuple[Decision, Certification]:
    """A certification this window handed in, for its receipt. Raises NotFound."""
    decision = _one(select(Decision).where(Decision.public_id == public_id, Decision.kind == "certify",
                                           Decision.opened_by == actor.account_id))
    return decision, _one(select(Certification).where(Certification.decision_id == decision.id))


def note_view(case: Case, actor: Actor, on: date, part: str | None = None) -> None:
    """Reading a case leaves an access event: the only thing a GET writes."""
    case_id = case.id
    with transaction() as session:
        case = session.get_one(Case, case_id)
        record(CaseViewed(role=_role(actor, case.office_path), part=part), case=case, actor=actor, on=on)


def may_unmask(actor: Actor, field: str, path: str | None) -> bool:
    return bool(path) and any(actor.holds(role, path) for role in UNMASKABLE.get(field, ()))


def may_issue(actor: Actor, path: str, *, masked: bool) -> bool:
    """Whether the actor may be handed the dossier of a case kept at `path`; whole only who may unmask what it shows."""
    return masked or all(may_unmask(actor, field, path) for field in ("id_number", "payee_account"))


def unmask(case: Case, field: str, purpose: str, *, actor: Actor, on: date,
           paths: tuple[str | None, ...] = ()) -> str | None:
    """The value whole, once, with an event that says who asked for it and what for. `paths`: offices one of whose
    readers may ask; the case's own when left out. Raises AccessDenied: rights are those of this moment (P4)."""
    case_id = case.id
    with transaction():
        case, actor = lock_case(case_id), lock_actor(actor)
        if not any(may_unmask(actor, field, path) for path in paths or (case.office_path,)):
            raise AccessDenied("NO_GRANT")
        subject = case.public_id if field == "payee_account" else case.pensioner.public_id
        record(Unmasked(subject=subject, field=field, purpose=purpose, role=_role(actor, case.office_path)),
               case=case, actor=actor, on=on)
        return case.payee_account if field == "payee_account" else getattr(case.pensioner, field)


def _role(actor: Actor, path: str) -> str | None:
    return next((role for role in READERS if actor.holds(role, path)), None)
