"""Events into a folder that can be checked without us. The caller has limited the selection to the asker's area."""
from __future__ import annotations

import base64
import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from audit.events import Exported
from audit.log import WhoActs, record
from audit.models import AuditEvent, AuditPersonal
from audit.signing import signed_note
from audit.verify import head_text, leaf, root
from database import db, transaction
from database.types import now

COLUMNS = ("n", "uid", "recorded_at", "on", "type", "actor", "command", "case", "case_seq", "office", "tx", "position",
           "data", "digest")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class SequenceGap(RuntimeError):
    """The log itself lacks an event of a case: (case, number)."""


@dataclass
class _Case:
    case_id: int
    numbers: list[int] = field(default_factory=list)


@dataclass
class _Tally:
    """What the manifest says of the events written so far."""

    leaves: list[bytes] = field(default_factory=list)
    types: dict[str, int] = field(default_factory=dict)
    cases: dict[str, _Case] = field(default_factory=dict)

    def add(self, row: AuditEvent, body: dict[str, Any]) -> None:
        self.leaves.append(leaf(row.canonical))
        self.types[row.type] = self.types.get(row.type, 0) + 1
        if row.case_id is not None and row.case_seq is not None:
            self.cases.setdefault(body["meta"]["case"], _Case(row.case_id)).numbers.append(row.case_seq)


def export(selection: Select[tuple[AuditEvent]], folder: Path, *, actor: WhoActs | str, on: date, kind: str,
           described: dict[str, Any] | None = None, scope: str | None = None, personal: bool = False,
           check: Callable[[], object] | None = None) -> Path:
    """Write the events of `selection` to the new `folder` and record Exported; returns the manifest's path.

    `kind`: case or period; `described`: the selection in words for the manifest; `personal`: values and salts too,
    for those who may see them; `check` is called in the transaction that records it and may refuse (rights as of now).
    Raises FileExistsError, SequenceGap. Nothing stays when it cannot be recorded.
    """
    folder.mkdir(parents=True, exist_ok=False)
    try:
        tally = _write_events(selection.order_by(AuditEvent.id), folder, personal)
        manifest = _manifest(folder, tally, kind, described or {}, scope, personal)
        raw = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        (folder / "manifest.json").write_bytes(raw)
        (folder / "checkpoint").write_bytes(signed_note(head_text(len(tally.leaves), root(tally.leaves), raw)))
        with transaction():
            if check:
                check()
            record(Exported(kind=f"audit_{kind}", rows=len(tally.leaves), digest=hashlib.sha256(raw).hexdigest(),
                            scope=scope, selection=described, counts=tally.types),
                   actor=actor, on=on, command="export_audit", office_path=scope)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return folder / "manifest.json"


def _write_events(selection: Select[tuple[AuditEvent]], folder: Path, personal: bool) -> _Tally:
    tally = _Tally()
    db.session.rollback()  # one fresh snapshot for all that follows
    erased: list[str] = []
    with (folder / "events.jsonl").open("wb") as lines, (folder / "digests.txt").open("w") as digests, \
            (folder / "events.csv").open("w", encoding="utf-8-sig", newline="") as table, \
            (folder / "personal.jsonl").open("wb") as beside:
        writer = csv.writer(table)
        writer.writerow(COLUMNS)
        for rows in db.session.scalars(selection.execution_options(yield_per=500)).partitions():
            for row in rows:
                body = json.loads(row.canonical)
                tally.add(row, body)
                lines.write(_line(row, body))
                digests.write(row.digest + "\n")
                writer.writerow([safe_cell(c) for c in _cells(len(tally.leaves), row, body)])
            if personal:
                erased += _write_personal(rows, beside)
    _write_erasures(erased, folder)
    return tally


def _line(row: AuditEvent, body: dict[str, Any]) -> bytes:
    line = {"canonical": base64.b64encode(row.canonical).decode(), "digest": row.digest, "event": body}
    return json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _cells(n: int, row: AuditEvent, body: dict[str, Any]) -> list[Any]:
    meta = body["meta"]
    data = json.dumps(body["data"], ensure_ascii=False, sort_keys=True)
    given = {"n": n, "type": row.type, "data": data, "digest": row.digest} | meta
    return [given[c] for c in COLUMNS]


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula, full-width signs included."""
    text = "" if value is None else value
    return "'" + text if isinstance(text, str) and text.startswith(FORMULA) else text


def _write_personal(rows: Iterable[AuditEvent], beside: Any) -> list[str]:
    """Values and salts of `rows`; returns the events that have an erased one."""
    uids = {row.id: row.uid for row in rows}
    query = select(AuditPersonal).where(AuditPersonal.event_id.in_(uids))
    erased = []
    for kept in db.session.scalars(query.order_by(AuditPersonal.event_id, AuditPersonal.field)):
        line = {"event": uids[kept.event_id], "field": kept.field, "value": kept.value,
                "salt": base64.b64encode(kept.salt).decode() if kept.salt else None}
        beside.write(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
        erased += [uids[kept.event_id]] if kept.erased_at else []
    return erased


def _write_erasures(erased: list[str], folder: Path) -> None:
    """The events that say why a value is not there, whenever they were recorded."""
    wanted = set(erased)
    query = select(AuditEvent).where(AuditEvent.type == "PersonalErased").order_by(AuditEvent.id)
    with (folder / "erasures.jsonl").open("wb") as lines:
        for row in db.session.scalars(query) if wanted else ():
            body = json.loads(row.canonical)
            if body["data"]["event"] in wanted:
                lines.write(_line(row, body))


def _manifest(folder: Path, tally: _Tally, kind: str, described: dict[str, Any], scope: str | None,
              personal: bool) -> dict[str, Any]:
    files = {p.name: {"sha256": hashlib.sha256(p.read_bytes()).hexdigest(), "bytes": p.stat().st_size}
             for p in sorted(folder.iterdir())}
    return {"format": 1, "kind": kind, "selection": described, "scope": scope, "personal": personal,
            "made_at": now().isoformat(), "files": files, "root": root(tally.leaves).hex(),
            "cases": dict(_ranges(tally, whole=kind == "case")),
            "counts": {"events": len(tally.leaves), "types": tally.types}}


def _ranges(tally: _Tally, *, whole: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """First and last number of each case; a whole case runs from 1 to the number the case itself holds."""
    heads = db.metadata.tables["cases"]
    for public, case in sorted(tally.cases.items()):
        first, last = min(case.numbers), max(case.numbers)
        if whole:
            query = select(heads.c.case_seq).where(heads.c.id == case.case_id)
            first, last = 1, db.session.scalar(query) or last
        missing = sorted(set(range(first, last + 1)) - set(case.numbers))
        yield public, {"first": first, "last": last, "outside": _outside(public, case.case_id, missing)}


def _outside(public: str, case_id: int, missing: list[int]) -> list[int]:
    """Numbers that exist but lie outside the selection (another office's area). Raises SequenceGap."""
    for number in missing:
        query = select(AuditEvent.id).where(AuditEvent.case_id == case_id, AuditEvent.case_seq == number)
        if db.session.scalar(query) is None:
            raise SequenceGap(public, number)
    return missing
