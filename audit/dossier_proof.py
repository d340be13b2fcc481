"""What ties a case's file to the log: a proof of each of its events under a checkpoint, and that these are all.

What is withheld (views, exports) stands as its entry alone: without its content, and counted all the same.
"""
from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from audit.checkpoints import checkpoint, latest, tree
from audit.entries import LogAltered
from audit.events import TYPES
from audit.exports.proofs import coded
from audit.heads import read_map
from audit.models import AuditBucket, AuditEntry, AuditEvent, AuditPersonal
from audit.policy import policy
from audit.sequencer import opened
from audit.signer.refusals import SignerRefused
from audit.verify import DOSSIER_FORMAT, Policy, bucket_of, written_proof
from audit.witnesses.receipts import PROVES_ITSELF, receipts
from database import db

AGAIN = 5  # the log may have gone on between the checkpoint and the map of heads
HEADS = '%"kind":"heads"%'
HOLDS_BACK = (LogAltered, SignerRefused, LookupError, OSError, ValueError)


class ProofHeldBack(RuntimeError):
    """The log cannot be proven at this moment. Business goes on; whoever makes checkpoints raises the alarm (R5)."""


@dataclass(frozen=True)
class CaseProof:
    """root: base64. last: number of the last event whose content is shown. files: name -> content, to be attached;
    stated: what proof.json says of the log and the case."""

    origin: str
    size: int
    root: str
    last: int
    files: dict[str, bytes]
    stated: dict[str, Any]

    def proof_json(self, data_sha256: str, sealed: str | None) -> bytes:
        body = self.stated | {"data_sha256": data_sha256, "sealed": sealed}
        return json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def prove(case_id: int, case: str, *, until: int | None = None, withheld: Collection[str] = (),
          printed: Collection[tuple[int, str]] = ()) -> CaseProof:
    """The proof of the case's events, or of those up to number `until`, which are then not claimed to be all.

    Sequences and signs first, so that the newest are under a checkpoint. withheld: families of events whose content
    is left out. printed: (number, field) of values that the reader is shown: their salts go along, so that they can be
    compared with what the log commits to. `case`: its public id. Raises ProofHeldBack. Not inside a transaction.
    """
    try:
        for _ in range(AGAIN):
            note = checkpoint()
            made = _Made(case_id, case, note, until, withheld, printed)
            if until is not None or made.states_the_map:
                return made.proof()
    except HOLDS_BACK as error:
        raise ProofHeldBack(f"{type(error).__name__}: {error}") from error
    raise ProofHeldBack("the log goes on faster than it is read")


def own_policy() -> Policy:
    """By the keys of this installation: what it has signed itself. Raises ProofHeldBack."""
    try:
        return Policy.read({name: part for name, part in policy().items() if name in ("origin", "hash", "keys")})
    except HOLDS_BACK as error:
        raise ProofHeldBack(f"{type(error).__name__}: {error}") from error


class _Made:
    """One state of the log: a checkpoint, the entries of the case, and what follows the last map of heads."""

    def __init__(self, case_id: int, case: str, note: bytes, until: int | None, withheld: Collection[str],
                 printed: Collection[tuple[int, str]]) -> None:
        self.log, self.note, self.case, self.whole = opened(), note, case, until is None
        head = latest()
        assert head is not None
        self.tree, self.withheld = tree(head.size), withheld
        self.rows = self._of_case(case_id, until)
        self.salts = self._salts(case_id, printed)
        self.tail = self._tail() if self.whole else []
        self.map = read_map(db.session(), self.log.hashing) if self.whole else None

    def _of_case(self, case_id: int, until: int | None) -> list[Row[Any]]:
        query = (select(AuditEntry.place, AuditEntry.entry, AuditEvent.type, AuditEvent.canonical)
                 .join(AuditEvent, AuditEvent.id == AuditEntry.event_id)
                 .where(AuditEvent.case_id == case_id, AuditEntry.place < self.tree.size).order_by(AuditEntry.place))
        return list(db.session.execute(query.where(AuditEvent.case_seq <= until) if until is not None else query))

    def _salts(self, case_id: int, printed: Collection[tuple[int, str]]) -> bytes:
        """Of the values that are shown; what was erased has none."""
        query = (select(AuditEvent.case_seq, AuditPersonal.field, AuditPersonal.salt)
                 .join(AuditEvent, AuditEvent.id == AuditPersonal.event_id)
                 .where(AuditEvent.case_id == case_id, AuditPersonal.salt.is_not(None))
                 .order_by(AuditEvent.case_seq, AuditPersonal.field))
        return b"".join(_written({"seq": seq, "field": field, "salt": base64.b64encode(salt).decode()})
                        for seq, field, salt in db.session.execute(query) if (seq, field) in printed)

    def _tail(self) -> list[tuple[int, str]]:
        """(place, entry) from the last map of heads to the end."""
        last = select(AuditEntry.place).where(AuditEntry.event_id.is_(None), AuditEntry.place < self.tree.size,
                                              AuditEntry.entry.like(HEADS)).order_by(AuditEntry.place.desc()).limit(1)
        query = select(AuditEntry.place, AuditEntry.entry).where(
            AuditEntry.place >= last.scalar_subquery(), AuditEntry.place < self.tree.size).order_by(AuditEntry.place)
        return [(place, entry) for place, entry in db.session.execute(query)]

    @property
    def states_the_map(self) -> bool:
        """Whether the map as it is now is the one of the last heads, so that nothing was placed since."""
        return bool(self.tail) and self.map is not None and json.loads(self.tail[0][1])["root"] == self.map.root.hex()

    def proof(self) -> CaseProof:
        shown = [row for row in self.rows if TYPES[row.type].FAMILY not in self.withheld]
        files = {f"event-{json.loads(row.entry)['case_seq']:05d}.tlog-proof": self._proof(row.place, row.entry)
                 for row in self.rows}
        own = {row.place for row in self.rows}
        files |= {f"log-{place}.tlog-proof": self._proof(place, entry) for place, entry in self.tail
                  if place not in own}
        files["events.jsonl"] = b"".join(self._line(row) for row in shown)
        files |= {"salts.jsonl": self.salts} if self.salts else {}
        if self.map is not None:
            number = bucket_of(self.log.hashing, self.case)
            lines = db.session.scalar(select(AuditBucket.lines).where(AuditBucket.number == number)) or ""
            siblings = coded(self.map.siblings(number))
            files["heads.jsonl"] = _written({"bucket": number, "lines": lines, "siblings": siblings})
        made = receipts(self.tree.size, self._consistency, PROVES_ITSELF)
        files |= {name.replace("anchors/", "anchor-"): content for name, content in made.items()}
        root = base64.b64encode(self.tree.root()).decode()
        stated = {"format": DOSSIER_FORMAT, "log": self.log.origin, "hash": self.log.hashing.name, "case": self.case,
                  "size": self.tree.size, "root": root, "whole": self.whole, "events": [row.place for row in shown],
                  "withheld": len(self.rows) - len(shown)}
        last = max((json.loads(row.entry)["case_seq"] for row in shown), default=0)
        return CaseProof(self.log.origin, self.tree.size, root, last, files, stated)

    def _proof(self, place: int, entry: str) -> bytes:
        return written_proof(place, self.tree.inclusion(place), self.note, entry.encode())

    def _consistency(self, size: int) -> list[str]:
        return coded(self.tree.consistency(size))

    def _line(self, row: Row[Any]) -> bytes:
        canonical = bytes(row.canonical)
        return _written({"index": row.place, "canonical": canonical.decode(),
                         "digest": self.log.hashing.of(canonical).hex()})


def _written(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
