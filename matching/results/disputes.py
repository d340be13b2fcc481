"""What a register says is objected to: fed back to its source, answered, told to whoever was told of it (SC 9c, 27b).

The row of the feed stays as it came. A loss that its source corrects, or that people of the agency refute by a
verification with evidence, is retracted (retracting.py); so that nobody does it alone, another person answers than
objected or verified.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from audit.events import DataDisputed, DisputeAnswered, DisputeSent
from audit.log import record
from cases import notices
from cases.models import Case, VerificationTask
from cases.moves import lock_case, lock_cases_of_person
from cases.refused import attempt, refuse
from cases.verification import open_task
from database import db
from matching.definition import Sign
from matching.results import retracting
from matching.results.models import DataDispute, ListChange, ListEntry
from matching.results.releasing import RELEASERS
from matching.results.retracting import Grounds
from rules.feeds import catalogue
from staff.access import lock_actor
from staff.actor import Actor, in_area
from staff.models import StaffAccount
from workflows.roles import CHAIN, MAKERS, READERS
from workflows.transition import TransitionRefused

ANSWERS = ("corrected", "kept", "refuted")
ANSWERERS = {"corrected": CHAIN, "kept": CHAIN, "refuted": RELEASERS}
NOTICES = {"corrected": "data_corrected", "refuted": "data_refuted"}
LOSSES = ("death", "other_loss")
ABOUT = ("death", "life_sign", "other_loss", "identity")
SHOWN = 200


@dataclass(frozen=True)
class Disputed:
    """What is objected to. source: of the catalogue; about: one of ABOUT; grounds: in words."""

    source: str
    about: str
    grounds: str


def file(case_id: int, said: Disputed, *, actor: Actor, on: date) -> DataDispute:
    """Taken from the case's page; the person is verified meanwhile. Raises TransitionRefused."""
    with attempt("dispute_data", actor, on, case_id=case_id):
        case, actor = lock_case(case_id), lock_actor(actor)
        _may(case.office_path, MAKERS, actor)
        if said.about not in ABOUT or not said.grounds.strip():
            raise refuse("OPINION_MISSING", "SC-9c")
        stood = _stood(case, said.source)
        row = DataDispute(case_id=case.id, office_path=case.office_path, source=said.source, about=said.about,
                          load_id=stood and stood.load_id, row=stood and stood.row, sign_on=stood and stood.sign_on,
                          grounds=said.grounds.strip(), filed_on=on, filed_by=actor.account_id)
        db.session.add(row)
        db.session.flush()
        record(DataDisputed(dispute=row.public_id, source=row.source, about=row.about, load=row.load_id, row=row.row,
                            sign_on=row.sign_on, grounds=row.grounds, person=actor.natural_person_id),
               case=case, actor=actor, on=on)
        open_task(case, "disputed_data", actor=actor, on=on)
        return row


def _stood(case: Case, source: str) -> ListEntry | ListChange | None:
    """What that source said last of the case, where a list has it."""
    entry = db.session.get(ListEntry, case.id)
    if entry and entry.source == source:
        return entry
    return db.session.scalar(select(ListChange).where(ListChange.case_id == case.id, ListChange.source == source)
                             .order_by(ListChange.run_id.desc()).limit(1))


def send(dispute_id: int, reference: str, *, actor: Actor, on: date) -> DataDispute:
    """Fed back to the source. `reference`: of the letter. Raises TransitionRefused."""
    with attempt("send_dispute", actor, on):
        row, case, actor = _locked(dispute_id, ("filed",), actor)
        row.status, row.sent_on, row.sent_by, row.reference = "sent", on, actor.account_id, reference.strip() or None
        db.session.flush()
        record(DisputeSent(dispute=row.public_id, source=row.source, about=row.about, reference=row.reference,
                           person=actor.natural_person_id), case=case, actor=actor, on=on)
        return row


def answer(dispute_id: int, said: str, note: str, *, actor: Actor, on: date) -> DataDispute:
    """The source answered, or people of the agency refuted it; of what was wrong everyone is told who was told before.

    Raises TransitionRefused: SAME_PERSON, DEATH_MARKED, VERIFICATION_MISSING.
    """
    with attempt("answer_dispute", actor, on):
        row, case, actor = _locked(dispute_id, ("sent",), actor)
        if said not in ANSWERS or not note.strip():
            raise refuse("OPINION_MISSING", "SC-9c")
        _may(case.office_path, ANSWERERS[said], actor)
        told = _take_back(case, row, said, actor, on) if said in NOTICES else ()
        row.status, row.answer, row.answer_note = "answered", said, note.strip()
        row.answered_on, row.answered_by = on, actor.account_id
        db.session.flush()
        record(DisputeAnswered(dispute=row.public_id, source=row.source, about=row.about, answer=said,
                               note=row.answer_note, told=told, person=actor.natural_person_id),
               case=case, actor=actor, on=on)
        return row


def _take_back(case: Case, row: DataDispute, said: str, actor: Actor, on: date) -> tuple[str, ...]:
    """The loss is retracted, the person told; returns to whom a correction goes."""
    task = _refuted_by(case, row) if said == "refuted" else None
    others = {_person_of(row.filed_by), task and _person_of(task.finished_by)}
    if actor.natural_person_id in others:
        raise refuse("SAME_PERSON", "JS-8.1")
    why = Grounds(said, row, task)
    signs = _disputed(case, row, on) if row.about in LOSSES else []
    told = [system for one in retracting.retract(case, signs, why, actor=actor, on=on) for system in one.told]
    for one in db.session.scalars(select(Case).where(Case.pensioner_id == case.pensioner_id).order_by(Case.id)):
        notices.queue(one, NOTICES[said], on=on, once=f"{NOTICES[said]}:{row.public_id}:{one.public_id}", actor=actor,
                      facts={"source": row.source, "about": row.about})
    return tuple(dict.fromkeys(told))


def _refuted_by(case: Case, row: DataDispute) -> VerificationTask:
    """The verification, with evidence, that found the person eligible after the objection; no mark of death stands:
    that is annulled by a decision of its own (SC 27b)."""
    if case.pensioner.death_mark and row.about == "death":
        raise refuse("DEATH_MARKED", "SC-27b")
    task = db.session.scalar(select(VerificationTask).where(
        VerificationTask.case_id == case.id, VerificationTask.outcome == "eligible",
        VerificationTask.evidence_id.is_not(None), VerificationTask.finished_on >= row.filed_on,
        VerificationTask.finished_by.is_not(None)).order_by(VerificationTask.id.desc()).limit(1))
    if row.about not in LOSSES or task is None:
        raise refuse("VERIFICATION_MISSING", "SC-9c")
    return task


def _person_of(account_id: int | None) -> int | None:
    return db.session.scalar(select(StaffAccount.natural_person_id).where(StaffAccount.id == account_id))


def _disputed(case: Case, row: DataDispute, on: date) -> list[Sign]:
    """The loss that was objected to; where no list had it, every loss of that kind the source tells of."""
    meanings = catalogue().meanings
    signs = [sign for sign in retracting.losses_told(case, on) if meanings[sign.code].source == row.source
             and (meanings[sign.code].loss == "dead") == (row.about == "death")]
    exact = [sign for sign in signs if (sign.load, sign.row) == (row.load_id, row.row)]
    return exact or signs


def _locked(dispute_id: int, stages: tuple[str, ...], actor: Actor) -> tuple[DataDispute, Case, Actor]:
    case_id = db.session.scalar(select(DataDispute.case_id).where(DataDispute.id == dispute_id))
    case, actor = lock_cases_of_person(case_id), lock_actor(actor)
    row = db.session.get_one(DataDispute, dispute_id, with_for_update=True, populate_existing=True)
    if row.status not in stages:
        raise refuse("WRONG_STAGE", stage=row.status)
    _may(case.office_path, CHAIN, actor)
    return row, case, actor


def _may(path: str, roles: tuple[str, ...], actor: Actor) -> None:
    if not actor.covers(path, roles):
        raise refuse("OUT_OF_AREA" if actor.roles & set(roles) else "NO_GRANT", "JS-8.1")


def may_file(case: Case, actor: Actor) -> bool:
    try:
        _may(case.office_path, MAKERS, actor)
    except TransitionRefused:
        return False
    return True


def visible(public_id: str, actor: Actor) -> DataDispute | None:
    query = select(DataDispute).where(DataDispute.public_id == public_id)
    return db.session.scalar(in_area(query, actor, DataDispute.office_path, READERS))


def waiting(actor: Actor) -> list[DataDispute]:
    """Those of the area that no source has answered, the oldest first."""
    query = select(DataDispute).where(DataDispute.status != "answered").order_by(DataDispute.filed_on, DataDispute.id)
    return list(db.session.scalars(in_area(query, actor, DataDispute.office_path, READERS).limit(SHOWN)))


def of_case(case_id: int) -> list[DataDispute]:
    return list(db.session.scalars(select(DataDispute).where(DataDispute.case_id == case_id).order_by(DataDispute.id)))
