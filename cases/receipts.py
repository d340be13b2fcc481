"""What became of short messages: a delivered one is noted, a returned one becomes a letter and work to do (SC 37)."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from audit.events import NoticeDelivered, NoticeReturned, PhoneFailed
from audit.log import record
from cases.channels import Receipt, Receipts
from cases.models import Decision, Notice, Objection
from cases.notice_kinds import instead_of
from cases.notices import queue_on
from database import db, transaction
from staff.access import SYSTEM


def collect(on: date, receipts: Receipts) -> dict[str, int]:
    """Ask the channel and keep every answer, each in its own transaction; a receipt that comes twice counts once.

    Returns how many were delivered, returned, and not ours or known already. Raises NotNow.
    """
    counts = {"delivered": 0, "returned": 0, "known": 0}

    def keep(receipt: Receipt) -> None:
        counts[_keep(receipt, on)] += 1

    receipts(keep)
    return counts


def _keep(receipt: Receipt, on: date) -> str:
    with transaction() as session:
        notice = session.scalar(select(Notice).where(
            Notice.channel_ref == receipt.ref, Notice.status == "accepted", Notice.receipt_on.is_(None))
            .with_for_update(of=Notice))
        if notice is None:
            return "known"
        notice.receipt_on = on
        if receipt.delivered:
            record(NoticeDelivered(notice=notice.public_id, kind=notice.kind, channel=notice.channel),
                   case=notice.case, actor=SYSTEM, on=on)
            return "delivered"
        _returned(notice, receipt.error or "UNKNOWN", on)
    return "returned"


def _returned(notice: Notice, error: str, on: date) -> None:
    """Nobody goes without a letter: the next channel takes it, and the number waits for someone to mend it."""
    notice.status = "returned"
    record(NoticeReturned(notice=notice.public_id, kind=notice.kind, channel=notice.channel, error=error),
           case=notice.case, actor=SYSTEM, on=on)
    person = notice.case.pensioner
    if person.phone_failed_on is None:
        person.phone_failed_on = on
        record(PhoneFailed(pensioner=person.public_id, error=error), case=notice.case, actor=SYSTEM, on=on)
    channel = instead_of(notice.channel)
    channel = channel if channel != "letter" or person.address else instead_of(channel)
    db.session.flush()
    queue_on(channel, f"{notice.once_key}/{channel}", notice.case, notice.kind, notice.content, notice.on,
             notice.decision_id and db.session.get(Decision, notice.decision_id),
             notice.objection_id and db.session.get(Objection, notice.objection_id))
