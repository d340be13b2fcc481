"""Corrections after a wrong suspension or stop: which arise, what is still to be sent, sent, received (SC 27, QD 27).

Which system is told of which reasons, and the lowest level of office that sends, is a rule (`corrections_sent`).
"""
from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from audit.events import CorrectionArose, CorrectionSetAside, CorrectionsReceived, CorrectionsSent
from audit.log import record
from cases.models import Case, Correction, CorrectionSending, DeathMark, Decision, Pensioner
from cases.moves import lock_case
from cases.periods import rules_of_case
from cases.refused import attempt, refuse
from cases.spreadsheets import FORMS
from database import db
from rules import Rules, RulesNotInForce, rules_for
from rules.feeds import catalogue
from rules.vocabulary import CORRECTION_SYSTEMS
from staff.access import lock_actor
from staff.actor import Actor, in_area
from workflows.roles import CHAIN, READERS
from workflows.transition import OFFICE_LEVELS, Refusal, TransitionRefused

SHOWN = 500
Written = Callable[[Correction, date | None], Sequence[Any]]


def arise(decision: Decision, reason: str | None, *, actor: Actor, on: date) -> None:
    """In the transaction that pays the case again: one row for each system that the rules of the place name."""
    for system in told(reason, rules_of_case(decision.case, on)):
        row = Correction(case_id=decision.case_id, decision_id=decision.id, system=system, reason=reason,
                         office_path=decision.case.office_path, arose_on=on)
        _arose(row, decision.case, decision.public_id, actor, on)


def of_data(case: Case, retraction: str, systems: Sequence[str], reason: str, wrong_on: date | None, *, actor: Actor,
            on: date) -> None:
    """The same where what a register said of that day was found wrong; `retraction`: public id of what says so."""
    for system in systems:
        row = Correction(case_id=case.id, retraction=retraction, system=system, reason=reason, wrong_on=wrong_on,
                         office_path=case.office_path, arose_on=on)
        _arose(row, case, None, actor, on)


def _arose(row: Correction, case: Case, decision: str | None, actor: Actor, on: date) -> None:
    db.session.add(row)
    db.session.flush()
    record(CorrectionArose(correction_row=row.public_id, system=row.system, reason=row.reason, decision=decision,
                           retraction=row.retraction, wrong_on=row.wrong_on), case=case, actor=actor, on=on)


def told(reason: str | None, rules: Rules) -> list[str]:
    """Systems that are told when payment withheld for that reason is resumed."""
    sent = rules.value("corrections_sent")
    return [system for system in CORRECTION_SYSTEMS if reason in sent[system]["reasons"]]


def systems(actor: Actor) -> list[str]:
    """Those that rules name, and registers of whose data something in the area is to be sent."""
    query = select(Correction.system).where(Correction.status == "open").distinct().order_by(Correction.system)
    return list(dict.fromkeys([*CORRECTION_SYSTEMS, *db.session.scalars(
        in_area(query, actor, Correction.office_path, READERS))]))


def known(system: str) -> bool:
    return system in CORRECTION_SYSTEMS or system in catalogue().sources


def to_send(system: str, actor: Actor) -> list[Correction]:
    """Open ones of the area, the oldest first."""
    return list(db.session.scalars(_waiting(system, actor).limit(SHOWN)))


def sendings(actor: Actor) -> list[CorrectionSending]:
    """Of the area; those that nobody answered first, then the newest."""
    query = select(CorrectionSending).order_by(CorrectionSending.answered_on.is_not(None), CorrectionSending.id.desc())
    return list(db.session.scalars(in_area(query, actor, CorrectionSending.office_path, READERS).limit(SHOWN)))


def sending_of(public_id: str, actor: Actor) -> CorrectionSending | None:
    query = select(CorrectionSending).where(CorrectionSending.public_id == public_id)
    return db.session.scalar(in_area(query, actor, CorrectionSending.office_path, READERS))


def correction_of(public_id: str, actor: Actor) -> Correction | None:
    return db.session.scalar(in_area(select(Correction).where(Correction.public_id == public_id), actor,
                                     Correction.office_path, READERS))


def _waiting(system: str, actor: Actor) -> Select[tuple[Correction]]:
    query = select(Correction).where(Correction.system == system, Correction.status == "open").order_by(Correction.id)
    whole = joinedload(Correction.case).joinedload(Case.pensioner).joinedload(Pensioner.natural_person)
    return in_area(query, actor, Correction.office_path, READERS).options(whole, joinedload(Correction.decision))


def refusals(system: str, actor: Actor, on: date) -> tuple[Refusal, ...]:
    """Why the actor may not send, answer or set aside for that system; empty when they may."""
    if not actor.roles & set(CHAIN):
        return (Refusal("NO_GRANT", {"roles": CHAIN}, "JS-8.1"),)
    needed = _rules_of(actor, on).value("corrections_sent").get(system, {}).get("office_level")
    if needed and OFFICE_LEVELS.index(actor.office_level) < OFFICE_LEVELS.index(needed):
        return (Refusal("OFFICE_LEVEL_TOO_LOW", {"required_level": needed}, "QD-27"),)
    return ()


def _rules_of(actor: Actor, on: date) -> Rules:
    area = actor.office_path.rstrip("/").rsplit("/", 1)[-1]
    try:
        return rules_for(area, on)
    except RulesNotInForce as none:
        raise refuse("OUT_OF_AREA") from none


def _allowed(system: str, actor: Actor, on: date) -> Actor:
    actor = lock_actor(actor)
    if found := refusals(system, actor, on):
        raise TransitionRefused(found)
    return actor


def send(system: str, form: str, headings: Sequence[Any], written: Written, *, again_of: int | None = None,
         actor: Actor, on: date) -> IO[bytes]:
    """A file of what is open in the actor's area, or of an earlier sending nobody answered; open at its beginning.
    Raises TransitionRefused: NO_GRANT, OFFICE_LEVEL_TOO_LOW, NOTHING_TO_SEND."""
    with attempt("send_corrections", actor, on):
        actor = _allowed(system, actor, on)
        earlier = again_of and db.session.get_one(CorrectionSending, again_of, with_for_update=True)
        rows = _rows_to_send(system, earlier or None, actor)
        made, number, digest = _file(form, headings, (written(row, _died_on(row)) for row in rows))
        sending = CorrectionSending(system=system, office_path=actor.office_path, rows=number, form=form, digest=digest,
                                    sent_on=on, sent_by=actor.account_id, again_of_id=again_of)
        db.session.add(sending)
        db.session.flush()
        for row in rows:
            row.status, row.sending_id = "sent", sending.id
        record(CorrectionsSent(sending=sending.public_id, system=system, rows=number, digest=digest, form=form,
                               corrections=tuple(row.public_id for row in rows),
                               again_of=earlier.public_id if earlier else None, person=actor.natural_person_id),
               actor=actor, on=on, office_path=actor.office_path)
    return made


def _rows_to_send(system: str, earlier: CorrectionSending | None, actor: Actor) -> list[Correction]:
    query = _waiting(system, actor)
    if earlier:
        if earlier.answered_on or earlier.system != system:
            raise refuse("NOTHING_TO_SEND", "QD-27")
        query = select(Correction).where(Correction.sending_id == earlier.id, Correction.status == "sent") \
            .order_by(Correction.id)
    rows = list(db.session.scalars(query.with_for_update(of=Correction).execution_options(populate_existing=True)))
    if not rows:
        raise refuse("NOTHING_TO_SEND", "QD-27")
    return rows


def _file(form: str, headings: Sequence[Any], lines: Any) -> tuple[IO[bytes], int, str]:
    made = TemporaryFile()  # noqa: SIM115  (the answer that is sent closes it)
    number = FORMS[form][0](headings, lines, made)
    made.seek(0)
    digest = hashlib.file_digest(made, "sha256").hexdigest()
    made.seek(0)
    return made, number, digest


def _died_on(row: Correction) -> date | None:
    """The day of death that the decision annulled, or that the register was wrong about."""
    if row.decision_id is None:
        return row.wrong_on if row.reason == "death" else None
    return db.session.scalar(select(DeathMark.died_on).where(DeathMark.annulled_by_decision_id == row.decision_id))


def receive(sending_id: int, receipt_no: str, *, actor: Actor, on: date) -> CorrectionSending:
    """The system has them. Raises TransitionRefused: NO_GRANT, OFFICE_LEVEL_TOO_LOW, NOTHING_CHANGES, WORDS_MISSING."""
    with attempt("receive_corrections", actor, on):
        sending = db.session.get_one(CorrectionSending, sending_id, with_for_update=True, populate_existing=True)
        actor = _allowed(sending.system, actor, on)
        rows = list(db.session.scalars(select(Correction).where(
            Correction.sending_id == sending.id, Correction.status == "sent").with_for_update()))
        if sending.answered_on or not rows:
            raise refuse("NOTHING_CHANGES")
        if not receipt_no.strip():
            raise refuse("WORDS_MISSING", "QD-27")
        sending.receipt_no, sending.answered_on, sending.answered_by = receipt_no.strip(), on, actor.account_id
        for row in rows:
            row.status, row.settled_on, row.settled_by = "received", on, actor.account_id
        record(CorrectionsReceived(sending=sending.public_id, system=sending.system, rows=len(rows),
                                   receipt_no=sending.receipt_no, person=actor.natural_person_id),
               actor=actor, on=on, office_path=sending.office_path)
        return sending


def set_aside(correction_id: int, note: str, *, actor: Actor, on: date) -> Correction:
    """That system did not cause the stop. Raises TransitionRefused: the same, and WORDS_MISSING."""
    case_id = db.session.scalars(select(Correction.case_id).where(Correction.id == correction_id)).one()
    with attempt("set_correction_aside", actor, on, case_id=case_id):
        case = lock_case(case_id)
        row = db.session.get_one(Correction, correction_id, with_for_update=True, populate_existing=True)
        actor = _allowed(row.system, actor, on)
        if row.status != "open":
            raise refuse("NOTHING_CHANGES")
        if not note.strip():
            raise refuse("WORDS_MISSING", "QD-27")
        row.status, row.note, row.settled_on, row.settled_by = "set_aside", note.strip(), on, actor.account_id
        db.session.flush()
        record(CorrectionSetAside(correction_row=row.public_id, system=row.system, note=row.note,
                                  person=actor.natural_person_id), case=case, actor=actor, on=on)
        return row
