"""The entries of a case's log that a dossier is folded from, and who stands behind them."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from audit.events import TYPES, Recorded, parse
from audit.models import AuditEvent, AuditTx
from audit.words import words_of
from cases.models import Case
from database import db
from staff.models import Office, StaffAccount

LEFT_OUT = frozenset({"access"})  # issuing a dossier changes nothing in it


class NotInRecord(LookupError):
    """No such case, or no event of it in that transaction."""


@dataclass(frozen=True)
class Entry:
    """An event of the case, as it stands in the log; `data` with its free text."""

    recorded: Recorded
    data: dict[str, Any]
    seq: int
    uid: str
    digest: str
    tx_uid: str


def entries_of(case: Case, as_of_tx: str | None) -> list[Entry]:
    """Up to transaction `as_of_tx` (uid; None: the last that changed the record), oldest first. Raises NotInRecord."""
    rows = db.session.execute(select(AuditEvent, AuditTx.uid).join(AuditTx, AuditEvent.tx_id == AuditTx.id)
                              .where(AuditEvent.case_id == case.id).order_by(AuditEvent.case_seq)).all()
    kept = [(row, tx) for row, tx in rows if TYPES[row.type].FAMILY not in LEFT_OUT]
    read = {row.id: parse(bytes(row.canonical)) for row, _tx in kept}
    told = words_of(read)
    found = [Entry(read[row.id], told[row.id], row.case_seq, row.uid, row.digest, tx) for row, tx in kept]
    cut = max((e.seq for e in found if as_of_tx in (None, e.tx_uid)), default=None)
    if cut is None:
        raise NotInRecord(as_of_tx or case.case_no)
    return [entry for entry in found if entry.seq <= cut]


def those_of(entries: Iterable[Entry], *types: str) -> list[Entry]:
    return [entry for entry in entries if entry.recorded.type in types]


def time_of(entry: Entry) -> str:
    return entry.recorded.meta.recorded_at.isoformat()


def words_in(entry: Entry, names: Iterable[str]) -> dict[str, list[Any]]:
    """Where the log commits to the free text among these fields: name -> [number of the event, its field]."""
    free = TYPES[entry.recorded.type].WORDS
    return {name: [entry.seq, name] for name in names if name in free and entry.data.get(name)}


def printed_words(data: Any) -> set[tuple[int, str]]:
    """(number of the event, field) of each free text that a dossier's data hold."""
    if isinstance(data, list):
        return {found for one in data for found in printed_words(one)}
    if not isinstance(data, dict):
        return set()
    own = {(seq, field) for seq, field in data.get("words", {}).values()}
    return own.union(*(printed_words(one) for name, one in data.items() if name != "words"))


def latest(entries: Iterable[Entry], field: str) -> Any:
    return next((e.data[field] for e in reversed(list(entries)) if e.data.get(field) is not None), None)


def names_of(entries: list[Entry]) -> dict[str, tuple[str, str]]:
    """Account's public id -> (name, office)."""
    actors = {entry.recorded.meta.actor for entry in entries}
    rows = db.session.execute(select(StaffAccount.public_id, StaffAccount.display_name, Office.name).join(
        Office, StaffAccount.office_id == Office.id).where(StaffAccount.public_id.in_(actors)))
    return {public_id: (name, office) for public_id, name, office in rows}


def extract(entry: Entry, names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    actor = entry.recorded.meta.actor
    return {"seq": entry.seq, "type": entry.recorded.type, "at": time_of(entry),
            "on": entry.recorded.meta.on.isoformat(), "actor": names.get(actor, (actor, ""))[0], "uid": entry.uid,
            "digest": entry.digest, "tx": entry.tx_uid}
