"""A log and an export of it, written by hand from docs/decisions/110 and 113: what a program of others would write."""
from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.tree.proofs import consistency_proof, inclusion_proof
from audit.tree.tiles import bundle, bundles
from audit.verify import (
    COSIGNATURE,
    ED25519,
    Hashing,
    NoteKey,
    Policy,
    Report,
    bucket_hash,
    bucket_of,
    cosigned_message,
    head_line,
    root,
    signature_line,
    verify_export,
)

ORIGIN = "pension-eligibility/test"
BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)


def dumped(body: Any, *, ascii_only: bool = False) -> str:
    return json.dumps(body, ensure_ascii=ascii_only, sort_keys=True, separators=(",", ":"))


def coded(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    path.write_bytes(b"".join(dumped(line).encode() + b"\n" for line in lines))


class Keys:
    """Of the log, and of one witness."""

    def __init__(self) -> None:
        self.log, self.witness = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        self.log_key = NoteKey(ORIGIN, ED25519, self.log.public_key().public_bytes_raw())
        self.witness_key = NoteKey("witness.test", COSIGNATURE, self.witness.public_key().public_bytes_raw())

    def policy(self, hashing: str, cosigned: int = 0) -> Policy:
        return Policy.read(self.written(hashing, cosigned))

    def written(self, hashing: str, cosigned: int = 0) -> dict[str, Any]:
        """As the file that an inspector has."""
        return {"origin": ORIGIN, "hash": hashing, "keys": [{"key": self.log_key.written, "from": 0}],
                "witnesses": [self.witness_key.written], "cosigned": cosigned}


class MadeUpLog:
    """Events of cases "a", "b" and of none, one after the other; each batch ends with a map of heads."""

    def __init__(self, hashing: str = "sha256", keys: Keys | None = None) -> None:
        self.hashing, self.keys = Hashing(hashing), keys or Keys()
        self.entries: list[bytes] = []
        self.events: dict[int, str] = {}  # index -> canonical
        self.heads: dict[str, tuple[int, int]] = {}
        self._enter({"v": 1, "kind": "origin", "log": ORIGIN, "hash": hashing})

    def _enter(self, entry: dict[str, Any]) -> None:
        self.entries.append(dumped(entry, ascii_only=True).encode())

    def happen(self, case: str | None, told: str = "x", at: datetime | None = None, type_: str = "DecisionWithdrawn",
               personal: Mapping[str, str] | None = None, data: Mapping[str, Any] | None = None) -> int:
        index = len(self.entries)
        seq, prev = self.heads.get(case, (0, None)) if case else (None, None)
        meta = {"uid": f"u{index}-{told}", "tx": f"t{index}", "position": 0, "command": "c", "actor": "SYSTEM",
                "on": "2026-03-01", "recorded_at": (at or BEGAN + timedelta(minutes=index)).isoformat(
                    timespec="microseconds"), "case": case, "case_seq": seq + 1 if case else None, "office": "51/"}
        body = {"data": {"told": told, **(data or {})}, "meta": meta, "personal": dict(personal or {}), "type": type_,
                "v": 1}
        canonical = dumped(body)
        self._enter({"v": 1, "kind": "event", "digest": self.hashing.of(canonical.encode()).hex(), "prev": prev}
                    | {k: meta[k] for k in ("uid", "tx", "position", "recorded_at", "case", "case_seq")})
        self.events[index] = canonical
        if case:
            self.heads[case] = (meta["case_seq"], index)
        return index

    def close_batch(self) -> None:
        self._enter({"v": 1, "kind": "heads", "size": len(self.entries), "cases": len(self.heads),
                     "root": self.map_node(16, 0).hex()})

    def lines(self, bucket: int) -> str:
        return "\n".join(head_line(case, *self.heads[case]) for case in sorted(self.heads)
                         if bucket_of(self.hashing, case) == bucket)

    def map_node(self, level: int, index: int) -> bytes:
        """Of the map of heads, whose empty halves are all the same."""
        mine = [n for n in {bucket_of(self.hashing, case) for case in self.heads} if n >> level == index]
        if level == 0:
            return bucket_hash(self.hashing, self.lines(index))
        if not mine:
            return self._empty(level)
        return self.hashing.node(self.map_node(level - 1, 2 * index), self.map_node(level - 1, 2 * index + 1))

    def _empty(self, level: int) -> bytes:
        below = self._empty(level - 1) if level else b""
        return self.hashing.node(below, below) if level else self.hashing.empty()

    def leaves(self) -> list[bytes]:
        return [self.hashing.leaf(entry) for entry in self.entries]

    def node(self, level: int, index: int) -> bytes:
        return root(self.leaves()[index << level:(index + 1) << level], self.hashing)

    def checkpoint(self, size: int | None = None, *, witnessed: datetime | None = None) -> bytes:
        size = len(self.entries) if size is None else size
        tree = base64.b64encode(root(self.leaves()[:size], self.hashing)).decode()
        text, keys = f"{ORIGIN}\n{size}\n{tree}\n".encode(), self.keys
        note = text + b"\n" + signature_line(keys.log_key, keys.log.sign(text))
        if witnessed:
            at = int(witnessed.timestamp())
            value = at.to_bytes(8, "big") + keys.witness.sign(cosigned_message(at, text))
            note += signature_line(keys.witness_key, value)
        return note

    def export(self, folder: Path, wanted: Iterable[int], *, whole: bool = True, tiles: bool = False,
               left_out: Iterable[int] = (), size: int | None = None, earlier: Mapping[int, bytes] | None = None,
               personal: Iterable[Mapping[str, Any]] | None = None, witnessed: datetime | None = None) -> Path:
        """left_out: events of no line though wanted, as a lying exporter would; earlier: checkpoints brought along."""
        folder.mkdir()
        size = len(self.entries) if size is None else size
        tail = max((i for i, e in enumerate(self.entries[:size]) if b'"heads"' in e), default=size)
        indexes = sorted({*wanted, *range(tail, size)} - set(left_out))
        write_lines(folder / "events.jsonl", [self.event_line(i) for i in indexes if i in self.events])
        write_lines(folder / "entries.jsonl", [{"index": i, "entry": self.entries[i].decode()} for i in indexes])
        if tiles:
            for tile in bundles(size):
                path = folder / "log" / tile.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(bundle(self.entries[256 * tile.n:256 * tile.n + tile.width]))
        else:
            write_lines(folder / "proofs.jsonl", [{"index": i, "proof": self.proof(i, size)} for i in indexes])
            write_lines(folder / "heads.jsonl", self.head_lines())
        write_lines(folder / "consistency.jsonl", [
            {"size": m, "note": note.decode(), "proof": coded(consistency_proof(self.hashing, self.node, m, size))}
            for m, note in (earlier or {}).items()])
        if personal is not None:
            write_lines(folder / "personal.jsonl", personal)
        (folder / "checkpoint").write_bytes(self.checkpoint(size, witnessed=witnessed))
        seal(folder, self, size, whole=whole, tiles=tiles, personal=personal is not None)
        return folder

    def event_line(self, index: int) -> dict[str, Any]:
        canonical = self.events[index]
        return {"index": index, "canonical": canonical, "digest": self.hashing.of(canonical.encode()).hex()}

    def proof(self, index: int, size: int) -> list[str]:
        return coded(inclusion_proof(self.hashing, self.node, index, size))

    def head_lines(self) -> list[dict[str, Any]]:
        wanted = sorted({bucket_of(self.hashing, case) for case in self.heads})
        return [{"bucket": b, "lines": self.lines(b),
                 "siblings": coded(inclusion_proof(self.hashing, self.map_node, b, 1 << 16))} for b in wanted]


def seal(folder: Path, log: MadeUpLog, size: int, **said: Any) -> None:
    """Manifest and receipt: the log itself records the manifest's digest."""
    kept = json.loads((folder / "manifest.json").read_text()) if (folder / "manifest.json").exists() else {}
    files = {p.relative_to(folder).as_posix(): {"sha256": hashlib.sha256(p.read_bytes()).hexdigest(),
                                                "bytes": p.stat().st_size}
             for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in ("manifest.json", "receipt.json")}
    events = len(lines_of(folder / "events.jsonl"))
    manifest = kept | {
        "format": 2, "files": files, "counts": {"events": events},
        "checkpoint": {"size": size, "root": root(log.leaves()[:size], log.hashing).hex()}}
    for name, value in said.items():
        manifest[name] = ("tiles" if value else "each") if name == "tiles" else value
    manifest["proofs"] = manifest.pop("tiles", manifest.get("proofs"))
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    record_it(folder, log, size)


def record_it(folder: Path, log: MadeUpLog, size: int, type_: str = "Exported") -> None:
    """The manifest as it is, recorded by the log; the receipt of it."""
    made = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    index = log.happen(None, type_=type_, data={"digest": made})
    proof = log.proof(index, len(log.entries))
    receipt = {"canonical": log.events[index], "entry": log.entries[index].decode(), "index": index, "proof": proof,
               "checkpoint": log.checkpoint().decode(),
               "consistency": coded(consistency_proof(log.hashing, log.node, size, len(log.entries)))}
    (folder / "receipt.json").write_text(json.dumps(receipt))


HASHES = ("sha256", "sm3")
SALT = bytes(32)
PHONE = hashlib.sha256(SALT + b"13800001111").hexdigest()


def small_log(hashing: str = "sha256", keys: Keys | None = None, told: str = "x") -> MadeUpLog:
    """Two batches: cases a (1, 3, 5, 8) and b (2, 6), one event of no case (4); heads at 7 and 9."""
    log = MadeUpLog(hashing, keys)
    for case in ("a", "b", "a", None, "a", "b"):
        log.happen(case, told, personal={"phone": PHONE} if len(log.entries) == 3 else None)
    log.close_batch()
    log.happen("a", told)
    log.close_batch()
    return log


OF_A = (1, 3, 5, 8)


def verified(log: MadeUpLog, path: Path, *earlier: bytes, cosigned: int = 0) -> Report:
    return verify_export(path, log.keys.policy(log.hashing.name, cosigned), earlier)


def named(report: Report) -> set[str]:
    return {finding.what for finding in report.findings}


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}
