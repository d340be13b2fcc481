"""Sending what the outbox holds. One delivery at a time per database; a kill at any moment leaves no notice twice
unseen: whatever is found `sending` has an unknown fate and waits for a person (O1, O2).
"""
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from typing import Any

from flask import current_app
from sqlalchemy import and_, not_, select

from audit.events import Event, NoticeFailed, NoticeHeld, NoticeReleased, NoticeSent
from audit.log import record
from cases.channels import Accepted, Send, transport
from cases.letters import Letter, font_folder, letter, letter_pdf, letter_text
from cases.models import Case, Decision, Notice, Objection
from cases.notice_kinds import BY_HAND
from cases.notices import queue_on
from cases.pdf import RareCharacter, check_renderable, name_of
from cases.quiet_hours import DISTURBING, quiet_offices
from cases.sending import alone, hand_over, message_to
from database import db, transaction
from database.types import now
from staff.access import SYSTEM, lock_actor
from staff.actor import Actor

PAPER = frozenset({"letter", "posting"})
RELEASABLE = ("held", "failed", "returned")
HOLDABLE = ("queued", "sending")


@dataclass
class Delivered:
    """What a run did, counted."""

    accepted: int = 0
    failed: int = 0
    held: int = 0
    queued: int = 0  # a channel that takes nothing at the moment


def deliver(on: date, limit: int = 1000, send: Send | None = None, *, hour: int) -> Delivered:
    """Send up to `limit` queued notices, oldest first; `hour` is the local hour of the day, for the quiet hours.

    Raises DeliveryRunning, BadTransport, FontsMissing.
    """
    send, done = send or transport(current_app.config), Delivered()
    check_renderable("", font_folder())  # without fonts no notice is begun
    with alone():
        done.held = hold(on, ("sending",), "FATE_UNKNOWN")
        quiet, busy, last = quiet_offices(on, hour), set(), 0
        for _ in range(limit):
            taken = _take(last, quiet, busy)
            if taken is None:
                break
            last, channel = taken
            status = _send(last, on, send)
            setattr(done, status, getattr(done, status) + 1)
            busy |= {channel} if status == "queued" else set()
    return done


def hold(on: date, statuses: tuple[str, ...] = HOLDABLE, cause: str = "RESTORED", actor: Any = SYSTEM) -> int:
    """Hold all notices in `statuses` until a person releases them: after a restore, the whole outbox."""
    with transaction() as session:
        found = session.scalars(select(Notice).where(Notice.status.in_(statuses)).order_by(Notice.id)
                                .with_for_update(of=Notice)).all()
        for notice in found:
            notice.status = "held"
            _record(notice, NoticeHeld, actor, on, cause=cause)
    return len(found)


def release(public_id: str, actor: Actor, on: date) -> Notice:
    """A held or failed notice goes back into the queue under its old Message-ID. Raises LookupError.

    The caller has checked area and role; the actor's rights are read again here (P4).
    """
    with transaction() as session:
        actor = lock_actor(actor)
        notice = session.scalar(select(Notice).where(Notice.public_id == public_id, Notice.status.in_(RELEASABLE))
                                .with_for_update(of=Notice))
        if notice is None or not actor.covers(notice.case.office_path):
            raise LookupError(public_id)
        cause, notice.status = notice.status, "queued"
        _record(notice, NoticeReleased, actor, on, cause=cause)
    return notice


def message_of(notice: Notice) -> EmailMessage:
    """The message of a notice, with its letter as PDF where the channel is paper. Raises RareCharacter."""
    words: Letter = letter(notice)
    message = message_to(notice.message_id, f"{words.title} {words.content['case_no']}", notice.channel,
                         _address(notice), letter_text(notice))
    if notice.channel in PAPER:
        message.add_attachment(letter_pdf(notice), maintype="application", subtype="pdf",
                               filename=f"{notice.message_id}.pdf")
    return message


def _take(after: int, quiet: Collection[str], busy: Collection[str]) -> tuple[int, str] | None:
    """The next queued notice, marked `sending` and committed: from here on its fate is unknown until told."""
    asleep = and_(Notice.channel.in_(DISTURBING), Notice.case.has(Case.office_path.in_(quiet)))
    ready = and_(Notice.status == "queued", Notice.id > after, Notice.channel.not_in(busy), not_(asleep))
    with transaction() as session:
        notice = session.scalar(
            select(Notice).where(ready).order_by(Notice.id).limit(1).with_for_update(of=Notice, skip_locked=True))
        if notice is None:
            return None
        notice.status, notice.attempts = "sending", notice.attempts + 1
        return notice.id, notice.channel


def _send(notice_id: int, on: date, send: Send) -> str:
    """The status that the notice has afterwards."""
    try:
        message = message_of(db.session.get_one(Notice, notice_id))
    except RareCharacter as rare:
        db.session.rollback()
        return _failed(notice_id, on, "RARE_CHARACTER " + "; ".join(f"{one} U+{ord(one):04X} {name_of(one)}"
                                                                    for one in rare.characters), instead=BY_HAND)
    fate = hand_over(message, send)
    if fate.status == "queued":
        return _back(notice_id)
    if fate.status == "failed":
        return _failed(notice_id, on, str(fate.error))
    if fate.status == "held":
        return _settle(notice_id, "held", NoticeHeld, on, cause=f"FATE_UNKNOWN {type(fate.error).__name__}")
    return _settle(notice_id, "accepted", NoticeSent, on, answer=fate.answer)


def _back(notice_id: int) -> str:
    """Nothing went out and nothing was refused: it waits for the next run."""
    with transaction() as session:
        notice = session.get_one(Notice, notice_id, with_for_update=True)
        notice.status, notice.attempts = "queued", notice.attempts - 1
    return "queued"


def _settle(notice_id: int, status: str, kind: type[Event], on: date, *, answer: Accepted | None = None,
            **fields: Any) -> str:
    with transaction() as session:
        notice = session.get_one(Notice, notice_id, with_for_update=True)
        notice.status = status
        if answer:
            notice.proof, notice.channel_ref, notice.delivered_at = answer.proof, answer.ref, now()
            fields = {"message_id": notice.message_id, "proof": answer.proof, "attempts": notice.attempts}
        _record(notice, kind, SYSTEM, on, **fields)
    return status


def _failed(notice_id: int, on: date, error: str, instead: str | None = None) -> str:
    """Marked failed; nobody goes without a letter, so another channel is queued with it where one was named."""
    with transaction() as session:
        notice = session.get_one(Notice, notice_id, with_for_update=True)
        notice.status, notice.proof = "failed", error[:300]
        _record(notice, NoticeFailed, SYSTEM, on, error=error, attempts=notice.attempts)
        if instead:
            queue_on(instead, f"{notice.once_key}/{instead}", notice.case, notice.kind, notice.content, notice.on,
                     notice.decision_id and session.get(Decision, notice.decision_id),
                     notice.objection_id and session.get(Objection, notice.objection_id))
    return "failed"


def _record(notice: Notice, kind: type[Event], actor: Any, on: date, **fields: Any) -> None:
    record(kind(notice=notice.public_id, kind=notice.kind, channel=notice.channel, **fields),  # type: ignore[call-arg]
           case=notice.case, actor=actor, on=on)


def _address(notice: Notice) -> str | None:
    """Read at the moment of sending (A2)."""
    person = notice.case.pensioner
    return {"sms": person.phone, "letter": person.address}.get(notice.channel)
