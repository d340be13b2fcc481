"""People are written to when the log is not witnessed as it should be: once for each lateness, which the log remembers.

The mail goes before the event; killed between, it goes again under the same Message-ID.
"""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from email.message import EmailMessage

from flask import current_app
from sqlalchemy import select

from audit.events import SYSTEM, LogAlarmSent, parse
from audit.log import record
from audit.models import AuditEvent
from audit.witnesses.standing import overview
from cases.channels import mail_to
from database import db, transaction
from workflows.glossary import term

REMEMBERED = 200  # alarms of the past that are looked through


def tell(on: date) -> int:
    """Write to each of ALARM_TO about what nobody was told of yet; returns how many were written to.

    Raises BadTransport, Undeliverable or what breaks the line: nothing is recorded then, and it is tried again.
    """
    receivers = [one.strip() for one in current_app.config["ALARM_TO"].split(",") if one.strip()]
    known = _told()
    fresh = {what: since for what, since in overview().alarms.items() if (what, since) not in known}
    db.session.rollback()  # no transaction is held while a mail server takes its time
    if not fresh or not receivers:
        return 0
    for receiver in receivers:
        mail_to(current_app.config, receiver)(_mail(fresh, receiver))
    with transaction():
        record(LogAlarmSent(alarms=fresh, receivers=len(receivers)), actor=SYSTEM, on=on, command="log_alarm")
    return len(receivers)


def _told() -> set[tuple[str, str]]:
    query = select(AuditEvent.canonical).where(AuditEvent.type == "LogAlarmSent").order_by(AuditEvent.id.desc())
    return {pair for row in db.session.scalars(query.limit(REMEMBERED)) for pair in parse(row).data["alarms"].items()}


def _mail(fresh: Mapping[str, str], receiver: str) -> EmailMessage:
    """In Chinese and English: what is wrong, nothing personal."""
    mail = EmailMessage()
    mark = hashlib.sha256(f"{receiver} {sorted(fresh.items())}".encode()).hexdigest()[:40]
    mail["Message-ID"] = f"<{mark}@log-alarm>"
    mail["X-Notice-Address"] = receiver  # where mail is written to files
    mail["Subject"] = "[pension-eligibility] 日志见证异常 / the log is not witnessed"
    mail.set_content("\n".join([*(_line(what, "zh") for what in fresh), "", *(_line(what, "en") for what in fresh), "",
                                "/audit/anchors"]))
    return mail


def _line(what: str, language: str) -> str:
    kind, _, name = what.partition(" ")
    return f"- {term(f'alarm.{kind}', language)}{f' ({name})' if name else ''}"
