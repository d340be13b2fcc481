"""Events into a folder that can be checked without us. The caller has limited the selection to the asker's area."""
from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from audit.checkpoints import latest
from audit.events import Exported
from audit.exports.beside import erasure_lines, value_lines
from audit.exports.folder import Folder
from audit.exports.proofs import Proofs, consistency_lines, each, head_lines, write_tiles
from audit.exports.readme import LANGUAGES, VERIFIER, readme
from audit.exports.selection import Chosen, Placed
from audit.exports.tables import CsvTable, XlsxTable, cells_of
from audit.keeping import signed_checkpoint
from audit.log import WhoActs, record
from audit.models import AuditEntry, AuditEvent
from audit.sequencer import Log, opened
from audit.shelf import shelf
from audit.verify import MANIFEST_FORMAT, OnDisk
from audit.witnesses.receipts import receipts
from database import db, transaction
from database.types import now

Told = Callable[[int, int], object]  # done, of how many


@dataclass(frozen=True)
class Asked:
    """kind: case, office, period or all; whole: no event of a case is left out by the question itself; described:
    the question as the manifest and the log keep it; scope: the asker's area; personal: values and salts too;
    sizes: of earlier checkpoints that the asker holds."""

    selection: Select[tuple[AuditEvent]]
    kind: str
    whole: bool
    described: dict[str, Any] = field(default_factory=dict)
    scope: str | None = None
    personal: bool = False
    sizes: Collection[int] = ()


def export(asked: Asked, path: Path, *, actor: WhoActs | str, on: date, check: Callable[[], object] | None = None,
           told: Told = lambda _done, _of: None) -> Path:
    """Write the new folder `path` and record Exported; returns the manifest's path.

    check: called in the transaction that records it, may refuse (rights as of now). Raises FileExistsError,
    SignerRefused, and what `check` does; then nothing stays.
    """
    folder = Folder(path)
    try:
        signed_checkpoint(on)
        made = _Making(asked, folder, told)
        made.write()
        raw = made.manifest()
        with transaction():
            if check:
                check()
            event = record(Exported(kind=f"audit_{asked.kind}", rows=made.events, scope=asked.scope,
                                    digest=hashlib.sha256(raw).hexdigest(), selection=asked.described,
                                    counts=made.types),
                           actor=actor, on=on, command="export_audit", office_path=asked.scope)
            db.session.flush()
            event_id = event.id
        _write_receipt(path, made.head, event_id, on)
    except BaseException:
        db.session.rollback()
        shutil.rmtree(path)
        raise
    return path / "manifest.json"


def _write_receipt(path: Path, size: int, event_id: int, on: date) -> None:
    """That the log holds the manifest's digest: proven under a later checkpoint, which continues the export's."""
    note = signed_checkpoint(on)
    log, head = opened(), latest()
    assert head is not None
    proofs = Proofs(log.hashing, head.size, shelf())
    query = (select(AuditEntry.place, AuditEntry.entry, AuditEvent.canonical)
             .join(AuditEvent, AuditEvent.id == AuditEntry.event_id).where(AuditEvent.id == event_id))
    place, entry, canonical = db.session.execute(query).one()
    body = {"canonical": canonical.decode(), "entry": entry, "index": place, "proof": proofs.inclusion(place),
            "checkpoint": note.decode(), "consistency": proofs.consistency(size)}
    (path / "receipt.json").write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")


class _Making:
    """One export under way, all of it in one snapshot of the database."""

    def __init__(self, asked: Asked, folder: Folder, told: Told) -> None:
        self.asked, self.folder, self.told = asked, folder, told
        self.session = _snapshot()
        self.log: Log = opened()
        head = latest()
        assert head is not None
        self.head, self.root, self.note = head.size, head.root, head.note
        self.proofs = Proofs(self.log.hashing, self.head, shelf())
        self.chosen = Chosen(self.session, asked.selection, self.head, whole=asked.whole)
        self.of = self.chosen.count()
        self.each = each(self.of, self.head)
        self.events = 0
        self.types: dict[str, int] = {}
        self.erased = OnDisk()

    def write(self) -> None:
        session, folder, hashing = self.session, self.folder, self.log.hashing
        if self.each and self.asked.whole and self.chosen.heads is not None:
            folder.lines("heads.jsonl", head_lines(session, hashing, self.chosen.heads, self.chosen.cases()))
        self._write_rows()
        if not self.each:
            write_tiles(folder, session, self.head, lambda _done: self.told(self.of, self.of))
        folder.lines("consistency.jsonl", consistency_lines(session, self.proofs, self.asked.sizes))
        for name, data in receipts(self.head, self.proofs.consistency).items():
            folder.put(name, data)
        if self.asked.personal:
            folder.lines("erasures.jsonl", erasure_lines(session, self.proofs, self.erased))
        folder.put("checkpoint", self.note.encode())
        folder.put("verify.py", VERIFIER.read_bytes())
        for lang in LANGUAGES:
            folder.put(f"README.{lang}.md", readme(lang, self._said()))

    def _write_rows(self) -> None:
        out = _Lines(self)
        for rows in self.chosen.rows():
            uids = {}
            for row in rows:
                body = out.add(row)
                if body is not None and row.event_id is not None:
                    self.events += 1
                    self.types[body["type"]] = self.types.get(body["type"], 0) + 1
                    uids[row.event_id] = body["meta"]["uid"]
            if self.asked.personal:
                out.values(value_lines(self.session, rows, uids))
            self.told(self.events, self.of)
        out.end()

    def _said(self) -> dict[str, Any]:
        return {"origin": self.log.origin, "hash": self.log.hashing.name, "size": self.head, "root": self.root,
                "events": self.events, "made_at": now().isoformat(timespec="seconds"), "whole": self.asked.whole,
                "personal": self.asked.personal}

    def manifest(self) -> bytes:
        """Written last; its bytes."""
        body = self._said() | {
            "format": MANIFEST_FORMAT, "kind": self.asked.kind, "selection": self.asked.described,
            "scope": self.asked.scope, "proofs": "each" if self.each else "tiles",
            "checkpoint": {"size": self.head, "root": self.root}, "files": self.folder.files(),
            "counts": {"events": self.events, "types": self.types}}
        raw = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode()
        (self.folder.path / "manifest.json").write_bytes(raw)
        return raw


class _Lines:
    """The files that have a line for each row."""

    def __init__(self, making: _Making) -> None:
        folder, self._making = making.folder, making
        self._events, self._entries = folder.file("events.jsonl"), folder.file("entries.jsonl")
        self._proofs = folder.file("proofs.jsonl") if making.each else None
        self._values = folder.file("personal.jsonl") if making.asked.personal else None
        self._tables = (CsvTable(folder.stream("events.csv")), XlsxTable(folder.stream("events.xlsx")))

    def add(self, row: Placed) -> dict[str, Any] | None:
        """The event, if it is one of the selection."""
        line: dict[str, Any] = {"index": row.place, "entry": row.entry}
        self._entries.line(line if row.canonical else line | {"outside": True})
        if self._proofs:
            self._proofs.line({"index": row.place, "proof": self._making.proofs.inclusion(row.place)})
        if row.canonical is None:
            return None
        digest = self._making.log.hashing.of(row.canonical).hex()
        self._events.line({"index": row.place, "canonical": row.canonical.decode(), "digest": digest})
        body: dict[str, Any] = json.loads(row.canonical)
        cells = cells_of(row.place, body, digest)
        for table in self._tables:
            table.add(cells)
        return body

    def values(self, lines: Any) -> None:
        assert self._values is not None
        for line in lines:
            self._values.line(line)
            if line["salt"] is None:
                self._making.erased.put(line["event"], [1])

    def end(self) -> None:
        for table in self._tables:
            table.end()


def _snapshot() -> Any:
    """A session that sees one state of the database to its end."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return db.session


