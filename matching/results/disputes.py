"""What a register says is objected to: fed back to its source, answered, told to whoever was told of it (SC 9c, 27b).

The row of the feed stays as it came; a source that was wrong sends a corrected row, or its load is withdrawn (GB 3.4).
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from audit.events import DataDisputed, DisputeAnswered, DisputeSent
from audit.log import record
from cases import notices
from cases.models import Case
from cases.moves import lock_case
from cases.refused import attempt, refuse
from cases.verification import open_task
from database import db
from matching.results.models import DataDispute, ListChange, ListEntry
from staff.access import lock_actor
from staff.actor import Actor, in_area
from workflows.roles import CHAIN, MAKERS, READERS
from workflows.transition import TransitionRefused

ANSWERS = ("corrected", "kept")
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
    """The source answered; of a correction everyone is told who was told before. Raises TransitionRefused."""
    with attempt("answer_dispute", actor, on):
        row, case, actor = _locked(dispute_id, ("sent",), actor)
        if said not in ANSWERS or not note.strip():
            raise refuse("OPINION_MISSING", "SC-9c")
        told = _tell(case, row, on, actor) if said == "corrected" else ()
        row.status, row.answer, row.answer_note = "answered", said, note.strip()
        row.answered_on, row.answered_by = on, actor.account_id
        db.session.flush()
        record(DisputeAnswered(dispute=row.public_id, source=row.source, about=row.about, answer=said,
                               note=row.answer_note, told=told, person=actor.natural_person_id),
               case=case, actor=actor, on=on)
        return row


def _tell(case: Case, row: DataDispute, on: date, actor: Actor) -> tuple[str, ...]:
    """The person, by a notice; the ministry's comparison system and the insurers' death table, by name (SC 27b)."""
    notices.queue(case, "data_corrected", on=on, once=f"data_corrected:{row.public_id}", actor=actor,
                  facts={"source": row.source, "about": row.about})
    return TOLD[row.about]


# who is told of a correction besides the person: registers that took the fact over
TOLD = {"death": ("ministry_comparison", "death_table"), "life_sign": (), "other_loss": ("ministry_comparison",),
        "identity": ()}


def _locked(dispute_id: int, stages: tuple[str, ...], actor: Actor) -> tuple[DataDispute, Case, Actor]:
    case_id = db.session.scalar(select(DataDispute.case_id).where(DataDispute.id == dispute_id))
    case, actor = lock_case(case_id), lock_actor(actor)
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
