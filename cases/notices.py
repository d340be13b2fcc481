"""The outbox: a notice is queued in the transaction that causes it; cases/delivery.py sends it afterwards (O2).

Its content holds what the letter says, without name, ID number, address or phone: those are read from the record
when the letter is rendered, with the rights and data of that moment (A2, A3).
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from audit.events import NoticeQueued, NoticesQueued
from audit.log import record
from cases.citing import letter_basis
from cases.models import Case, Decision, DecisionLine, Notice, Objection, ReviewStep
from cases.notice_kinds import instead_of, kinds
from cases.periods import area_of, rules_of_case
from database import db, in_transaction
from database.types import blind_indexes
from rules import Rules
from staff.access import SYSTEM
from staff.models import Office
from workflows.deadlines import month_of, next_month

__all__ = ["MissingFacts", "queue", "queue_on"]
INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
ID_DOMAIN = "notices.invalid"
LINE_FIELDS = ("month", "entitled_fen", "pay_fen", "forfeited_fen", "basis")
OTHER_NAMES = {"withheld_from": "from_month", "back_pay_fen": "amount_fen", "reasons": "grounds", "opinion": "grounds"}
# content key -> how it is read from the record when the caller does not give it
READ_FROM_RECORD = {
    "reason": lambda c, d, o, on: (d and d.reason) or c.state_reason,
    "on": lambda c, d, o, on: on,
    "due_on": lambda c, d, o, on: c.due_on,
    "period_start": lambda c, d, o, on: c.period_start,
    "from_month": lambda c, d, o, on: _paid_again_from(d) or c.withheld_from or month_of(on),
    "amount_fen": lambda c, d, o, on: d.back_pay_fen if d else 0,
    "decision_kind": lambda c, d, o, on: d and d.kind,
    "grounds": lambda c, d, o, on: (d and (d.fields or {}).get("reasons")) or _last_opinion(d),
    "receipt_no": lambda c, d, o, on: o and o.receipt_no,
    "lodged_on": lambda c, d, o, on: o and o.lodged_on,
    "evidence_on": lambda c, d, o, on: c.last_certified_on,
}


class MissingFacts(ValueError):
    """A letter of this kind must state something that neither the caller nor the record gives."""


def queue(case: Case, kind: str, *, on: date, decision: Decision | None = None, objection: Objection | None = None,
          facts: Mapping[str, Any], channels: tuple[str, ...] | None = None, once: str,
          actor: Any = SYSTEM) -> Notice | None:
    """Queue one notice per channel; `once` names person, day and stage (S6). Call inside `transaction()`.

    facts: amounts in fen, months "YYYY-MM", dates; `lines` are months of an arrears sheet. Those the kind needs and
    the caller leaves out are read from the record. Returns the first notice queued, None when all were before.
    Raises MissingFacts, KeyError for an unknown kind.
    """
    if not in_transaction():
        raise RuntimeError("a notice is queued in the transaction that causes it")
    content = content_of(case, kind, on=on, decision=decision, objection=objection, facts=facts)
    made = [_queued(channel, f"{once}/{channel}", case, kind, content, on, decision, objection)
            for channel in channels_of(case, kind, channels)]
    found = [notice for notice in made if notice is not None]
    if found:
        record(NoticesQueued(kind=kind, notices={one.channel: one.public_id for one in found}, once=once,
                             **_about(decision, objection)), case=case, actor=actor, on=on)
    return found[0] if found else None


def channels_of(case: Case, kind: str, channels: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Those of the kind, or of the caller, that reach the person."""
    person = case.pensioner
    return _reaching(channels or kinds()[kind].channels, bool(person.address),
                     bool(person.phone) and person.phone_failed_on is None)


def message_ids_of(once_keys: Iterable[str]) -> list[str]:
    return [f"{index[:40].lower()}@{ID_DOMAIN}" for index in blind_indexes(once_keys)]


def queue_on(channel: str, once_key: str, case: Case, kind: str, content: dict[str, Any], on: date,
             decision: Decision | None, objection: Objection | None, actor: Any = SYSTEM) -> Notice | None:
    """One more row of the outbox with its event; None when `once_key` was there before."""
    notice = _queued(channel, once_key, case, kind, content, on, decision, objection)
    if notice is not None:
        record(NoticeQueued(notice=notice.public_id, kind=kind, channel=channel, once_key=once_key,
                            **_about(decision, objection)), case=case, actor=actor, on=on)
    return notice


def _queued(channel: str, once_key: str, case: Case, kind: str, content: dict[str, Any], on: date,
            decision: Decision | None, objection: Objection | None) -> Notice | None:
    values = {"case_id": case.id, "kind": kind, "channel": channel, "once_key": once_key, "content": content, "on": on,
              "decision_id": decision.id if decision else None, "objection_id": objection.id if objection else None,
              "message_id": message_ids_of([once_key])[0]}
    insert = INSERTS[db.engine.dialect.name](Notice).values(values).on_conflict_do_nothing(index_elements=["once_key"])
    return db.session.scalar(insert.returning(Notice))


def _about(decision: Decision | None, objection: Objection | None) -> dict[str, str | None]:
    return {"decision": decision and decision.public_id, "objection": objection and objection.public_id}


def content_of(case: Case, kind: str, *, on: date, facts: Mapping[str, Any], decision: Decision | None = None,
               objection: Objection | None = None, office: Office | None = None) -> dict[str, Any]:
    """What the letter says. `office`: the responsible one, where the caller has read it. Raises MissingFacts."""
    row, given, rules = kinds()[kind], facts, rules_of_case(case, on)
    facts = {OTHER_NAMES.get(name, name): value for name, value in given.items() if value is not None}
    for name in row.facts:
        if facts.get(name) is None and name in READ_FROM_RECORD:
            facts[name] = READ_FROM_RECORD[name](case, decision, objection, on)
    if missing := [name for name in row.facts if facts.get(name) in (None, "")]:
        raise MissingFacts(f"{kind}: {', '.join(missing)}")
    basis = _as_list(facts.pop("basis", None))
    lines = facts.pop("lines", decision.lines if decision and row.sheet else ())
    return {
        "facts": {name: _plain(value) for name, value in facts.items()},
        "rules": dict(_values(kind, rules)),
        "lines": [_line(line) for line in lines],
        "basis": basis or letter_basis(row.basis, area_of(case), kind, facts.get("reason"), rules),
        "monthly_fen": facts.get("monthly_fen", _monthly(case, on)),
        "case_no": case.case_no, "scheme": case.scheme, "benefit_kind": case.benefit_kind,
        "rules_version": decision.rules_version if decision else case.rules_version,
        "decision_no": decision.decision_no if decision else None,
        "office": _office(case, office),
    }


def _office(case: Case, known: Office | None) -> dict[str, str | None]:
    """Name, phone and address of the office that answers questions: the responsible one."""
    office = known or db.session.scalar(select(Office).where(Office.path == case.office_path)) or case.paying_office
    return {"name": office.name, "phone": office.phone, "address": office.address}


def _monthly(case: Case, on: date) -> int:
    in_force = [rate.monthly_fen for rate in case.rates if rate.since_month <= month_of(on)]
    return in_force[-1] if in_force else 0


@lru_cache(maxsize=256)
def _values(kind: str, rules: Rules) -> Mapping[str, Any]:
    return kinds()[kind].values(rules)


@cache
def _reaching(channels: tuple[str, ...], address: bool, phone: bool) -> tuple[str, ...]:
    """The channels, or those that replace them where the record holds no address for them."""
    has = {"letter": address, "sms": phone, "email": False, "posting": True, "by_hand": True}
    return tuple(dict.fromkeys(_reachable(channel, has) for channel in channels))


def _reachable(channel: str, has: Mapping[str, bool]) -> str:
    first = channel
    for _ in has:
        if has[channel]:
            return channel
        channel = instead_of(channel)
    return first


def _line(line: DecisionLine | Mapping[str, Any] | Any) -> dict[str, Any]:
    if isinstance(line, Mapping):
        values = dict(line)
    else:
        values = asdict(line) if is_dataclass(line) else {name: getattr(line, name) for name in LINE_FIELDS}
    return {name: values[name] for name in LINE_FIELDS}


def _paid_again_from(decision: Decision | None) -> str | None:
    """The month after the last one that the arrears cover."""
    return next_month(decision.payable_through) if decision and decision.payable_through else None


def _last_opinion(decision: Decision | None) -> str | None:
    written = select(ReviewStep.opinion).where(ReviewStep.decision_id == decision.id, ReviewStep.opinion.is_not(None),
                                               ReviewStep.opinion != "") if decision else None
    return db.session.scalar(written.order_by(ReviewStep.id.desc()).limit(1)) if written is not None else None


def _as_list(basis: Any) -> list[str]:
    return [basis] if isinstance(basis, str) and basis else list(basis or ())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
