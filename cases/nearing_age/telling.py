"""The daily step: whoever is so many months before the age is told once, by the channel on file (JS-6.4).

An entry is marked `sending` and committed before its message leaves: one whose fate is unknown after a kill is held,
and a person tells it.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from typing import Any

from flask import current_app
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, or_, select

from audit.events import NearingAgeMoved, NearingAgeNotTold, NearingAgeTold
from audit.log import record
from cases.channels import Send, transport
from cases.imports.errors import masked
from cases.ledgers.table import latest_due
from cases.models import NearingAge
from cases.notices import message_ids_of
from cases.periods import area_of_path, rules_of_place
from cases.quiet_hours import DISTURBING, is_quiet
from cases.sending import Fate, alone, hand_over, message_to
from cases.sweep import FutureSweep, is_demonstration
from cases.wording import Wording, print_environment
from database import db, transaction
from rules import Rules, RulesNotInForce
from staff.actor import SYSTEM
from workflows.deadlines import birthday

TITLE = "到龄领取待遇提前告知"


def tell(on: date, *, today: date, hour: int, send: Send | None = None) -> Counter[str]:
    """What was done, counted: moved, told, failed, held, waiting. hour: local, of the day, for the quiet hours.

    Raises FutureSweep, BadTransport, DeliveryRunning.
    """
    if on > today and not is_demonstration():
        raise FutureSweep
    send = send or transport(current_app.config)
    with alone():
        done = Counter(moved=_move(on), held=_hold(on))
        ids = list(db.session.scalars(select(NearingAge.id).where(_due(on)).order_by(NearingAge.id)))
        db.session.rollback()
        done.update(_tell(one, on, send, hour) for one in ids)
    return done


def _groups() -> list[Any]:
    open_ = select(NearingAge.office_path, NearingAge.scheme).where(NearingAge.closed_on.is_(None)).distinct()
    return list(db.session.execute(open_))


def _ruled(on: date) -> Iterator[tuple[ColumnElement[bool], Rules]]:
    for path, scheme in _groups():
        try:
            rules = rules_of_place(path, scheme, on)
        except RulesNotInForce:
            continue
        yield and_(NearingAge.office_path == path, NearingAge.scheme == scheme, NearingAge.closed_on.is_(None)), rules


def _due(on: date) -> ColumnElement[bool]:
    """Not told yet, and the day so many months before has come."""
    near = [and_(where, NearingAge.reaches_on <= latest_due(on, int(rules.value("benefit_age_notice_months"))))
            for where, rules in _ruled(on)]
    return and_(NearingAge.status == "none", or_(*near)) if near else NearingAge.id < 0


def _move(on: date) -> int:
    """Entries whose day is another by the rules of today."""
    moved = 0
    with transaction():
        for where, rules in list(_ruled(on)):
            age = int(rules.value("benefit_age"))
            for entry in db.session.scalars(select(NearingAge).where(where).with_for_update()):
                day, before = birthday(entry.birth_on, age), entry.reaches_on
                if day == before:
                    continue
                entry.reaches_on, moved = day, moved + 1
                record(NearingAgeMoved(entry=entry.public_id, reaches_on=day, reached_before=before), actor=SYSTEM,
                       on=on, office_path=entry.office_path, command="tell_nearing_age")
    return moved


def _hold(on: date) -> int:
    with transaction():
        found = db.session.scalars(select(NearingAge).where(NearingAge.status == "sending").with_for_update()).all()
        for entry in found:
            _not_told(entry, "held", "FATE_UNKNOWN", on)
    return len(found)


def _tell(key: int, on: date, send: Send, hour: int) -> str:
    with transaction():
        entry = db.session.scalar(select(NearingAge).where(NearingAge.id == key, _due(on)).with_for_update())
        if entry is None:
            return "waiting"
        channel = "sms" if entry.phone else "letter" if entry.address else None
        if channel is None:
            _not_told(entry, "failed", "NO_ADDRESS", on)
            return "failed"
        if channel in DISTURBING and is_quiet(area_of_path(entry.office_path), on, hour):
            return "waiting"
        entry.status, entry.channel = "sending", channel
        entry.message_id = message_ids_of([f"nearing_age:{entry.public_id}"])[0]
    return _settled(key, hand_over(message_of(db.session.get_one(NearingAge, key), on), send), on)


def _settled(key: int, fate: Fate, on: date) -> str:
    with transaction():
        entry = db.session.get_one(NearingAge, key, with_for_update=True)
        if fate.status == "queued":
            entry.status = "none"
            return "waiting"
        if fate.answer is None:
            _not_told(entry, fate.status, type(fate.error).__name__, on)
            return fate.status
        entry.status, entry.told_on, entry.proof = "accepted", on, fate.answer.proof
        record(NearingAgeTold(entry=entry.public_id, channel=entry.channel or "", reaches_on=entry.reaches_on,
                              message_id=entry.message_id or "", proof=fate.answer.proof), actor=SYSTEM, on=on,
               office_path=entry.office_path, command="tell_nearing_age")
    return "told"


def _not_told(entry: NearingAge, status: str, error: str, on: date) -> None:
    entry.status = status
    record(NearingAgeNotTold(entry=entry.public_id, channel=entry.channel, outcome=status, error=error),
           actor=SYSTEM, on=on, office_path=entry.office_path, command="tell_nearing_age")


def message_of(entry: NearingAge, on: date) -> EmailMessage:
    address = (entry.phone if entry.channel == "sms" else entry.address) or ""
    return message_to(entry.message_id or "", TITLE, entry.channel or "", address, words_of(entry, on))


def words_of(entry: NearingAge, on: date, lang: str = "zh") -> str:
    """The notice as it is read."""
    rule = rules_of_place(entry.office_path, entry.scheme, on).entry("benefit_age")
    text = print_environment(lang).get_template("letters/nearing_age.txt").render(
        entry=entry, title=Wording(lang).say(TITLE), number=masked(entry.id_number, "id_number"), age=rule.value,
        rule=rule, on=on)
    return str(Markup(text).unescape())
