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
from collections.abc import Callable, Iterable, Iterator, Sequence
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


# --- hashes and trees: RFC 6962 section 2.1, RFC 9162 section 2.1 ---


class ProofRefused(ValueError):
    """A proof does not show what it was given for; why, in words."""


class Hashing:
    """The hash of a log, by its name: sha256 or sm3 (GB/T 32905); both of 32 bytes. Raises ValueError."""

    SIZE = 32

    def __init__(self, name: str) -> None:
        if name not in ("sha256", "sm3"):
            raise ValueError(f"no log hashes with {name}")
        self.name = name
        self.of: Callable[[bytes], bytes] = _sha256 if name == "sha256" else _sm3()

    def leaf(self, data: bytes) -> bytes:
        return self.of(b"\0" + data)

    def node(self, left: bytes, right: bytes) -> bytes:
        return self.of(b"\1" + left + right)

    def empty(self) -> bytes:
        """The root of a tree without leaves."""
        return self.of(b"")


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sm3() -> Callable[[bytes], bytes]:
    if "sm3" in hashlib.algorithms_available:
        return lambda data: hashlib.new("sm3", data).digest()
    from cryptography.hazmat.primitives import hashes

    def made(data: bytes) -> bytes:
        hashed = hashes.Hash(hashes.SM3())
        hashed.update(data)
        return hashed.finalize()

    return made


SHA256 = Hashing("sha256")


def leaf(data: bytes, hashing: Hashing = SHA256) -> bytes:
    """RFC 6962 leaf hash."""
    return hashing.leaf(data)


def root(leaves: Sequence[bytes], hashing: Hashing = SHA256) -> bytes:
    """RFC 6962 tree hash of leaf hashes."""
    if not leaves:
        return hashing.empty()
    level, of = list(leaves), hashing.of
    while len(level) > 1:  # an odd last node goes up unchanged, which is the tree of RFC 6962
        pairs = [of(b"\1" + a + b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs):]
    return level[0]


def verify_inclusion(hashing: Hashing, index: int, size: int, leaf: bytes, proof: Sequence[bytes],
                     root: bytes) -> None:
    """The leaf hash stands at `index` of the tree of `size` leaves with that root: RFC 9162 2.1.3.2.

    proof: hashes from the leaf's sibling up. Raises ProofRefused.
    """
    _counted(index, size)
    _hashes(hashing, leaf, root, *proof)
    if index >= size:
        raise ProofRefused(f"a tree of {size} has no leaf {index}")
    at, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            raise ProofRefused("hashes too many")
        if at & 1 or at == last:
            found = hashing.node(beside, found)
            at, last = _up_to_a_right_child(at, last)
        else:
            found = hashing.node(found, beside)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofRefused("hashes too few")
    if found != root:
        raise ProofRefused("the proof leads to another root")


def verify_consistency(hashing: Hashing, size1: int, size2: int, root1: bytes, root2: bytes,
                       proof: Sequence[bytes]) -> None:
    """The tree of size1 and root1 is the beginning of the tree of size2 and root2: RFC 9162 2.1.4.2.

    Equal sizes, and an empty first tree, have an empty proof (RFC 6962 2.1.2). Raises ProofRefused.
    """
    _counted(size1, size2)
    _hashes(hashing, root1, root2, *proof)
    if size1 > size2:
        raise ProofRefused(f"a tree of {size2} does not hold one of {size1}")
    for size, made in ((size1, root1), (size2, root2)):
        if size == 0 and made != hashing.empty():
            raise ProofRefused("not the root of an empty tree")
    if size1 in (0, size2):
        if proof:
            raise ProofRefused("hashes too many")
        if size1 == size2 and root1 != root2:
            raise ProofRefused("one size and two roots")
        return
    _consistent(hashing, size1, size2, (root1, root2), list(proof))


def _consistent(hashing: Hashing, size1: int, size2: int, roots: tuple[bytes, bytes], path: list[bytes]) -> None:
    if not path:
        raise ProofRefused("hashes too few")
    if size1 & (size1 - 1) == 0:
        path.insert(0, roots[0])
    at, last = size1 - 1, size2 - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            raise ProofRefused("hashes too many")
        if at & 1 or at == last:
            old, new = hashing.node(beside, old), hashing.node(beside, new)
            at, last = _up_to_a_right_child(at, last)
        else:
            new = hashing.node(new, beside)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofRefused("hashes too few")
    if (old, new) != roots:
        raise ProofRefused("the proof leads to another root")


def _up_to_a_right_child(at: int, last: int) -> tuple[int, int]:
    """A node at the right edge has no sibling until it is a right child."""
    while not at & 1 and at:
        at, last = at >> 1, last >> 1
    return at, last


def _counted(*numbers: int) -> None:
    for number in numbers:
        if type(number) is not int or number < 0 or number >= 2**63:
            raise ProofRefused(f"{number!r} is no index and no size")


def _hashes(hashing: Hashing, *values: bytes) -> None:
    for value in values:
        if type(value) is not bytes or len(value) != hashing.SIZE:
            raise ProofRefused(f"a hash is {hashing.SIZE} bytes")


# --- signed notes, checkpoints, cosignatures: C2SP signed-note, tlog-checkpoint, tlog-cosignature ---

ED25519, COSIGNATURE = 1, 4  # signature types
MOST_SIGNATURES = 100


class NoteRefused(ValueError):
    """A note that is malformed, or that no known key has signed; why, in words."""


@dataclass(frozen=True)
class NoteKey:
    """A key that signs notes (kind ED25519) or checkpoints of others, with the time (kind COSIGNATURE)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def written(self) -> str:
        """As an inspector keeps it: name+id+base64(kind and key)."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def read(cls, written: str) -> NoteKey:
        """Raises NoteRefused."""
        parts = written.strip().split("+", 2)
        coded = _decoded(parts[2]) if len(parts) == 3 else b""
        if len(coded) != 33 or coded[0] not in (ED25519, COSIGNATURE) or not _is_name(parts[0]):
            raise NoteRefused("not a verifier key (name+id+base64) of a kind that is known here")
        key = cls(parts[0], coded[0], coded[1:])
        if key.id.hex() != parts[1]:
            raise NoteRefused("the key does not have the id beside it")
        return key


@dataclass(frozen=True)
class Signed:
    """A signature that was verified; `at`: POSIX seconds, of a cosignature only."""

    key: NoteKey
    at: int | None


@dataclass(frozen=True)
class Note:
    """The text of a note, by whom of the known keys it is signed, and how many signatures are of unknown ones."""

    text: bytes
    signatures: tuple[Signed, ...]
    unknown: int


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: RFC 6962 root over `size` leaves of the log `origin`."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...]
    note: Note


def open_note(note: bytes, keys: Iterable[NoteKey]) -> Note:
    """The note, with at least one signature of a known key. A false one under a known key refuses the whole.

    Raises NoteRefused.
    """
    text, lines = _split(note)
    known = {(key.name, key.id): key for key in keys}
    found: dict[tuple[str, bytes], Signed] = {}
    unknown = 0
    for line in lines:
        name, key_id, value = _signature_line(line)
        key = known.get((name, key_id))
        unknown += key is None
        if key is not None and (name, key_id) not in found:  # a second one of the same key says nothing more
            found[name, key_id] = Signed(key, _verified(key, value, text))
    if not found:
        raise NoteRefused("no known key has signed it")
    return Note(text, tuple(found.values()), unknown)


def open_checkpoint(note: bytes, keys: Iterable[NoteKey], origin: str | None = None) -> Checkpoint:
    """A note whose text is a tree head, of the log `origin` if one is given. Raises NoteRefused."""
    opened = open_note(note, keys)
    return _checkpoint(opened, origin)


def _checkpoint(opened: Note, origin: str | None) -> Checkpoint:
    lines = opened.text.decode().split("\n")[:-1]
    if len(lines) < 3 or "" in lines:
        raise NoteRefused("not a tree head: origin, size, root")
    found, size, tree, *extensions = lines
    if not _is_number(size):
        raise NoteRefused("the size is no number")
    made = _decoded(tree)
    if len(made) != Hashing.SIZE:
        raise NoteRefused("the root is not of 32 bytes")
    if origin is not None and found != origin:
        raise NoteRefused(f"a tree head of {found}, not of {origin}")
    return Checkpoint(found, int(size), made, tuple(extensions), opened)


def cosigned_message(at: int, text: bytes) -> bytes:
    """What a witness signs: cosignature/v1."""
    return f"cosignature/v1\ntime {at}\n".encode() + text


def signature_line(key: NoteKey, value: bytes) -> bytes:
    """The line below a note; value: the signature, of a cosignature with its eight bytes of time before it."""
    return f"\u2014 {key.name} {base64.b64encode(key.id + value).decode()}\n".encode()


def _split(note: bytes) -> tuple[bytes, list[str]]:
    """Text and signature lines. The last empty line stands between them."""
    try:
        written = note.decode()
    except UnicodeDecodeError:
        raise NoteRefused("not UTF-8") from None
    if any(c < " " and c != "\n" for c in written):
        raise NoteRefused("a control character")
    text, empty, below = written.rpartition("\n\n")
    lines = below.split("\n")
    if not empty or lines.pop() != "" or not lines:
        raise NoteRefused("no text with signature lines below an empty one")
    if len(lines) > MOST_SIGNATURES:
        raise NoteRefused("too many signatures")
    return (text + "\n").encode(), lines


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, coded = rest.partition(" ")
    value = _decoded(coded)
    if dash != "\u2014" or not _is_name(name) or len(value) < 5:
        raise NoteRefused("not a signature line")
    return name, value[:4], value[4:]


def _verified(key: NoteKey, value: bytes, text: bytes) -> int | None:
    """The time of a cosignature. Raises NoteRefused."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    at, message = None, text
    if key.kind == COSIGNATURE:
        at, value = int.from_bytes(value[:8], "big"), value[8:]
        if at >= 2**63:
            raise NoteRefused("a time past all times")
        message = cosigned_message(at, text)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
    except (InvalidSignature, ValueError):
        raise NoteRefused(f"not the signature of {key.name}") from None
    if key.kind == COSIGNATURE:
        _checkpoint(Note(text, (), 0), None)
    return at


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 20


def _decoded(coded: str) -> bytes:
    """Base64 in its one written form, else nothing."""
    try:
        value = base64.b64decode(coded.encode("ascii"), validate=True)
    except ValueError:
        return b""
    return value if base64.b64encode(value).decode() == coded else b""


# --- an export as this version writes it ---


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
