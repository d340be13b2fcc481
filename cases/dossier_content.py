"""What a dossier says: a fold over the case's events up to a transaction, with names read beside them.

Access events (views, unmasking, exports, dossiers issued) are left out, so that issuing changes nothing. The result
is plain JSON, the same in every language; it is printed, and attached to the print.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from audit.models import AuditEvent, AuditPersonal
from cases.dossier_decisions import decisions_of, named, sheet
from cases.dossier_entries import Entry, entries_of, extract, latest, names_of, those_of, time_of, words_in
from cases.evidence import title_of_its_own
from cases.models import Case, Evidence
from database import db
from rules import RulesNotInForce, rules_for
from staff.models import Office
from workflows.deadlines import retained_through

FORMAT = "pension-eligibility dossier 1"
NOTICE_STATUS = {"NoticeQueued": "queued", "NoticeSent": "accepted", "NoticeFailed": "failed", "NoticeHeld": "held",
                 "NoticeReleased": "queued", "NoticeReturned": "returned"}
ID_HEAD, TAIL = 6, 4


def content(case: Case, *, as_of_tx: str | None = None, masked: bool = True) -> dict[str, Any]:
    """The dossier's data as of transaction `as_of_tx` (uid; None: the last that changed the record).

    Raises NotInRecord.
    """
    entries = entries_of(case, as_of_tx)
    last = entries[-1]
    decisions = decisions_of(entries)
    names = names_of(entries)
    return {
        "format": FORMAT, "masked": masked, "as_of": {"tx": last.tx_uid, "recorded_at": time_of(last), "seq": last.seq},
        "case": _case(case, entries), "person": _person(case, entries, masked), "archive": _archive(case, entries),
        "path": _path(entries), "decisions": [named(decision, names) for decision in decisions],
        "objections": _objections(entries), "evidence": _evidence(entries), "notices": _notices(entries),
        "certifications": _certifications(entries),
        "arrears": [sheet(one) for one in decisions if one["stage"] == "executed" and one["lines"]],
        "overpaid": _overpaid(entries),
        "extract": [extract(entry, names) for entry in entries],
    }


def _case(case: Case, entries: list[Entry]) -> dict[str, Any]:
    """State and dates as the events leave them; what never changes from the case itself."""
    states = [entry for entry in entries if "to_state" in entry.data]
    dated = [e for e in entries if e in states or e.recorded.type == "CertificationAccepted"]
    office = db.session.scalar(select(Office).where(Office.path == case.office_path)) or case.paying_office
    return {
        "case_no": case.case_no, "scheme": case.scheme, "benefit_kind": case.benefit_kind, "office": office.name,
        "office_code": office.code, "phone": office.phone, "paying_office": case.paying_office.name,
        "granted_on": case.granted_on.isoformat(),
        "state": states[-1].data["to_state"] if states else case.state,
        "state_since": states[-1].data["on"] if states else case.state_since.isoformat(),
        "state_reason": states[-1].data.get("reason") if states else case.state_reason,
        "due_on": latest(dated, "due_on"), "last_certified_on": latest(dated, "last_certified_on"),
        "rules_version": states[-1].data["rules_version"] if states else case.rules_version,
    }


def _person(case: Case, entries: list[Entry], masked: bool) -> dict[str, Any]:
    person, cut = case.pensioner, entries[-1].seq
    name = _value_then(case, cut, "old_name") or person.name
    number = _value_then(case, cut, "old_id_number") or person.id_number
    show: Callable[[str | None, int], str | None] = _mask if masked else lambda value, head: value
    died = those_of(entries, "DeathMarked", "DeathMarkAnnulled")
    return {
        "name": name, "id_number": show(number, ID_HEAD), "sex": person.sex,
        "birth_on": person.birth_on.isoformat() if not masked else f"{person.birth_on.year}",
        "payee_account": show(case.payee_account, 0), "payee_bank": case.payee_bank,
        "died_on": died[-1].data["died_on"] if died and died[-1].recorded.type == "DeathMarked" else None,
    }


def _value_then(case: Case, cut: int, field: str) -> str | None:
    """A personal value before the first change of identity that came after `cut`."""
    return db.session.scalar(
        select(AuditPersonal.value).join(AuditEvent, AuditEvent.id == AuditPersonal.event_id)
        .where(AuditEvent.case_id == case.id, AuditEvent.type == "IdentityChanged", AuditEvent.case_seq > cut,
               AuditPersonal.field == field).order_by(AuditEvent.case_seq).limit(1))


def _mask(value: str | None, head: int) -> str | None:
    if not value:
        return value
    shown = value[:head] + "*" * max(len(value) - head - TAIL, 0) + value[-TAIL:]
    return shown if len(value) > head + TAIL else "*" * len(value)


def _archive(case: Case, entries: list[Entry]) -> dict[str, Any]:
    """Retention from the rules in force (years, basis); disposal after the year of the last entry plus that."""
    made_on = entries[-1].recorded.meta.recorded_at.date()
    try:
        rule = rules_for(case.paying_office.code, made_on, case.scheme).entry("retention_years")
    except (RulesNotInForce, KeyError):
        return {"retention_years": None, "basis": None, "dispose_after": None}
    kept = retained_through(made_on, int(rule.value))
    return {"retention_years": rule.value, "basis": rule.basis, "dispose_after": kept.isoformat()}


def _path(entries: list[Entry]) -> list[dict[str, Any]]:
    return [{"seq": e.seq, "on": e.data["on"], **{name: e.data.get(name) for name in
             ("action", "from_state", "to_state", "reason", "basis", "decision", "rules_version")}}
            for e in entries if "to_state" in e.data]


def _evidence(entries: list[Entry]) -> list[dict[str, Any]]:
    added = those_of(entries, "EvidenceAdded")
    titles = dict(db.session.execute(select(Evidence.public_id, Evidence.title).where(
        Evidence.public_id.in_([e.data["evidence"] for e in added]))).all())
    told = ("evidence", "kind", "media_type", "size", "sha256", "happened_on", "received_on")
    return [{"title": title_of_its_own(e.data["kind"], titles.get(e.data["evidence"], "")),
             **{name: e.data.get(name) for name in told}} for e in added]


def _notices(entries: list[Entry]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in those_of(entries, "NoticesQueued", *NOTICE_STATUS):
        data, kind = entry.data, entry.recorded.type
        for channel, one in data.get("notices", {data.get("channel"): data.get("notice")}).items():
            row = found.setdefault(one, {"notice": one, "kind": data["kind"], "channel": channel,
                                         "queued_at": time_of(entry), "proof": None, "words": {}})
            row |= {"status": NOTICE_STATUS.get(kind, "queued"), "at": time_of(entry),
                    "proof": data.get("proof") or data.get("error") or row["proof"]}
            for where in words_in(entry, ("error", "proof")).values():
                row["words"]["proof"] = where
    return list(found.values())


def _objections(entries: list[Entry]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in those_of(entries, "ObjectionLodged", "ObjectionUpheld", "ObjectionDismissed"):
        data = entry.data
        if entry.recorded.type == "ObjectionLodged":
            found[data["objection"]] = {**{name: data.get(name) for name in
                ("objection", "receipt_no", "kind", "lodged_by", "lodged_on", "grounds")}, "status": "open",
                "words": words_in(entry, ("grounds",))}
        elif row := found.get(data["objection"]):
            row["status"] = entry.recorded.type.removeprefix("Objection").lower()
    return list(found.values())


def _certifications(entries: list[Entry]) -> list[dict[str, Any]]:
    return [{name: e.data.get(name) for name in ("method", "evidence_on", "due_on", "previous_due_on")}
            for e in those_of(entries, "CertificationAccepted")]


def _overpaid(entries: list[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Months overpaid as they stand, claims and receipts (amounts in fen)."""
    months = {e.data["month"]: {name: e.data[name] for name in ("month", "overpaid", "recovered")}
              for e in those_of(entries, "BenefitMonthChanged")}
    receipts = [{name: e.data[name] for name in ("month", "amount_fen", "receipt_ref", "way", "received_on")}
                for e in those_of(entries, "OverpaymentRecovered")]
    return {"months": [row for _, row in sorted(months.items()) if row["overpaid"]], "receipts": receipts}


def made_at(data: dict[str, Any]) -> datetime:
    """The moment a dossier speaks of: when its last transaction was recorded."""
    return datetime.fromisoformat(data["as_of"]["recorded_at"])


def made_on(data: dict[str, Any]) -> date:
    return made_at(data).date()
