"""Check an export of the audit log: `python audit/verify.py FOLDER [--key VKEY]`. Runs alone.

Needs this file, Python, and `cryptography` for a signature; trusts nothing inside the folder but what a key given from
outside has signed. Prints what is wrong and where; ends with 1 if anything is.
"""
from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ORIGIN = "pension-eligibility/audit-export"


@dataclass(frozen=True)
class Finding:
    """`what` is wrong, `where` (file and line, case and number), and in words."""

    what: str
    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.what}: {self.where}: {self.words}"


def leaf(data: bytes) -> bytes:
    """RFC 6962 leaf hash."""
    return hashlib.sha256(b"\0" + data).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 tree hash of leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:  # an odd last node goes up unchanged, which is the tree of RFC 6962
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs):]
    return level[0]


def head_text(size: int, tree: bytes, manifest: bytes) -> bytes:
    """The text that is signed: C2SP checkpoint, the manifest's digest as its extension line."""
    lines = [ORIGIN, str(size), base64.b64encode(tree).decode(), f"manifest {hashlib.sha256(manifest).hexdigest()}"]
    return ("\n".join(lines) + "\n").encode()


def verify(folder: Path, key: str | None = None) -> list[Finding]:
    """All findings about the export in `folder`; empty when it is whole. `key`: a C2SP verifier key."""
    try:
        raw = (folder / "manifest.json").read_bytes()
        manifest = json.loads(raw)
        digests = (folder / "digests.txt").read_text().split()
        lines = [json.loads(line) for line in _lines(folder / "events.jsonl")]
        return [
            *_files(folder, manifest), *_order(digests, lines), *_events(lines), *_cases(manifest, lines),
            *_positions(lines), *_personal(folder, manifest, lines), *_tree(manifest, lines),
            *(_signature(folder, raw, manifest, key) if key else ()),
        ]
    except (OSError, KeyError, TypeError, ValueError) as error:
        return [Finding("unreadable", str(folder), f"{type(error).__name__}: {error}")]


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def _files(folder: Path, manifest: dict[str, Any]) -> Iterator[Finding]:
    for name, stated in sorted(manifest["files"].items()):
        path = folder / name
        if not path.exists():
            yield Finding("removed", name, "a file of the manifest is not there")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != stated["sha256"]:
            yield Finding("altered", name, "its SHA-256 is not that of the manifest")
    known = {*manifest["files"], "manifest.json", "checkpoint"}
    for path in sorted(folder.iterdir()):
        if path.name not in known:
            yield Finding("inserted", path.name, "a file that the manifest does not name")


def _order(digests: list[str], lines: list[dict[str, Any]]) -> Iterator[Finding]:
    """Compare the lines with the list of digests made at the export."""
    found = [hashlib.sha256(base64.b64decode(line["canonical"])).hexdigest() for line in lines]
    listed, present = set(digests), set(found)
    removed = [n for n, d in enumerate(digests, 1) if d not in present]
    added = [n for n, d in enumerate(found, 1) if d not in listed]
    altered = set(removed) & set(added) if len(digests) == len(found) else set()
    for n in sorted(altered):
        yield Finding("altered", f"events.jsonl line {n}", "not the event that was exported")
    for n in removed:
        if n not in altered:
            yield Finding("removed", f"event {n} of the export", f"digest {digests[n - 1]} is on no line")
    for n in added:
        if n not in altered:
            yield Finding("inserted", f"events.jsonl line {n}", "an event that was not exported")
    yield from _moved([d for d in digests if d in present], [(n, d) for n, d in enumerate(found, 1) if d in listed])


def _moved(wanted: list[str], found: list[tuple[int, str]]) -> Iterator[Finding]:
    seen: set[str] = set()
    once = []
    for n, digest in found:
        if digest in seen:
            yield Finding("inserted", f"events.jsonl line {n}", "a second copy of an event")
        else:
            once.append((n, digest))
        seen.add(digest)
    for (n, digest), other in zip(once, wanted, strict=False):
        if digest != other:
            yield Finding("reordered", f"events.jsonl line {n}", "another event stood here")
            return


def _events(lines: list[dict[str, Any]]) -> Iterator[Finding]:
    for n, line in enumerate(lines, 1):
        data, where = base64.b64decode(line["canonical"]), f"events.jsonl line {n}"
        if hashlib.sha256(data).hexdigest() != line["digest"]:
            yield Finding("altered", where, "the bytes do not have the digest beside them")
        body = json.loads(data)
        if _canonical(body) != data:
            yield Finding("altered", where, "the bytes are not in canonical form")
        if line["event"] != body:
            yield Finding("altered", where, "the readable view differs from the bytes")


def _canonical(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _cases(manifest: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[Finding]:
    """Each case's numbers from first to last, each once, in order (design: completeness)."""
    numbers: dict[str, list[int]] = {}
    for line in lines:
        meta = line["event"]["meta"]
        if meta["case"] is not None:
            numbers.setdefault(meta["case"], []).append(meta["case_seq"])
    for case, stated in manifest["cases"].items():
        have, outside = numbers.get(case, []), set(stated["outside"])
        for n in range(stated["first"], stated["last"] + 1):
            if n not in outside and n not in have:
                yield Finding("gap", f"case {case} number {n}", "the case's sequence is not whole")
        if have != sorted(have):
            yield Finding("reordered", f"case {case}", f"numbers stand as {have}")
        if len(have) != len(set(have)):
            yield Finding("inserted", f"case {case}", "a number stands twice")
    for case in sorted(set(numbers) - set(manifest["cases"])):
        yield Finding("inserted", f"case {case}", "the manifest does not know this case")


def _positions(lines: list[dict[str, Any]]) -> Iterator[Finding]:
    last: dict[str, int] = {}
    for n, line in enumerate(lines, 1):
        meta = line["event"]["meta"]
        if meta["position"] <= last.get(meta["tx"], -1):
            yield Finding("reordered", f"events.jsonl line {n}", "before an earlier event of its transaction")
        last[meta["tx"]] = meta["position"]


def _personal(folder: Path, manifest: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[Finding]:
    """Every commitment has its value, or an event that says it was erased."""
    if not manifest["personal"]:
        return
    beside = {(p["event"], p["field"]): p for p in map(json.loads, _lines(folder / "personal.jsonl"))}
    bodies = [json.loads(base64.b64decode(json.loads(e)["canonical"])) for e in _lines(folder / "erasures.jsonl")]
    erased = {(b["data"]["event"], b["data"]["field"]) for b in bodies if b["type"] == "PersonalErased"}
    for n, line in enumerate(lines, 1):
        body = line["event"]
        for field, commitment in sorted(body["personal"].items()):
            key, where = (body["meta"]["uid"], field), f"events.jsonl line {n}, {field}"
            if commitment is None or key in erased and not (beside.get(key) or {}).get("salt"):
                continue
            kept = beside.get(key)
            if kept is None or kept["salt"] is None:
                yield Finding("missing", where, "a personal value is not there and no event says it was erased")
            elif hashlib.sha256(base64.b64decode(kept["salt"]) + kept["value"].encode()).hexdigest() != commitment:
                yield Finding("altered", where, "the personal value is not the one that was recorded")


def _tree(manifest: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[Finding]:
    tree = root([leaf(base64.b64decode(line["canonical"])) for line in lines])
    if tree.hex() != manifest["root"] or len(lines) != manifest["counts"]["events"]:
        yield Finding("altered", "manifest.json root", "the events do not make the tree that was exported")


def _signature(folder: Path, raw: bytes, manifest: dict[str, Any], key: str) -> Iterator[Finding]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    name, _, encoded = key.split("+", 2)
    public = base64.b64decode(encoded)
    note = (folder / "checkpoint").read_bytes() if (folder / "checkpoint").exists() else b""
    text, _, signatures = note.partition(b"\n\n")
    if text + b"\n" != head_text(manifest["counts"]["events"], bytes.fromhex(manifest["root"]), raw):
        yield Finding("altered", "checkpoint", "it does not sign this manifest")
    for line in signatures.decode().splitlines():
        signer, _, value = line.removeprefix("— ").partition(" ")
        if signer == name and value:
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(base64.b64decode(value)[4:], text + b"\n")
                return
            except InvalidSignature:
                break
    yield Finding("unsigned", "checkpoint", f"no valid signature of {name}")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an export of the audit log.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", help="verifier key, obtained elsewhere than from the folder")
    given = parser.parse_args(arguments)
    findings = verify(given.folder, given.key)
    for finding in findings:
        print(finding)
    if not findings:
        print("OK" if given.key else "OK, consistent in itself; no key was given, so no signature was checked")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
