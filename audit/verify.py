"""Check an export of the audit log, without trusting whoever made it. Runs alone:

    python verify.py FOLDER-OR-ARCHIVE --policy policy.json [--checkpoint EARLIER ...] [--json] [--lang zh|en]

Needs this file, Python 3.11 or later, and `cryptography`. Keys come from the policy file, which is obtained by another
way than exports; nothing inside an export is trusted. Ends with 0 if all is whole, 1 if anything is not (each damage is
named with its place), 2 if it was not asked as it should be. Format: docs/decisions/110 and 113.
"""
from __future__ import annotations

import argparse
import base64
import dataclasses
import hashlib
import io
import json
import re
import sqlite3
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

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


# --- the map of case heads: docs/decisions/110 ---

BUCKETS, DEPTH = 65_536, 16


def bucket_of(hashing: Hashing, case: str) -> int:
    """The bucket of a case: the first sixteen bits of the hash of its public id."""
    return int.from_bytes(hashing.of(case.encode())[:2], "big")


def head_line(case: str, seq: int, index: int) -> str:
    """That the last event of a case has this number, and this place in the log."""
    return f'{{"case":"{case}","index":{index},"seq":{seq}}}'


def bucket_hash(hashing: Hashing, lines: str) -> bytes:
    """Of a bucket's lines, a newline between them."""
    return root([hashing.leaf(line.encode()) for line in lines.split("\n")] if lines else [], hashing)


def verify_head(hashing: Hashing, case: str, lines: str, siblings: Sequence[bytes], root: bytes,
                ) -> tuple[int, int] | None:
    """(number, place) of the last event of a case by the map with this root, or None: the map has no such case.

    lines: all of the case's bucket; siblings: sixteen, from the bucket's up. Raises ProofRefused.
    """
    if len(siblings) != DEPTH:
        raise ProofRefused("hashes too few or too many")
    heads = _heads(lines)
    number = bucket_of(hashing, case)
    verify_inclusion(hashing, number, BUCKETS, bucket_hash(hashing, lines), siblings, root)
    if any(bucket_of(hashing, other) != number for other in heads):
        raise ProofRefused("a case that does not belong to the bucket")
    return heads.get(case)


def _heads(lines: str) -> dict[str, tuple[int, int]]:
    """The lines in their one written form and order."""
    found: dict[str, tuple[int, int]] = {}
    for line in lines.split("\n") if lines else ():
        try:
            body = json.loads(line)
            case, seq, index = body["case"], body["seq"], body["index"]
        except (ValueError, KeyError, TypeError):
            raise ProofRefused("not the lines of a bucket") from None
        if type(seq) is not int or type(index) is not int or head_line(case, seq, index) != line or seq < 1:
            raise ProofRefused("not the lines of a bucket")
        if found and case <= next(reversed(found)):
            raise ProofRefused("the lines of the bucket are not in order")
        found[case] = seq, index
    return found


# --- findings: each kind of damage by its name, in both languages ---

KINDS = {  # kind -> Chinese, English
    "altered": ("被改动", "altered"), "removed": ("被删去", "removed"), "reordered": ("次序被调换", "reordered"),
    "inserted": ("被插入", "inserted"), "cut": ("末尾被截去", "cut at the end"),
    "rechained": ("旧记录被重写后重新签名", "re-chained"), "backdated": ("倒填时间", "back-dated"),
    "unsigned": ("签名无效", "unsigned"), "forked": ("日志分叉", "forked"),
    "incomplete": ("案件记录不全", "incomplete"),
    "misplaced": ("证明张冠李戴", "proof of something else"), "missing": ("个人信息缺失", "missing"),
    "unproven": ("未经证明", "not proven"), "uncosigned": ("见证不足", "not witnessed"),
    "undated": ("时间无从证明", "time not shown"), "unreadable": ("无法读取", "unreadable"),
}
SAYS: dict[str, tuple[str, str, str]] = {  # code -> kind, Chinese, English
    "file_gone": ("removed", "清单所列文件不在", "a file of the manifest is not there"),
    "file_altered": ("altered", "文件的 SHA-256 与清单不符", "its SHA-256 is not that of the manifest"),
    "file_extra": ("inserted", "清单中没有此文件", "a file that the manifest does not name"),
    "file_twice": ("inserted", "压缩包内有两个同名文件", "the archive holds two files of this name"),
    "unreadable": ("unreadable", "{why}", "{why}"),
    "part_damaged": ("altered", "一部分压缩的内容已损坏，不能还原", "a compressed part is damaged"),
    "no_signature": ("unsigned", "没有保管方所持公钥的有效签名：{why}",
                     "no valid signature of a key of the policy: {why}"),
    "wrong_key": ("unsigned", "签名的公钥在规模 {size} 时不应签署",
                  "signed by a key that was not the log's at size {size}"),
    "few_witnesses": ("uncosigned", "须有 {need} 个见证签名，实有 {have} 个",
                      "{need} witnesses must have signed, {have} did"),
    "few_stamps": ("uncosigned", "须有 {need} 个时间戳，实有 {have} 个", "{need} time stamps are needed, {have} hold"),
    "anchor_newer": ("cut", "见证方见过 {size} 条，此处仅 {here} 条",
                     "a witness has seen {size} entries, these are {here}"),
    "other_head": ("altered", "清单所述检查点与所附检查点不同", "the manifest speaks of another checkpoint"),
    "no_receipt": ("unsigned", "没有导出回执，清单未与日志绑定",
                   "no receipt: nothing in the log vouches for the manifest"),
    "receipt_other": ("altered", "日志所记的清单摘要与此清单不同", "the log recorded another manifest for this export"),
    "receipt_false": ("unsigned", "导出回执不成立：{why}", "the receipt does not hold: {why}"),
    "head_shrunk": ("cut", "另存的检查点有 {size} 条，此处仅 {here} 条：旧头重放、备份恢复或末尾被截",
                    "a checkpoint kept elsewhere has {size} entries, this one {here}: an old head replayed, a backup "
                    "restored, or the end cut off"),
    "two_heads": ("forked", "同一规模 {size} 有两个不同的树根", "one size, {size}, with two different roots"),
    "rewritten": ("rechained", "前 {size} 条已不是另存检查点所签的记录",
                  "the first {size} entries are not those of the checkpoint kept elsewhere"),
    "forked": ("forked", "前 {good} 条一致，此后与规模 {size} 的另存检查点分叉",
               "the same up to {good} entries, then another history than the checkpoint of {size} kept elsewhere"),
    "no_consistency": ("unproven", "导出中没有自规模 {size} 起的一致性证明，请以该检查点重新导出",
                       "no consistency proof from size {size} in the export: ask for one made with this checkpoint"),
    "entry_unproven": ("altered", "条目不在检查点的树中：{why}",
                       "the entry is not in the tree of the checkpoint: {why}"),
    "entry_form": ("altered", "条目不是规范写法", "the entry is not in its canonical form"),
    "entry_order": ("reordered", "条目次序颠倒", "entries out of order"),
    "entry_twice": ("inserted", "同一位置的条目出现两次", "a second entry of the same place"),
    "entry_not_in_tiles": ("altered", "与日志条目块中的条目不同", "not the entry that the log's tiles hold there"),
    "tree_other": ("altered", "全部条目算出的树根不是所签树根", "the entries do not make the root that was signed"),
    "tile_gone": ("removed", "缺少条目块 {name}", "the tile {name} of entries is not there"),
    "tile_other": ("altered", "条目块有误：{why}", "a bad tile of entries: {why}"),
    "event_gone": ("removed", "条目所证的事件不在", "the event that this entry proves is not there"),
    "events_cut": ("cut", "自此处起 {count} 条事件不在", "from here on {count} events are not there"),
    "event_unknown": ("inserted", "没有任何条目证明这条事件", "an event that no entry proves"),
    "event_twice": ("inserted", "同一事件出现两次", "a second copy of an event"),
    "event_order": ("reordered", "事件次序颠倒", "events out of order"),
    "event_swapped": ("reordered", "此处的事件属于另一位置", "the event of another place stands here"),
    "event_altered": ("altered", "内容与日志所记摘要不符", "the bytes are not those of which the log keeps the digest"),
    "event_form": ("altered", "内容不是规范写法", "the bytes are not in canonical form"),
    "event_digest": ("altered", "行内所附摘要与内容不符", "the digest beside the bytes is not theirs"),
    "event_misplaced": ("misplaced", "所附证明属于另一事件（{other}）",
                        "the proof beside it is of another event ({other})"),
    "event_meta": ("altered", "事件的{field}与条目所记不同", "its {field} is not that of the entry"),
    "case_gap": ("incomplete", "缺少第 {numbers} 号事件", "number {numbers} is not there"),
    "case_tail": ("incomplete", "日志记有 {seq} 条，止于第 {last} 条",
                  "the log knows of {seq} events, these end at {last}"),
    "case_more": ("inserted", "日志记有 {seq} 条，此处多至第 {last} 条",
                  "the log knows of {seq} events, here are {last}"),
    "case_order": ("reordered", "第 {seq} 号排在第 {last} 号之后", "number {seq} stands after number {last}"),
    "case_link": ("rechained", "第 {seq} 号与前一号的链接断开", "number {seq} is not linked to the one before"),
    "case_unproven": ("incomplete", "没有案件末号的证明", "no proof of its last number"),
    "head_false": ("altered", "案件末号的证明不成立：{why}", "the proof of the last numbers does not hold: {why}"),
    "heads_old": ("incomplete", "案件末号表之后是否还有事件，未经证明",
                  "nothing shows that no event of a case followed the last map of heads"),
    "went_back": ("backdated", "所称时间 {said}，日志此前一轮已收入 {after} 的条目：倒填，或其事务历时、积压如此之久",
                  "says {said}, and an earlier run of the log had taken in an entry of {after}: back-dated, or its "
                  "transaction took or waited that long"),
    "waited": ("undated", "{count} 条所称时间早于同一轮收入的其他条目（{said} 至 {after}）：日志其间积压，先后无从证明",
               "{count} say an earlier time than others that the log took in together with them ({said} to {after}): "
               "it stood still meanwhile, and nothing shows when each was recorded"),
    "before_anchor": ("backdated", "所称时间 {said}，但 {anchored} 见证时日志尚无此条",
                      "says {said}, but was not in the log when it was witnessed at {anchored}"),
    "value_missing": ("missing", "{field} 的原值不在，也没有删除记录",
                      "the value of {field} is not there and no event says it was erased"),
    "value_altered": ("altered", "{field} 的原值与日志所记承诺不符",
                      "the value of {field} is not the one committed to"),
    "value_extra": ("inserted", "{field} 的原值不属于任何事件", "a value of {field} that belongs to no event"),
    "erasure_false": ("altered", "删除记录不成立：{why}", "the event of erasure does not hold: {why}"),
    "count_other": ("altered", "清单称 {stated} 条，实有 {found} 条",
                    "the manifest says {stated} events, {found} are there"),
}
MOST_FINDINGS = 200  # of one code; the rest is counted


@dataclass(frozen=True)
class Finding:
    """Damage: `code` of SAYS, `where` (file and line, case and number), `detail` for the words."""

    code: str
    where: str
    detail: dict[str, Any]

    @property
    def what(self) -> str:
        return SAYS[self.code][0]

    def words(self, lang: str = "en") -> str:
        said = {name: value.words(lang) if isinstance(value, SignatureRefused) else value
                for name, value in self.detail.items()}
        return SAYS[self.code][1 if lang == "zh" else 2].format(**said)

    def __str__(self) -> str:
        return f"{self.what}: {self.where}: {self.words()}"


class Findings(list[Finding]):
    """What was found, at most MOST_FINDINGS of a code; `counts`: how many of each code there were."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}

    def add(self, code: str, where: str, **detail: Any) -> None:
        self.counts[code] = self.counts.get(code, 0) + 1
        if self.counts[code] <= MOST_FINDINGS:
            self.append(Finding(code, where, detail))


# --- reading an export: a folder or an archive, never whole in memory ---

MOST_LINE = 1 << 26
MOST_CHECKPOINTS = 10_000
MANIFEST_FORMAT = 2
TILES = "log/tile/entries/"
ANCHORS = "anchors/index.jsonl"
UNLISTED = {"manifest.json", "receipt.json"}  # the receipt was made after the manifest, and vouches for it


UNREADABLE = (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError, sqlite3.Error,
              zipfile.BadZipFile, zlib.error)  # what junk can raise


class Unreadable(ValueError):
    """Something that cannot be read as what it should be; where, and why."""


class Source:
    """The files of an export by name. Raises Unreadable."""

    def __init__(self, path: Path) -> None:
        self.twice: list[str] = []
        self._zip = zipfile.ZipFile(path) if path.is_file() else None
        self._root = path
        self._names = self._of_archive() if self._zip else self._of_folder()

    def _of_folder(self) -> dict[str, Any]:
        return {p.relative_to(self._root).as_posix(): p for p in sorted(self._root.rglob("*")) if p.is_file()}

    def _of_archive(self) -> dict[str, Any]:
        assert self._zip is not None
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        inside = next((i.filename for i in files if i.filename.endswith("manifest.json")), "manifest.json")
        above, found = inside[:-len("manifest.json")], {}
        for info in files:
            name = info.filename.removeprefix(above)
            self.twice += [name] if name in found else []
            found[name] = info
        return found

    def names(self) -> list[str]:
        return list(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def open(self, name: str) -> Any:
        if name not in self._names:
            raise Unreadable(f"{name}: not there")
        return self._zip.open(self._names[name]) if self._zip else self._names[name].open("rb")

    def read(self, name: str) -> bytes:
        with self.open(name) as stream:
            data: bytes = stream.read(MOST_LINE + 1)
        if len(data) > MOST_LINE:
            raise Unreadable(f"{name}: too long")
        return data

    def sha256(self, name: str) -> str:
        made = hashlib.sha256()
        with self.open(name) as stream:
            while block := stream.read(1 << 20):
                made.update(block)
        return made.hexdigest()

    def lines(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """(number from 1, object) of each line of a JSONL file; none when there is no such file."""
        if name not in self._names:
            return
        with self.open(name) as stream:
            reader, number = io.BufferedReader(stream, 1 << 16) if self._zip else stream, 0
            while line := reader.readline(MOST_LINE):
                number += 1
                try:
                    found = json.loads(line)
                except ValueError as error:
                    raise Unreadable(f"{name} line {number}: {error}") from None
                if not isinstance(found, dict):
                    raise Unreadable(f"{name} line {number}: not an object")
                yield number, found


class OnDisk:
    """A table of rows by a text key that spills to a file of the system's temporary folder."""

    def __init__(self, hot: int = 20_000) -> None:
        self._hot: dict[str, list[Any]] = {}
        self._limit = hot
        self._base = sqlite3.connect("")  # a temporary file that is gone with the connection
        self._base.execute("PRAGMA cache_size=-4096")
        self._base.execute("CREATE TABLE kept (key TEXT PRIMARY KEY, row TEXT) WITHOUT ROWID")

    def get(self, key: str) -> list[Any] | None:
        if key in self._hot:
            return self._hot[key]
        found = self._base.execute("SELECT row FROM kept WHERE key = ?", (key,)).fetchone()
        return json.loads(found[0]) if found else None

    def put(self, key: str, row: list[Any]) -> None:
        self._hot[key] = row
        if len(self._hot) > self._limit:
            self._spill()

    def items(self) -> Iterator[tuple[str, list[Any]]]:
        """All, in the order of their keys."""
        self._spill()
        for key, row in self._base.execute("SELECT key, row FROM kept ORDER BY key"):
            yield key, json.loads(row)

    def _spill(self) -> None:
        rows = [(key, json.dumps(row)) for key, row in self._hot.items()]
        self._base.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", rows)
        self._hot.clear()


def tile_path(number: int, width: int = 256) -> str:
    """tlog-tiles: 1234067 -> x001/x234/067, a partial one with .p/W."""
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03d}")
    return "/".join(parts) + ("" if width == 256 else f".p/{width}")


def bundled(data: bytes) -> Iterator[bytes]:
    """The entries of a bundle of tlog-tiles: two bytes of length before each. Raises ValueError."""
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at:at + 2], "big")
        if at + 2 + length > len(data):
            raise ValueError("cut in the middle of an entry")
        yield data[at + 2:at + 2 + length]
        at += 2 + length


class Frontier:
    """The right edge of a growing tree: its root at any moment, in memory that grows with the logarithm."""

    def __init__(self, hashing: Hashing) -> None:
        self._hashing = hashing
        self._full: list[tuple[int, bytes]] = []  # (height, hash), from the left
        self.size = 0

    def add(self, leaf_hash: bytes) -> None:
        height, made = 0, leaf_hash
        while self._full and self._full[-1][0] == height:
            made, height = self._hashing.node(self._full.pop()[1], made), height + 1
        self._full.append((height, made))
        self.size += 1

    def root(self) -> bytes:
        if not self._full:
            return self._hashing.empty()
        made = self._full[-1][1]
        for _height, left in reversed(self._full[:-1]):
            made = self._hashing.node(left, made)
        return made


# --- signed data (CMS, RFC 5652), time stamps (RFC 3161): read as DER has it, each byte signed, pinned or fixed ---

WHY = {  # why a signature or a time stamp is refused -> kind, Chinese, English
    "form": ("altered", "不是此处认得的签名数据{detail}",
             "not signed data of a form that is known here{detail}"),
    "digest": ("altered", "签署的不是这些内容", "the bytes are not those that were signed"),
    "signature": ("altered", "签名不成立", "the signature does not hold"),
    "binding": ("altered", "签名未指明其所用证书（ESSCertID）",
                "the signature does not name the certificate that made it (ESSCertID)"),
    "bytes": ("misplaced", "是对其他内容所盖", "it is of other bytes"),
    "nonce": ("misplaced", "是对另一请求的答复", "it is the answer to another request"),
    "purpose": ("unsigned", "其证书不是专用于时间戳", "its certificate is not for time stamps alone"),
    "expired": ("unsigned", "其证书当时不在有效期内", "its certificate was not valid at that time"),
    "untrusted": ("unsigned", "策略所列证书均不为其担保", "no certificate of the policy stands behind it"),
    "extra": ("inserted", "带有无人签署的部分", "it brings a part that nobody signed"),
}
SAYS |= {f"stamp_{code}": (kind, f"时间戳：{zh}", f"time stamp: {en}") for code, (kind, zh, en) in WHY.items()}
NULL, MOST_CERTIFICATES = b"\5\0", 20
R = TypeVar("R")


class SignatureRefused(ProofRefused):
    """`code`: of WHY."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.said = code, {"detail": f" ({detail})" if detail else ""}
        super().__init__(self.words("en"))

    def words(self, lang: str) -> str:
        return WHY[self.code][1 if lang == "zh" else 2].format(**self.said)


def _oid(dotted: str) -> bytes:
    """The content of an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    made = b""
    for number in (40 * first + second, *rest):
        part = bytes([number & 0x7F])
        while number := number >> 7:
            part = bytes([number & 0x7F | 0x80]) + part
        made += part
    return made


SIGNED_DATA, TST_INFO = _oid("1.2.840.113549.1.7.2"), _oid("1.2.840.113549.1.9.16.1.4")
CONTENT_TYPE, MESSAGE_DIGEST = _oid("1.2.840.113549.1.9.3"), _oid("1.2.840.113549.1.9.4")
SIGNATURE_STAMP = _oid("1.2.840.113549.1.9.16.2.14")
BOUND = {_oid("1.2.840.113549.1.9.16.2.47"): "sha256", _oid("1.2.840.113549.1.9.16.2.12"): "sha1"}  # RFC 5035, 2634
DIGESTS = {_oid(f"2.16.840.1.101.3.4.2.{n}"): name for n, name in ((1, "sha256"), (2, "sha384"), (3, "sha512"))}
RSA, RSA_PSS = _oid("1.2.840.113549.1.1.1"), _oid("1.2.840.113549.1.1.10")
SIGNED_AS = {RSA: "", RSA_PSS: ""} | {  # algorithm -> the digest that it names
    _oid(f"{above}.{n}"): name for above, first in (("1.2.840.113549.1.1", 11), ("1.2.840.10045.4.3", 2))
    for n, name in enumerate(DIGESTS.values(), first)}


def _span(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the DER value at `at` begins and ends. Raises ValueError, IndexError."""
    length, begin = data[at + 1], at + 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[at + 2:begin], "big")
        if length < 0x80 or not data[at + 2]:
            raise ValueError("a length that is not as DER has it")
    if data[at] & 0x1F == 0x1F or begin + length > len(data):
        raise ValueError("cut in the middle")
    return begin, begin + length


def _parts(data: bytes, shape: bytes = b".*") -> list[tuple[int, bytes, bytes]]:
    """(tag, content, the whole) of each DER value in `data`; shape: of their tags. Raises ValueError, IndexError."""
    found, at = [], 0
    while at < len(data):
        begin, end = _span(data, at)
        found.append((data[at], data[begin:end], data[at:end]))
        at = end
    if not re.fullmatch(shape, bytes(tag for tag, _content, _whole in found), re.DOTALL):
        raise ValueError("not of the form that is expected")
    return found


def _one(data: bytes, tag: int = 0x30) -> bytes:
    """The content of the one value."""
    return _parts(data, re.escape(bytes([tag])))[0][1]


def _algorithm(content: bytes) -> tuple[bytes, bytes]:
    """(OID, parameters); none and NULL are the same."""
    (_tag, oid, _whole), *rest = _parts(content, b"\x06.?")
    return oid, rest[0][2] if rest and rest[0][2] != NULL else b""


def _digest(content: bytes) -> str:
    oid, parameters = _algorithm(content)
    if parameters or oid not in DIGESTS:
        raise ValueError("a digest that is not known here")
    return DIGESTS[oid]


@dataclass(frozen=True)
class Cms:
    """Signed data of one signer, whose signature holds. kind: OID of what was signed; own: the certificate that signed,
    bound by the signature; beside: further ones; value: the signature's bytes; unsigned: attributes that anybody may
    have added; lists: of revocation, DER; plain: nothing of it is written in a second way."""

    kind: bytes
    content: bytes
    own: Any
    beside: tuple[Any, ...]
    value: bytes
    unsigned: dict[bytes, bytes]
    lists: tuple[bytes, ...]
    plain: bool

    @property
    def holder(self) -> str:
        from cryptography.x509.oid import NameOID

        names = self.own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else str(self.own.subject.rfc4514_string())


def _refusing(read: Callable[..., R]) -> Callable[..., R]:
    """Whatever readers raise on bytes made to hurt them means the same."""
    def made(*given: Any, **named: Any) -> R:
        try:
            return read(*given, **named)
        except ProofRefused:
            raise
        except Exception as error:
            raise SignatureRefused("form", f"{type(error).__name__}: {error}") from None
    return made


@_refusing
def read_cms(der: bytes, covered: bytes = b"") -> Cms:
    """covered: what was signed, where it does not stand inside. Raises SignatureRefused."""
    from cryptography import x509

    (_tag, kind, _whole), (_tag, wrapped, _whole) = _parts(_one(der), b"\x06\xa0")
    version, algorithms, inside, *rest, signers = _parts(_one(wrapped), b"\x02\x31\x30\xa0?\xa1?\x31")
    held = {tag: _parts(content) for tag, content, _whole in rest}
    if kind != SIGNED_DATA or len(held.get(0xA0, ())) > MOST_CERTIFICATES:
        raise ValueError("not signed data")
    (_tag, kind, _whole), *content = _parts(inside[1], b"\x06\xa0?")
    covered = _one(content[0][1], 4) if content else covered
    signer = _parts(_one(signers[1]), b"\x02[\x30\x80]\x30\xa0\x30\x04\xa1?")
    attributes, name = _attributes(signer[3][1]), _digest(signer[2][1])
    if _one(attributes[CONTENT_TYPE], 6) != kind or _one(attributes[MESSAGE_DIGEST], 4) != hashlib.new(
            name, covered).digest():
        raise SignatureRefused("digest")
    certificates = [(raw, x509.load_der_x509_certificate(raw)) for _tag, _content, raw in held.get(0xA0, ())]
    if any(_parts(_one(raw), b"\x30\x30\x03")[2][1][0] for raw, _read in certificates):
        raise ValueError("a signature that is not of whole bytes")  # whose unused bits nobody has signed
    own = next((one for one in certificates if _is_named(signer[1], *one)), None)
    if own is None or not _is_bound(attributes, own[0]):
        raise SignatureRefused("binding")
    if not _verifies(own[1].public_key(), signer[5][1], b"\x31" + signer[3][2][1:], name, *_algorithm(signer[4][1])):
        raise SignatureRefused("signature")
    plain = (version[1], signer[0][1]) == (b"\3", b"\3" if signer[1][0] == 0x80 else b"\1") and (
        algorithms[1] == signer[2][2])
    return Cms(kind, covered, own[1], tuple(one for raw, one in certificates if raw != own[0]), signer[5][1],
               _attributes(signer[6][1]) if signer[6:] else {}, tuple(one[2] for one in held.get(0xA1, ())), plain)


def _attributes(content: bytes) -> dict[bytes, bytes]:
    """OID -> its one value."""
    found: dict[bytes, bytes] = {}
    for _tag, one, _whole in _parts(content, b"\x30*"):
        (_tag, oid, _raw), (_tag, values, _raw) = _parts(one, b"\x06\x31")
        if oid in found:
            raise ValueError("an attribute twice")
        found[oid] = values
    return found


def _is_named(signer: tuple[int, bytes, bytes], raw: bytes, certificate: Any) -> bool:
    """Whether the signer's name is this certificate's: by issuer and number, or by the key's identifier."""
    if signer[0] == 0x80:
        known = _extension(certificate, "SubjectKeyIdentifier")
        return known is not None and signer[1] == known.value.digest
    inside = _parts(_parts(_one(raw))[0][1], b"\xa0?\x02\x30\x30.*")
    number, _algorithm, issuer = inside[inside[0][0] == 0xA0:][:3]
    return signer[1] == issuer[2] + number[2]


def _is_bound(attributes: dict[bytes, bytes], raw: bytes) -> bool:
    """ESSCertIDv2 (RFC 5816), or the older one: the hash of the certificate is signed with the rest."""
    oid = next((one for one in BOUND if one in attributes), None)
    if oid is None:
        return False
    first = _parts(_parts(_parts(_one(attributes[oid]))[0][1])[0][1], b"\x30?\x04\x30?")
    of = next(place for place, one in enumerate(first) if one[0] == 4)
    return hashlib.new(_digest(first[0][1]) if of else BOUND[oid], raw).digest() == first[of][1]


def _verifies(key: Any, value: bytes, message: bytes, name: str, oid: bytes, parameters: bytes = b"") -> bool:
    """oid: of the algorithm, which has to name the digest `name` where it names one."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    hashed = getattr(hashes, name.upper())()
    how = padding.PSS(padding.MGF1(hashed), hashed.digest_size) if oid == RSA_PSS else padding.PKCS1v15()
    if SIGNED_AS[oid] not in ("", name) or parameters and oid != RSA_PSS:
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and SIGNED_AS[oid]:
            key.verify(value, message, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(value, message, how, hashed)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _chain(certificate: Any, between: list[Any], roots: Sequence[Any], at: datetime) -> list[Any]:
    """From the certificate to one of `roots`, each issued by the next, which was valid then; [] where none leads there.
    What was looked at is taken out of `between`."""
    if certificate in roots:
        return [certificate]
    for above in (*roots, *between):
        if above == certificate or above not in (*roots, *between) or not _issued(certificate, above, at):
            continue
        if above in roots:
            return [certificate, above]
        between.remove(above)
        if rest := _chain(above, between, roots, at):
            return [certificate, *rest]
    return []


def _issued(certificate: Any, above: Any, at: datetime) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(above)
        limits, usage = _extension(above, "BasicConstraints"), _extension(above, "KeyUsage")
    except (ValueError, TypeError, InvalidSignature):
        return False
    return bool(limits and limits.value.ca and (usage is None or usage.value.key_cert_sign) and _valid(above, at))


def _extension(certificate: Any, kind: str) -> Any:
    """The extension of that kind (a class of cryptography.x509), or None."""
    return next((one for one in certificate.extensions if type(one.value).__name__ == kind), None)


def _valid(certificate: Any, at: datetime) -> bool:
    return bool(certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc)


@dataclass(frozen=True)
class Stamp:
    """at: when the bytes existed, says the authority `by`; root: the certificate of the policy behind it."""

    at: datetime
    by: str
    root: Any


@_refusing
def verify_stamp(token: bytes, data: bytes, trust: Sequence[Any], nonce: int | None = None) -> Stamp:
    """Of `data`, by an authority that one of `trust` is or has issued. nonce: of the request. Raises SignatureRefused.

    RFC 3161 and RFC 5816. Whatever stands in a token is signed, vouched for by `trust`, or written in one way only.
    """
    signed = read_cms(token)
    if signed.kind != TST_INFO or not signed.plain or signed.unsigned or signed.lists:
        raise SignatureRefused("form" if signed.kind != TST_INFO else "extra")
    at, imprint, given = _stamped(signed.content)
    (_tag, algorithm, _raw), (_tag, hashed, _raw) = _parts(imprint, b"\x30\x04")
    if hashlib.new(_digest(algorithm), data).digest() != hashed:
        raise SignatureRefused("bytes")
    if nonce is not None and given != nonce:
        raise SignatureRefused("nonce")
    if not _stamps_time(signed.own):
        raise SignatureRefused("purpose")
    if not _valid(signed.own, at):
        raise SignatureRefused("expired")
    chain = _chain(signed.own, list(signed.beside), trust, at)
    if not chain:
        raise SignatureRefused("untrusted")
    if any(not _chain(one, list(signed.beside), trust, at) for one in signed.beside):
        raise SignatureRefused("extra")
    return Stamp(at, signed.holder, chain[-1])


def _stamped(content: bytes) -> tuple[datetime, bytes, int | None]:
    """(time, imprint, nonce) of a TSTInfo."""
    info = _parts(_one(content), b"\x02\x06\x30\x02\x18\x30?\x01?\x02?\xa0?\xa1?")
    whole, _, part = info[4][1].decode("ascii").removesuffix("Z").partition(".")
    if info[0][1] != b"\1" or info[4][1][-1:] != b"Z" or part and not part.isdigit():
        raise ValueError("not a time of RFC 3161")
    at = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC, microsecond=int((part + "000000")[:6]))
    extensions = [_parts(one[1]) for tag, inner, _raw in info if tag == 0xA1 for one in _parts(inner)]
    if any(one[1][0] == 1 for one in extensions):  # critical, and none is known here
        raise ValueError("a critical extension")
    return at, info[2][1], next((int.from_bytes(one[1], "big") for one in info[5:] if one[0] == 2), None)


def _stamps_time(certificate: Any) -> bool:
    from cryptography.x509.oid import ExtendedKeyUsageOID

    usage = _extension(certificate, "ExtendedKeyUsage")
    return bool(usage and usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING])


def _certificates(pem: Iterable[str]) -> list[Any]:
    from cryptography import x509

    return [found for one in pem for found in x509.load_pem_x509_certificates(one.encode("ascii"))]


# --- what the inspector holds: keys, witnesses, earlier checkpoints ---


@dataclass(frozen=True)
class Policy:
    """Given by another way than the exports. keys: (key, first and last size it signs; None: it still does)."""

    origin: str
    hashing: Hashing
    keys: tuple[tuple[NoteKey, int, int | None], ...]
    witnesses: tuple[NoteKey, ...]
    cosigned: int
    late: int  # seconds that a record may come after a later one: a transaction that took long
    seals: tuple[str, ...] = ()  # PEM of the authorities whose seals on dossiers are believed
    tsa: tuple[tuple[str, str], ...] = ()  # name and PEM of the time stamp authorities
    stamped: int = 0  # how many of these must have stamped

    @classmethod
    def read(cls, given: dict[str, Any]) -> Policy:
        """Raises Unreadable."""
        try:
            keys = tuple((NoteKey.read(k["key"]), int(k.get("from", 0)), k.get("until")) for k in given["keys"])
            return cls(given["origin"], Hashing(given.get("hash", "sha256")), keys,
                       tuple(NoteKey.read(w["key"] if isinstance(w, dict) else w) for w in given.get("witnesses", ())),
                       int(given.get("cosigned", 0)), int(given.get("late_seconds", 3600)),
                       tuple(map(str, given.get("seals", ()))),
                       tuple((str(one["name"]), str(one["certificates"])) for one in given.get("tsa", ())),
                       int(given.get("stamped", 0)))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"policy: {type(error).__name__}: {error}") from None

    def signers(self, size: int) -> list[NoteKey]:
        """The keys that may sign a head of that size."""
        return [key for key, since, until in self.keys if since <= size and (until is None or size <= until)]


@dataclass(frozen=True)
class Seen:
    """That a witness had a head of this size and root at that time (POSIX seconds): it has cosigned it, or an authority
    has stamped it."""

    size: int
    root: bytes
    at: float
    by: str
    kind: str


@dataclass
class Exam:
    """One verification: what is looked at, by which policy, and what was found."""

    source: Source
    policy: Policy
    found: Findings
    manifest: dict[str, Any]
    head: Checkpoint | None = None
    earlier: tuple[Checkpoint, ...] = ()  # held elsewhere
    seen: list[Seen] = dataclasses.field(default_factory=list)  # heads, by witnesses of the policy
    shown: set[tuple[int, bytes]] = dataclasses.field(default_factory=set)  # heads that this one continues, and itself
    elsewhere: list[dict[str, Any]] = dataclasses.field(default_factory=list)  # receipts that are looked up by people
    roots: dict[int, bytes] = dataclasses.field(default_factory=dict)  # of the beginnings, by size: tiles only
    receipt: tuple[dict[str, Any], Checkpoint] | None = None  # as it stands there, its checkpoint
    last_heads: dict[str, Any] | None = None  # the last map of heads, if only entries of no case follow it
    brought: list[tuple[str, Checkpoint, Any]] = dataclasses.field(default_factory=list)  # where, checkpoint, proof
    proofs: dict[int, Any] = dataclasses.field(default_factory=dict)  # of consistency, by size
    logged: OnDisk | None = None  # case -> [number, index] of its last entry in the whole log: tiles only
    cases: OnDisk = dataclasses.field(default_factory=OnDisk)  # case -> [first, last, index of the last]
    events: int = 0
    latest: datetime | None = None  # what the newest entry says

    @property
    def whole(self) -> bool:
        """Each case from its first event to its last; else a stretch of it."""
        return bool(self.manifest.get("whole"))

    @property
    def sizes(self) -> set[int]:
        """Of the checkpoints that were brought or kept."""
        return {one.size for one in (*self.earlier, *(kept for _where, kept, _proof in self.brought))}

    @property
    def tiled(self) -> bool:
        return self.manifest.get("proofs") == "tiles"


@dataclass(frozen=True)
class Report:
    """findings: empty when all is whole. head: the checkpoint that was verified against, None if there is none."""

    findings: Findings
    head: Checkpoint | None
    events: int
    cases: int
    made: dict[str, Any]
    checked: tuple[int, ...]  # sizes of the checkpoints held elsewhere
    anchored: dict[str, Any]  # entries, rest, by, elsewhere: how far witnesses have seen it

    @property
    def ok(self) -> bool:
        return not self.findings


def verify_export(path: Path, policy: Policy, earlier: Sequence[bytes] = ()) -> Report:
    """Everything that is wrong with the export at `path` (folder or archive). earlier: notes kept elsewhere."""
    found, exam = Findings(), None
    try:
        source = Source(path)
        exam = Exam(source, policy, found, _manifest(source))
        _hold(exam, earlier)
        _files(exam)
        _check_head(exam)
        if exam.head is not None:
            _open_receipt(exam)
            _bring(exam)
            _check_tiles(exam)
            _check_earlier(exam)
            _check_events(exam)
            _check_heads(exam)
            _check_personal(exam)
            _check_receipt(exam)
    except UNREADABLE as e:
        found.add("unreadable", str(path), why=f"{type(e).__name__}: {e}")
    return _reported(exam, found)


def _reported(exam: Exam | None, found: Findings) -> Report:
    if exam is None:
        return Report(found, None, 0, 0, {}, (), {})
    return Report(found, exam.head, exam.events, sum(1 for _ in exam.cases.items()), exam.manifest,
                  tuple(c.size for c in exam.earlier), _anchored(exam) if exam.head else {})


def _hold(exam: Exam, earlier: Sequence[bytes]) -> None:
    """The checkpoints that the inspector kept."""
    exam.earlier = tuple(c for n, note in enumerate(earlier, 1) if (c := _opened(note, exam, f"--checkpoint {n}")))


def _manifest(source: Source) -> dict[str, Any]:
    found = json.loads(source.read("manifest.json"))
    if not isinstance(found, dict) or found.get("format") != MANIFEST_FORMAT:
        raise Unreadable("manifest.json: not of a format that is known here")
    return found


def _files(exam: Exam) -> None:
    stated: dict[str, Any] = exam.manifest["files"]
    for name, of in sorted(stated.items()):
        if name not in exam.source:
            exam.found.add("file_gone", name)
        elif exam.source.sha256(name) != of["sha256"]:
            exam.found.add("file_altered", name)
    for name in exam.source.names():  # tiles are not listed one by one: the root vouches for them
        if name not in stated and name not in UNLISTED and not (exam.tiled and name.startswith(TILES)):
            exam.found.add("file_extra", name)
    for name in exam.source.twice:
        exam.found.add("file_twice", name)


def _opened(note: bytes, exam: Exam, where: str) -> Checkpoint | None:
    """The tree head in a note if a key of the policy signed it; which witnesses have seen it is kept."""
    policy = exam.policy
    try:
        head = open_checkpoint(note, [*(k for k, _s, _u in policy.keys), *policy.witnesses], policy.origin)
    except NoteRefused as error:
        exam.found.add("no_signature", where, why=str(error))
        return None
    by = {signed.key for signed in head.note.signatures}
    if not by & set(policy.signers(head.size)):
        known = by & {key for key, _since, _until in policy.keys}
        exam.found.add("wrong_key" if known else "no_signature", where, size=head.size, why="only witnesses signed it")
        return None
    exam.seen += [Seen(head.size, head.root, one.at, one.key.name, "cosigning") for one in head.note.signatures
                  if one.key in policy.witnesses and one.at is not None]
    return head


def _check_head(exam: Exam) -> None:
    exam.head = _opened(exam.source.read("checkpoint"), exam, "checkpoint")
    stated = exam.manifest["checkpoint"]
    if exam.head and (stated["size"], stated["root"]) != (exam.head.size, exam.head.root.hex()):
        exam.found.add("other_head", "manifest.json")


def _bring(exam: Exam) -> None:
    """The earlier checkpoints that the export brings with it, as far as they are signed; those with receipts too."""
    for number, line in exam.source.lines("consistency.jsonl"):
        where = f"consistency.jsonl line {number}"
        if number > MOST_CHECKPOINTS:
            raise Unreadable(f"{where}: too many")
        exam.proofs[line["size"]] = line["proof"]
        if line.get("note") is None:  # of a size that was asked for and never signed here
            continue
        kept = _opened(line["note"].encode(), exam, where)
        exam.brought += [(where, kept, line["proof"])] if kept else []
    for number, line in exam.source.lines(ANCHORS):
        _bring_anchor(exam, f"{ANCHORS} line {number}", line)


def _bring_anchor(exam: Exam, where: str, line: dict[str, Any]) -> None:
    """A checkpoint and the receipts of those to whom it was handed over."""
    assert exam.head is not None
    note = exam.source.read(line["note"])
    if (kept := _opened(note, exam, where)) is None:
        return
    if kept.size > exam.head.size:
        exam.found.add("anchor_newer", where, size=kept.size, here=exam.head.size)
        return
    exam.brought.append((where, kept, line.get("proof")))
    for receipt in line["receipts"]:
        if receipt["kind"] == "cosigning":
            _opened(note + exam.source.read(receipt["file"]), exam, receipt["file"])
        elif receipt["kind"] == "time_stamp" and exam.policy.tsa:
            _stamped_head(exam, kept, note, receipt["file"])
        else:
            exam.elsewhere.append({"size": kept.size} | {k: receipt.get(k) for k in ("witness", "kind", "words")})


def _stamped_head(exam: Exam, kept: Checkpoint, note: bytes, file: str) -> None:
    pinned = [(name, _certificates([pem])) for name, pem in exam.policy.tsa]
    try:
        stamp = verify_stamp(exam.source.read(file), note, [one for _name, some in pinned for one in some])
    except SignatureRefused as refused:
        exam.found.add(f"stamp_{refused.code}", file, **refused.said)
        return
    by = next(name for name, some in pinned if stamp.root in some)
    exam.seen.append(Seen(kept.size, kept.root, stamp.at.timestamp(), by, "time_stamp"))


DEMANDED = (("cosigning", "cosigned", "few_witnesses"), ("time_stamp", "stamped", "few_stamps"))


def _newest(exam: Exam, kind: str) -> list[Seen]:
    """The largest head that each witness of the kind has seen and that this one continues; the largest first."""
    newest: dict[str, Seen] = {}
    for one in sorted(exam.seen, key=lambda one: (one.size, -one.at)):
        if one.kind == kind and (one.size, one.root) in exam.shown:
            newest[one.by] = one
    return sorted(newest.values(), key=lambda one: -one.size)


def _check_demands(exam: Exam) -> None:
    """As many witnesses as the policy demands have seen this head or one that it continues."""
    for kind, demand, code in DEMANDED:
        need, have = getattr(exam.policy, demand), len(_newest(exam, kind))
        if have < need:
            exam.found.add(code, "checkpoint", need=need, have=have)


def _anchored(exam: Exam) -> dict[str, Any]:
    """How many entries were seen by as many as the policy demands; by anybody, if it demands none."""
    assert exam.head is not None
    newest = {kind: _newest(exam, kind) for kind, _demand, _code in DEMANDED}
    sizes = [([one.size for one in newest[kind]] + [0] * need)[need - 1]
             for kind, demand, _code in DEMANDED if (need := getattr(exam.policy, demand))]
    seen = sorted((one for some in newest.values() for one in some), key=lambda one: -one.size)
    entries = min(sizes) if sizes else max((one.size for one in seen), default=0)
    return {"entries": entries, "rest": exam.head.size - entries, "elsewhere": exam.elsewhere, "by": [
        {"name": one.by, "kind": one.kind, "entries": one.size,
         "at": datetime.fromtimestamp(one.at, UTC).isoformat(timespec="seconds")} for one in seen]}


def _check_earlier(exam: Exam) -> None:
    """The head continues each checkpoint held elsewhere, and each one that the export itself brings."""
    assert exam.head is not None
    proofs = exam.proofs
    exam.shown.add((exam.head.size, exam.head.root))
    for where, kept, proof in exam.brought:
        if (answer := _continues(exam, kept, proof)) is True:
            exam.shown.add((kept.size, kept.root))
        else:
            exam.found.add("no_consistency" if answer is None else "rewritten", where, size=kept.size)
    good = {c.size: c.root for c in exam.earlier if _continues(exam, c, proofs.get(c.size)) is True}
    exam.shown |= good.items()
    for held in exam.earlier:
        _held_elsewhere(exam, held, proofs.get(held.size), max(good, default=0))
    _check_demands(exam)


def _held_elsewhere(exam: Exam, held: Checkpoint, proof: Any, good: int) -> None:
    assert exam.head is not None
    where = f"checkpoint {held.size}"
    newest = exam.receipt[1] if exam.receipt else exam.head
    if held.size > newest.size:
        exam.found.add("head_shrunk", where, size=held.size, here=newest.size)
    elif held.size == newest.size and held.root == newest.root:
        return
    elif held.size == newest.size:
        exam.found.add("two_heads", where, size=held.size)
    elif held.size > exam.head.size:
        exam.found.add("no_consistency", where, size=held.size)
    elif held.size == exam.head.size and held.root != exam.head.root:
        exam.found.add("two_heads", where, size=held.size)
    elif (answer := _continues(exam, held, proof)) is None:
        exam.found.add("no_consistency", where, size=held.size)
    elif not answer:
        exam.found.add("forked" if good and good < held.size else "rewritten", where, size=held.size, good=good)


def _continues(exam: Exam, held: Checkpoint, proof: Any) -> bool | None:
    """Whether the head is a later state of that checkpoint; None when nothing shows it."""
    head = exam.head
    assert head is not None
    if held.size in exam.roots:
        return exam.roots[held.size] == held.root
    if held.size > head.size or proof is None and held.size not in (0, head.size):
        return None
    try:
        verify_consistency(exam.policy.hashing, held.size, head.size, held.root, head.root, _proof(proof or []))
    except ProofRefused:
        return False
    return True


def _proof(given: Any) -> list[bytes]:
    return [base64.b64decode(one, validate=True) for one in given]


# --- the whole log's entries, where the export brings them ---


def _check_tiles(exam: Exam) -> None:
    """All entries up to the head: they make its root; links, numbers and times of every case of the log hold."""
    if not exam.tiled:
        return
    head, hashing = exam.head, exam.policy.hashing
    assert head is not None
    exam.logged = OnDisk()
    tree, wanted = Frontier(hashing), exam.sizes
    chosen = _Ordered(exam, "entries.jsonl")
    walk = _Walk(exam, "log", exam.logged)
    for raw in _tiled_entries(exam, head.size):
        if tree.size in wanted:
            exam.roots[tree.size] = tree.root()
        if (line := chosen.at(tree.size)) is not None and line["entry"].encode() != raw:
            exam.found.add("entry_not_in_tiles", f"entry {tree.size}")
        tree.add(hashing.leaf(raw))
        walk.take(tree.size - 1, _entry(exam, raw, tree.size - 1), whole=True)
    walk.end_run()
    exam.roots[tree.size] = tree.root()
    if tree.size != head.size or tree.root() != head.root:
        exam.found.add("tree_other", f"tree of {head.size}")
    if chosen.left():
        exam.found.add("entry_unproven", f"entry {chosen.left()}", why=f"a tree of {head.size}")


def _tiled_entries(exam: Exam, size: int) -> Iterator[bytes]:
    for number in range((size + 255) // 256):
        width = min(256, size - 256 * number)
        name = TILES + tile_path(number, width)
        if name not in exam.source:
            exam.found.add("tile_gone", name, name=name)
            return
        try:
            entries = list(bundled(exam.source.read(name)))
        except ValueError as error:
            exam.found.add("tile_other", name, why=str(error))
            return
        if len(entries) != width:
            exam.found.add("tile_other", name, why=f"{len(entries)} entries, not {width}")
            return
        yield from entries


class _Ordered:
    """The lines of a file in the order of their indexes, asked for one index after the other."""

    def __init__(self, exam: Exam, name: str) -> None:
        self._lines = _sorted_lines(exam, name)
        self._next = next(self._lines, None)

    def at(self, index: int) -> dict[str, Any] | None:
        while self._next and self._next[1]["index"] < index:
            self._next = next(self._lines, None)
        return self._next[1] if self._next and self._next[1]["index"] == index else None

    def left(self) -> int | None:
        """The next line's index, of those beyond the last one asked for."""
        self._next = next(self._lines, None) if self._next else None
        return self._next[1]["index"] if self._next else None


def _entry(exam: Exam, raw: bytes, index: int) -> dict[str, Any]:
    found = json.loads(raw)
    if not isinstance(found, dict) or _canonical(found, ascii_only=True) != raw:
        exam.found.add("entry_form", f"entry {index}")
    return found if isinstance(found, dict) else {}


def _canonical(body: Any, *, ascii_only: bool = False) -> bytes:
    return json.dumps(body, ensure_ascii=ascii_only, sort_keys=True, separators=(",", ":")).encode()


EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class _Walk:
    """Entries one after the other: numbers and links of each case, and times that do not go back.

    The log takes entries in by runs; a map of heads or a checkpoint stands between two. Within one run times may be out
    of order where it stood still before: then all of it is late, and no entry can be told from the others.
    """

    def __init__(self, exam: Exam, name: str, cases: OnDisk) -> None:
        self.exam, self.name, self.cases = exam, name, cases
        self._latest = self._before = EARLIEST  # of all entries so far; of those of earlier runs
        self._anchors = sorted((one.size, one.at) for one in exam.seen)
        self._ends = sorted(exam.sizes, reverse=True)
        self._waited: list[tuple[int, str]] = []  # of this run: index and time

    def take(self, index: int, entry: dict[str, Any], *, whole: bool) -> None:
        if entry.get("kind") == "heads" or self._ends and self._ends[-1] <= index:
            self.end_run()
            self._ends = [size for size in self._ends if size > index]
        if entry.get("kind") != "event":
            return
        if self.name == "log" or not self.exam.tiled:
            self._time(index, entry)
        if entry.get("case") is not None:
            self._case(index, entry, whole)

    def end_run(self) -> None:
        if self._waited:
            (first, _said), (last, _also) = self._waited[0], self._waited[-1]
            self.exam.found.add("waited", f"entries {first}-{last}", count=len(self._waited),
                                said=min(said for _index, said in self._waited), after=self._latest.isoformat())
        self._before, self._waited = self._latest, []

    def _time(self, index: int, entry: dict[str, Any]) -> None:
        said, where = datetime.fromisoformat(entry["recorded_at"]), f"entry {index}"
        late = timedelta(seconds=self.exam.policy.late)
        if said < self._before - late:
            self.exam.found.add("went_back", where, said=entry["recorded_at"], after=self._before.isoformat())
        elif said < self._latest - late:
            self._waited.append((index, entry["recorded_at"]))
        self._latest = self.exam.latest = max(said, self._latest)
        anchor = next((at for size, at in reversed(self._anchors) if size <= index), None)
        if anchor is not None and said.timestamp() < anchor - self.exam.policy.late:
            told = datetime.fromtimestamp(anchor, UTC).isoformat()
            self.exam.found.add("before_anchor", where, said=entry["recorded_at"], anchored=told)

    def _case(self, index: int, entry: dict[str, Any], whole: bool) -> None:
        case, seq, found = entry["case"], entry["case_seq"], self.exam.found
        known = self.cases.get(case)
        where = f"case {case}"
        first, last, at = known or [1 if whole else seq, 0 if whole else seq - 1, None]
        if seq > last + 1:
            found.add("case_gap", where, numbers=last + 1 if seq == last + 2 else f"{last + 1}-{seq - 1}")
        elif seq <= last:
            found.add("case_order", where, seq=seq, last=last)
        elif (known or whole) and entry["prev"] != at:
            found.add("case_link", where, seq=seq)
        self.cases.put(case, [first, max(seq, last), index])


# --- the events of the export, each with its entry ---


def _sorted_lines(exam: Exam, name: str, code: str | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Lines by index; out of order ones are named with `code` and sorted on disk."""
    last, order = -1, True
    for number, line in exam.source.lines(name):
        if line["index"] < last and order:
            order = False
            if code:
                exam.found.add(code, f"{name} line {number}")
        last = max(last, line["index"])
    if order:
        yield from exam.source.lines(name)
        return
    kept = OnDisk()
    for number, line in exam.source.lines(name):
        kept.put(f"{line['index']:020d} {number:020d}", [number, line])
    for _key, (number, line) in kept.items():
        yield number, line


def _check_events(exam: Exam) -> None:
    """Each entry is proven, each event is that of its entry, and none is missing or too many."""
    events = _sorted_lines(exam, "events.jsonl", "event_order")
    walk, match, tail = _Walk(exam, "export", exam.cases), _Match(exam), _Tail(exam)
    event, last = next(events, None), -1

    def strangers(before: int | None) -> None:
        """Events that no entry proves, up to the next entry's place."""
        nonlocal event
        while event and (before is None or event[1]["index"] < before):
            match.unknown(*event)
            event = next(events, None)

    for number, line, entry in _proven_entries(exam):
        index = line["index"]
        if index == last:
            exam.found.add("entry_twice", f"entries.jsonl line {number}")
            continue
        last = index
        strangers(index)
        if event and event[1]["index"] == index:
            match.pair(*event, entry)
            event = next(events, None)
        elif entry.get("kind") == "event" and not line.get("outside"):
            match.gone(index, entry)
        tail.take(index, entry)
        walk.take(index, entry, whole=exam.whole)
    strangers(None)
    walk.end_run()
    match.conclude()
    tail.conclude()


def _proven_entries(exam: Exam) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    """(line number, line, entry) of entries.jsonl by index; what its proof does not show is named."""
    proofs = _Ordered(exam, "proofs.jsonl")
    for number, line in _sorted_lines(exam, "entries.jsonl", "entry_order"):
        raw, index = line["entry"].encode(), line["index"]
        if not exam.tiled:
            beside = proofs.at(index)
            _included(exam, f"entry {index}", raw, index, beside["proof"] if beside else [])
        yield number, line, _entry(exam, raw, index)


def _included(exam: Exam, where: str, raw: bytes, index: int, proof: Any) -> None:
    head, hashing = exam.head, exam.policy.hashing
    assert head is not None
    try:
        verify_inclusion(hashing, index, head.size, hashing.leaf(raw), _proof(proof), head.root)
    except ValueError as error:  # ProofRefused is one
        exam.found.add("entry_unproven", where, why=str(error))


SAME = ("tx", "position", "recorded_at", "case", "case_seq")  # of an event's surroundings and its entry


class _Match:
    """Events beside entries. A digest that is another entry's tells a swap from a change."""

    def __init__(self, exam: Exam) -> None:
        self.exam, self.found = exam, exam.found
        self.stray: dict[str, tuple[str, str]] = {}  # digest of an event that is not its entry's -> where, other's uid
        self.unmet: set[str] = set()  # digests of entries whose event is another
        self.lost: list[tuple[int, dict[str, Any]]] = []  # entries without their event since the last one that had it
        self.lost_count = 0
        self.met = -1

    def unknown(self, number: int, line: dict[str, Any]) -> None:
        code = "event_twice" if line["index"] == self.met else "event_unknown"
        self.found.add(code, f"events.jsonl line {number}")

    def pair(self, number: int, line: dict[str, Any], entry: dict[str, Any]) -> None:
        self._without_events()
        where, data = f"events.jsonl line {number}", line["canonical"].encode()
        digest = self.exam.policy.hashing.of(data).hex()
        self.exam.events += 1
        self.met = line["index"]
        body = json.loads(data)
        if _canonical(body) != data:
            self.found.add("event_form", where)
        if line.get("digest") != digest:
            self.found.add("event_digest", where)
        if entry.get("kind") == "event" and entry["digest"] == digest:
            self._same(where, body["meta"], entry)
        elif len(self.stray) < MOST_FINDINGS:
            own = body["meta"]["uid"] == entry.get("uid") and body["meta"]["case"] == entry.get("case")
            self.stray[digest] = (where, "" if own else str(entry.get("uid")))
            self.unmet.add(str(entry.get("digest")))

    def _same(self, where: str, meta: dict[str, Any], entry: dict[str, Any]) -> None:
        for field in ("uid", *SAME):
            if meta[field] != entry[field]:
                self.found.add("event_meta", where, field=field)

    def gone(self, index: int, entry: dict[str, Any]) -> None:
        self.lost_count += 1
        if len(self.lost) < MOST_FINDINGS:
            self.lost.append((index, entry))

    def _without_events(self) -> None:
        for index, entry in self.lost:
            of = f", case {entry['case']} number {entry['case_seq']}" if entry.get("case") else ""
            self.found.add("event_gone", f"entry {index}{of}")
        self.lost, self.lost_count = [], 0

    def conclude(self) -> None:
        for digest, (where, other) in self.stray.items():
            code = "event_swapped" if digest in self.unmet else "event_misplaced" if other else "event_altered"
            self.found.add(code, where, other=other)
        if self.lost:
            index, _entry = self.lost[0]
            self.found.add("events_cut", f"entry {index}", count=self.lost_count)
        stated = self.exam.manifest["counts"]["events"]
        if stated != self.exam.events and not self.found:
            self.found.add("count_other", "manifest.json", stated=stated, found=self.exam.events)


# --- that a case's file is whole: the logged map of case heads ---


class _Tail:
    """The last map of heads among the entries, and that only entries of no case follow it up to the head."""

    def __init__(self, exam: Exam) -> None:
        self.exam, self.heads, self.next, self.quiet = exam, None, 0, False

    def take(self, index: int, entry: dict[str, Any]) -> None:
        if entry.get("kind") == "heads":
            self.heads, self.quiet = (index, entry), True
        elif index != self.next or entry.get("case") is not None:
            self.quiet = False
        self.next = index + 1

    def conclude(self) -> None:
        assert self.exam.head is not None
        ends = self.heads is not None and self.quiet and self.next == self.exam.head.size
        self.exam.last_heads = self.heads[1] if ends and self.heads else None


def _check_heads(exam: Exam) -> None:
    """Each case ends with the number that the log says is its last."""
    if not exam.whole:
        return
    if exam.tiled:
        assert exam.logged is not None
        _compare_heads(exam, exam.logged)
        return
    known = OnDisk()
    if exam.last_heads is None:
        if next(exam.cases.items(), None):
            exam.found.add("heads_old", "entries.jsonl")
        return
    for number, line in exam.source.lines("heads.jsonl"):
        try:
            lines = [json.loads(one) for one in line["lines"].split("\n")]
            verify_head(exam.policy.hashing, lines[0]["case"], line["lines"], _proof(line["siblings"]),
                        bytes.fromhex(exam.last_heads["root"]))
        except (ValueError, KeyError, TypeError) as error:
            exam.found.add("head_false", f"heads.jsonl line {number}", why=str(error))
            continue
        for one in lines:
            known.put(one["case"], [1, one["seq"], one["index"]])
    _compare_heads(exam, known)


def _compare_heads(exam: Exam, known: OnDisk) -> None:
    for case, (_first, last, at) in exam.cases.items():
        head, where = known.get(case), f"case {case}"
        if head is None:
            exam.found.add("case_unproven", where)
        elif head[1] > last:
            exam.found.add("case_tail", where, seq=head[1], last=last)
        elif head[1] < last:
            exam.found.add("case_more", where, seq=head[1], last=last)
        elif head[2] != at:
            exam.found.add("case_link", where, seq=last)


# --- personal values: each commitment has its value, or an event that says it was erased ---


def _check_personal(exam: Exam) -> None:
    if not exam.manifest.get("personal"):
        return
    erased, beside = _erasures(exam), _Beside(exam)
    for number, line in _sorted_lines(exam, "events.jsonl"):
        body = json.loads(line["canonical"])
        values = beside.of(line["index"])
        for field, commitment in sorted(body["personal"].items()):
            kept = values.pop(field, None)
            if commitment is None:
                continue
            where = f"events.jsonl line {number}"
            if kept is None or kept.get("salt") is None:
                if erased.get(f"{body['meta']['uid']} {field}") is None:
                    exam.found.add("value_missing", where, field=field)
            elif not _commits(kept, commitment):
                exam.found.add("value_altered", where, field=field)
        for field in values:
            exam.found.add("value_extra", f"personal.jsonl, entry {line['index']}", field=field)


def _commits(kept: dict[str, Any], commitment: str) -> bool:
    """SHA-256 of salt and value, whatever the log's hash: it stands so in the event's bytes."""
    salted = base64.b64decode(kept["salt"]) + str(kept["value"]).encode()
    return hashlib.sha256(salted).hexdigest() == commitment


class _Beside:
    """The personal values of one event after the other."""

    def __init__(self, exam: Exam) -> None:
        self._exam = exam
        self._lines = _sorted_lines(exam, "personal.jsonl", "event_order")
        self._next = next(self._lines, None)

    def of(self, index: int) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        while self._next and self._next[1]["index"] <= index:
            line = self._next[1]
            if line["index"] < index or line["field"] in found:
                where = f"personal.jsonl line {self._next[0]}"
                self._exam.found.add("value_extra", where, field=line["field"])
            else:
                found[line["field"]] = line
            self._next = next(self._lines, None)
        return found


def _erasures(exam: Exam) -> OnDisk:
    """`uid field` of each value whose erasure the log proves."""
    found = OnDisk()
    for number, line in exam.source.lines("erasures.jsonl"):
        where = f"erasures.jsonl line {number}"
        before = len(exam.found)
        _included(exam, where, line["entry"].encode(), line["index"], line["proof"])
        body, entry = json.loads(line["canonical"]), json.loads(line["entry"])
        digest = exam.policy.hashing.of(line["canonical"].encode()).hex()
        if entry.get("digest") != digest or body["type"] != "PersonalErased":
            exam.found.add("erasure_false", where, why="not the event of its entry")
        if len(exam.found) == before:
            found.put(f"{body['data']['event']} {body['data']['field']}", [1])
    return found


# --- the receipt: the log itself says which manifest was exported ---


def _open_receipt(exam: Exam) -> None:
    if "receipt.json" not in exam.source:
        exam.found.add("no_receipt", "receipt.json")
        return
    receipt = json.loads(exam.source.read("receipt.json"))
    later = _opened(receipt["checkpoint"].encode(), exam, "receipt.json")
    exam.receipt = (receipt, later) if later else None


def _check_receipt(exam: Exam) -> None:
    if exam.receipt is None or exam.head is None:
        return
    receipt, later = exam.receipt
    hashing, raw, canonical = exam.policy.hashing, receipt["entry"].encode(), receipt["canonical"].encode()
    try:
        verify_consistency(hashing, exam.head.size, later.size, exam.head.root, later.root,
                           _proof(receipt["consistency"]))
        verify_inclusion(hashing, receipt["index"], later.size, hashing.leaf(raw), _proof(receipt["proof"]), later.root)
        if json.loads(raw)["digest"] != hashing.of(canonical).hex():
            raise ProofRefused("not the event of its entry")
    except ValueError as error:
        exam.found.add("receipt_false", "receipt.json", why=str(error))
        return
    body = json.loads(canonical)
    made = hashlib.sha256(exam.source.read("manifest.json")).hexdigest()
    if body["type"] != "Exported" or body["data"]["digest"] != made:
        exam.found.add("receipt_other", "manifest.json")


# --- a dossier: one PDF that brings its events, a proof of each (C2SP tlog-proof), and a seal over all of it ---

PROOF_FIRST_LINE = "c2sp.org/tlog-proof@v1"
DOSSIER_FORMAT = "pension-eligibility dossier proof 2"
MOST_ATTACHED = 1 << 26
FREE_TEXT = {"opinion", "grounds", "reasons", "proof"}  # by which names a dossier's data hold it
ERASED = "▇▇▇"  # in place of what a rule has erased
OBJECT = re.compile(rb"(?<![0-9])(\d+)[ \t\r\n]+(\d+)[ \t\r\n]+obj\b")
STREAM = re.compile(rb"stream\r?\n")
LENGTH = re.compile(rb"/Length[ \t\r\n]+(\d+)(?![ \t\r\n]+\d+[ \t\r\n]+R)")
ATTACHED_AS = re.compile(rb"/U?F[ \t\r\n]*\(([^()\\]+)\)")
ATTACHED = re.compile(rb"/EF[ \t\r\n]*<<[^>]*/U?F[ \t\r\n]+(\d+)[ \t\r\n]+\d+[ \t\r\n]+R")
CLAIMED = re.compile(rb"/M[ \t\r\n]*\(D(?::|\\072)(\d{14})([Zz+-]?)(?:(\d\d)'?(\d\d)?'?)?\)")
REVOCATION = re.compile(rb"/(?:CRL|OCSP)s?[ \t\r\n]*\[([^\]]*)\]")
SAYS |= {
    "no_proofs": ("unsigned", "案卷没有附上日志证明", "the dossier brings no proof of the log"),
    "attached_twice": ("inserted", "附有两个同名文件", "two files of this name are attached"),
    "proof_form": ("altered", "证明不是规定的写法：{why}", "not a proof of C2SP tlog-proof: {why}"),
    "other_case": ("misplaced", "是另一案件（{case}）的事件", "an event of another case ({case})"),
    "data_other": ("altered", "与证明所述的案卷数据不同", "not the data of which the proof speaks"),
    "extract_other": ("altered", "摘录第 {seq} 号与事件不符", "number {seq} of the extract is not the event attached"),
    "words_other": ("altered", "{field} 的文字与第 {seq} 号事件的承诺不符",
                    "the text of {field} is not the one that event {seq} commits to"),
    "seal_gone": ("removed", "案卷称有签章（{holder}），但没有签章",
                  "it says that {holder} sealed it, and bears no seal"),
    "seal_broken": ("altered", "签章覆盖的内容已被改动：{why}", "what the seal covers was altered: {why}"),
    "seal_part": ("inserted", "签章之后文件又被增改", "something was added to the file since it was sealed"),
    "seal_undated": ("unsigned", "签章未注明时间", "the seal does not say when it was made"),
    "seal_expired": ("unsigned", "签章时间 {at}，但证书（{holder}）有效期为 {since} 至 {until}",
                     "sealed at {at}, but the certificate of {holder} was valid from {since} to {until}"),
    "seal_early": ("backdated", "签章时间 {at} 早于所载记录的时间 {after}",
                   "sealed at {at}, before what it covers was recorded ({after})"),
    "seal_revoked": ("unsigned", "证书（{holder}）已于 {on} 吊销", "the certificate of {holder} was revoked at {on}"),
    "seal_answer": ("altered", "所附吊销信息不成立：{why}", "an answer on revocation does not hold: {why}"),
    "seal_unknown": ("unsigned", "签章证书不是所列机构签发：{holder}",
                     "no authority of the policy issued the seal of {holder}"),
}


@dataclass(frozen=True)
class LogProof:
    """A tlog-proof as read: nothing of it is verified yet. extra: the entry, here."""

    index: int
    proof: tuple[bytes, ...]
    extra: bytes
    note: bytes


def written_proof(index: int, proof: Iterable[bytes], note: bytes, extra: bytes = b"") -> bytes:
    """As C2SP tlog-proof has it."""
    lines = [PROOF_FIRST_LINE, *([f"extra {base64.b64encode(extra).decode()}"] if extra else ()), f"index {index}",
             *(base64.b64encode(one).decode() for one in proof), ""]
    return "\n".join(lines).encode() + b"\n" + note


def read_proof(data: bytes) -> LogProof:
    """Raises ProofRefused."""
    above, empty, note = data.partition(b"\n\n")
    try:
        lines = above.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise ProofRefused("not ASCII") from None
    if not empty or lines.pop(0) != PROOF_FIRST_LINE or not lines:
        raise ProofRefused("not a tlog-proof")
    extra = b""
    if lines[0].startswith("extra "):
        extra = _decoded(lines.pop(0).removeprefix("extra "))
        if not extra or not lines:
            raise ProofRefused("extra data that are no base64")
    word, _, index = lines.pop(0).partition(" ")
    if word != "index" or not _is_number(index):
        raise ProofRefused("no index")
    proof = tuple(map(_decoded, lines))
    if len(proof) > 63 or any(len(one) != Hashing.SIZE for one in proof):
        raise ProofRefused("not hashes of 32 bytes")
    return LogProof(int(index), proof, extra, note)


class PdfFiles:
    """The files attached to a PDF, and its signature. Reads the objects one after the other, the later in place of the
    earlier; the cross-reference table is not asked, for nothing here is believed before it is proven."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(b"%PDF-"):
            raise Unreadable("not a PDF")
        self.data = data
        self._objects: dict[int, tuple[bytes, bytes]] = {}  # number -> its text, the raw bytes of its stream
        self._read()
        self.twice: list[str] = []
        self.files = self._attached()

    def _read(self) -> None:
        at = 0
        while found := OBJECT.search(self.data, at):
            text, stream, at = self._object(found.end())
            self._objects[int(found[1])] = text, stream
            if b"/ObjStm" in text:
                self._unpack(text, stream)

    def _object(self, begin: int) -> tuple[bytes, bytes, int]:
        end, stream = self.data.find(b"endobj", begin), STREAM.search(self.data, begin)
        if end < 0:
            end = len(self.data)
        if stream is None or stream.start() > end:
            return self.data[begin:end], b"", end
        text = self.data[begin:stream.start()]
        length = LENGTH.search(text)
        stop = stream.end() + int(length[1]) if length else self.data.find(b"endstream", stream.end())
        return text, self.data[stream.end():stop], max(stop, stream.end())

    def _unpack(self, text: bytes, stream: bytes) -> None:
        """The objects of an object stream."""
        inside, first = _inflated(stream), int(re.search(rb"/First[ \t\r\n]+(\d+)", text)[1])  # type: ignore[index]
        numbers = [int(one) for one in inside[:first].split()]
        places = [*numbers[1::2], len(inside) - first]
        for number, start, end in zip(numbers[::2], places, places[1:], strict=False):
            self._objects[number] = inside[first + start:first + end], b""

    def _attached(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for text, _stream in self._objects.values():
            name, of = ATTACHED_AS.search(text), ATTACHED.search(text)
            if name is None or of is None or int(of[1]) not in self._objects:
                continue
            called = name[1].decode("latin-1")
            self.twice += [called] if called in found else []
            found[called] = self._content(int(of[1]))
        return found

    def _content(self, number: int) -> bytes:
        described, raw = self._objects[number]
        return _inflated(raw) if b"/FlateDecode" in described else raw

    def signature(self) -> tuple[list[int], bytes] | None:
        """(byte range, DER of the CMS) of the last signature; None where there is none."""
        ranges = list(re.finditer(rb"/ByteRange[ \t\r\n]*\[([\d \t\r\n]+)\]", self.data))
        if not ranges:
            return None
        span = [int(one) for one in ranges[-1][1].split()]
        if len(span) != 4 or span[0] != 0 or not 0 < span[1] < span[2] <= sum(span[2:]) <= len(self.data):
            raise Unreadable("a byte range that is none")
        return span, _unpadded(bytes.fromhex(self.data[span[1] + 1:span[2] - 1].decode("ascii")))

    def claimed(self) -> datetime | None:
        """When it was signed, as the signature's own dictionary says."""
        for text, _stream in self._objects.values():
            said = CLAIMED.search(text) if b"/ByteRange" in text else None
            if said is not None:
                hours, minutes = int(said[3] or 0), int(said[4] or 0)
                away = timedelta(hours=hours, minutes=minutes) * (-1 if said[2] == b"-" else 1)
                return datetime.strptime(said[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC) - away
        return None

    def revocation(self) -> list[bytes]:
        """The lists and answers of revocation in a DSS."""
        refs = [ref for text, _stream in self._objects.values() for some in REVOCATION.findall(text)
                for ref in re.findall(rb"(\d+)[ \t\r\n]+\d+[ \t\r\n]+R", some)]
        return [self._content(int(ref)) for ref in dict.fromkeys(refs) if int(ref) in self._objects]


def _unpadded(der: bytes) -> bytes:
    """Without the zeroes that fill the place up."""
    end = _span(der, 0)[1]
    if any(der[end:]):
        raise Unreadable("something behind the signature")
    return der[:end]


def _inflated(raw: bytes) -> bytes:
    made = zlib.decompressobj()
    data = made.decompress(raw, MOST_ATTACHED)
    if made.unconsumed_tail:
        raise Unreadable("a stream too long")
    return data


class _Attached(Source):
    """A dossier's files, as the files of an export would be."""

    def __init__(self, pdf: PdfFiles, found: Findings) -> None:
        self.twice, self._files = [], {name.replace("anchor-", "anchors/"): data for name, data in pdf.files.items()}
        proofs = {name: data for name, data in pdf.files.items() if name.endswith(".tlog-proof")}
        self.notes: dict[bytes, str] = {}
        rows = []
        for name, data in sorted(proofs.items()):
            try:
                read = read_proof(data)
            except ProofRefused as refused:
                found.add("proof_form", name, why=str(refused))
                continue
            self.notes.setdefault(read.note, name)
            rows.append(read)
        self._rows = {"entries.jsonl": [], "proofs.jsonl": []}  # type: dict[str, list[dict[str, Any]]]
        shown = self._shown()
        for read in sorted(rows, key=lambda one: one.index):
            line = {"index": read.index, "entry": read.extra.decode("ascii", "replace")}
            self._rows["entries.jsonl"].append(line if read.index in shown else line | {"outside": True})
            self._rows["proofs.jsonl"].append(
                {"index": read.index, "proof": [base64.b64encode(one).decode() for one in read.proof]})

    def _shown(self) -> set[int]:
        return set(json.loads(self._files.get("proof.json", b"{}")).get("events", ()))

    def names(self) -> list[str]:
        return list(self._files)

    def __contains__(self, name: str) -> bool:
        return name in self._files or name in self._rows

    def open(self, name: str) -> Any:
        if name not in self._files:
            raise Unreadable(f"{name}: not attached")
        return io.BytesIO(self._files[name])

    def lines(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        if name in self._rows:
            yield from enumerate(self._rows[name], 1)
            return
        for number, line in enumerate(self._files.get(name, b"").splitlines(), 1):
            yield number, json.loads(line)


def verify_dossier(path: Path, policy: Policy, earlier: Sequence[bytes] = ()) -> Report:
    """Everything that is wrong with the dossier at `path`: its proofs, its completeness, its seal."""
    return verify_dossier_bytes(path.read_bytes(), policy, earlier)


def verify_dossier_bytes(document: bytes, policy: Policy, earlier: Sequence[bytes] = ()) -> Report:
    found, exam = Findings(), None
    try:
        pdf = PdfFiles(document)
        for name in pdf.twice:
            found.add("attached_twice", name)
        source = _Attached(pdf, found)
        if "proof.json" not in source or not source.notes:
            found.add("no_proofs", "PDF")
            _check_seal(pdf, {}, policy, found)
            return _reported(None, found)
        stated = json.loads(source.read("proof.json"))
        exam = Exam(source, policy, found, _as_export(stated))
        _hold(exam, earlier)
        exam.manifest["seal"] = _check_seal(pdf, stated, policy, found)
        _check_dossier(exam, source, stated)
    except zlib.error:
        found.add("part_damaged", "PDF")
    except UNREADABLE as error:
        found.add("unreadable", "PDF", why=f"{type(error).__name__}: {error}")
    return _reported(exam, found)


def _as_export(stated: dict[str, Any]) -> dict[str, Any]:
    if stated.get("format") != DOSSIER_FORMAT:
        raise Unreadable("proof.json: not of a format that is known here")
    return {"format": MANIFEST_FORMAT, "proofs": "each", "whole": bool(stated["whole"]), "files": {},
            "checkpoint": {"size": stated["size"], "root": base64.b64decode(stated["root"]).hex()},
            "counts": {"events": len(stated["events"])}, "withheld": int(stated["withheld"])}


def _check_dossier(exam: Exam, source: _Attached, stated: dict[str, Any]) -> None:
    for note, name in source.notes.items():  # one checkpoint for all; another one is another's proof
        exam.head = _opened(note, exam, name)
        if exam.head and (exam.head.size, exam.head.root.hex()) != tuple(exam.manifest["checkpoint"].values()):
            exam.found.add("other_head", name)
    if exam.head is None:
        return
    _bring(exam)
    _check_earlier(exam)
    _check_events(exam)
    _check_heads(exam)
    _check_case(exam, stated)
    _check_data(exam, stated)
    _check_seal_time(exam)


def _check_case(exam: Exam, stated: dict[str, Any]) -> None:
    """All events, and all entries of cases but those behind the last map of heads, are of the one case."""
    others = {case for case, _row in exam.cases.items() if case != stated["case"]}
    for case in sorted(others):
        exam.found.add("other_case", "events.jsonl", case=case)


def _check_data(exam: Exam, stated: dict[str, Any]) -> None:
    """The printed data are those of which the proof speaks, and its extract is that of the events."""
    raw = exam.source.read("dossier.json")
    if hashlib.sha256(raw).hexdigest() != stated["data_sha256"]:
        exam.found.add("data_other", "dossier.json")
    events, personal, data = {}, {}, json.loads(raw)
    for _number, line in exam.source.lines("events.jsonl"):
        body = json.loads(line["canonical"])
        personal[body["meta"]["case_seq"]] = body["personal"]
        events[body["meta"]["case_seq"]] = (body["meta"]["uid"], body["type"],
                                            hashlib.sha256(line["canonical"].encode()).hexdigest())
    extract = {one["seq"]: (one["uid"], one["type"], one["digest"]) for one in data["extract"]}
    for seq in sorted(events.keys() | extract.keys()):
        if events.get(seq) != extract.get(seq):
            exam.found.add("extract_other", "dossier.json", seq=seq)
    _check_words(exam, data, personal)


def _check_words(exam: Exam, data: Any, personal: dict[int, dict[str, Any]]) -> None:
    """Free text is what the events commit to: `words` beside it says which. Only a mark may stand for what was erased,
    and only where no salt is left."""
    salts = {(line["seq"], line["field"]): line["salt"] for _number, line in exam.source.lines("salts.jsonl")}
    for one in _objects(data):
        for name in FREE_TEXT & one.keys():
            seq, field = one.get("words", {}).get(name, (None, None))
            commitment, salt, text = personal.get(seq, {}).get(field), salts.get((seq, field)), one[name]
            holds = commitment and (_commits({"salt": salt, "value": text}, commitment) if salt else text == ERASED)
            if text and not holds:
                exam.found.add("words_other", "dossier.json", field=name, seq=seq or "?")


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    below = data if isinstance(data, list) else []
    if isinstance(data, dict):
        yield data
        below = [one for name, one in data.items() if name != "words"]
    for one in below:
        yield from _objects(one)


def _check_seal_time(exam: Exam) -> None:
    """A seal is younger than what it covers: a certificate that has run out is no use to whoever says another time."""
    at = (exam.manifest["seal"] or {}).get("at")
    if at and exam.latest and datetime.fromisoformat(at) < exam.latest - timedelta(seconds=exam.policy.late):
        exam.found.add("seal_early", "PDF", at=at, after=exam.latest.isoformat())


# --- the seal: a CMS signature (PAdES) over the bytes of the PDF ---


def _check_seal(pdf: PdfFiles, stated: dict[str, Any], policy: Policy, found: Findings) -> dict[str, Any] | None:
    """Who sealed it and when; None where nobody did or nothing holds. holder, at, stamped_by (None: it is the sealer
    who says when), asked (when revocation was, None: nobody has asked)."""
    signed = pdf.signature()
    if signed is None:
        if stated.get("sealed"):
            found.add("seal_gone", "PDF", holder=stated["sealed"])
        return None
    span, der = signed
    try:
        cms = read_cms(der, pdf.data[:span[1]] + pdf.data[span[2]:sum(span[2:])])
    except SignatureRefused as refused:
        found.add("seal_broken", "PDF", why=refused)
        return None
    if sum(span[2:]) != len(pdf.data):
        found.add("seal_part", "PDF")
    stamp = _seal_stamp(cms, policy, found)
    at = stamp.at if stamp else pdf.claimed()
    asked = _check_certificate(cms, at, stamp is not None, pdf.revocation(), policy, found)
    return {"holder": cms.holder, "at": at and at.isoformat(timespec="seconds"), "stamped_by": stamp and stamp.by,
            "asked": asked and asked.isoformat(timespec="seconds")}


def _seal_stamp(cms: Cms, policy: Policy, found: Findings) -> Stamp | None:
    """Of the signature's value, by an authority that the policy knows; one is not asked for."""
    trust = _certificates([*policy.seals, *(pem for _name, pem in policy.tsa)])
    if SIGNATURE_STAMP not in cms.unsigned or not trust:
        return None
    try:
        return verify_stamp(cms.unsigned[SIGNATURE_STAMP], cms.value, trust)
    except SignatureRefused as refused:
        found.add(f"stamp_{refused.code}", "PDF", **refused.said)
        return None


def _check_certificate(cms: Cms, at: datetime | None, proven: bool, answers: list[bytes], policy: Policy,
                       found: Findings) -> datetime | None:
    """Valid when it sealed, issued by whom the policy believes, not revoked. Returns when revocation was asked."""
    if at is None:
        found.add("seal_undated", "PDF")
        return None
    own = cms.own
    if not _valid(own, at):
        since, until = own.not_valid_before_utc.isoformat(), own.not_valid_after_utc.isoformat()
        found.add("seal_expired", "PDF", holder=cms.holder, at=at.isoformat(), since=since, until=until)
    chain = _chain(own, list(cms.beside), _certificates(policy.seals), at)
    if policy.seals and not chain:
        found.add("seal_unknown", "PDF", holder=cms.holder)
    asked = []
    for one, above in zip(chain, chain[1:], strict=False):
        told = [said for raw in (*answers, *cms.lists) if (said := _said_of(one, above, raw, found))]
        asked.append(max((when for when, _on in told), default=None))
        for on in {on for _when, on in told if on is not None and (on <= at or not proven)}:
            found.add("seal_revoked", "PDF", holder=one.subject.rfc4514_string(), on=on.isoformat())
    return min(asked) if asked and None not in asked else None


def _said_of(certificate: Any, issuer: Any, raw: bytes, found: Findings) -> tuple[datetime, datetime | None] | None:
    """(when it was asked, when it was revoked) by a CRL or an OCSP answer; None where it speaks of others."""
    try:
        return _by_list(certificate, issuer, raw) if _is_list(raw) else _by_answer(certificate, issuer, raw)
    except SignatureRefused as refused:
        found.add("seal_answer", "PDF", why=refused)
        return None


@_refusing
def _is_list(raw: bytes) -> bool:
    """A CRL is signed data, algorithm, signature; an OCSP answer begins with its status."""
    return _parts(_one(raw))[0][0] == 0x30


@_refusing
def _by_list(certificate: Any, issuer: Any, raw: bytes) -> tuple[datetime, datetime | None] | None:
    from cryptography import x509

    told = x509.load_der_x509_crl(raw)
    if told.issuer != issuer.subject:
        return None
    if not told.is_signature_valid(issuer.public_key()):
        raise SignatureRefused("signature")
    row = told.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if row is None and any(one.critical for one in told.extensions):  # of some certificates only
        return None
    return told.last_update_utc, row.revocation_date_utc if row else None


@_refusing
def _by_answer(certificate: Any, issuer: Any, raw: bytes) -> tuple[datetime, datetime | None] | None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import ocsp

    told = ocsp.load_der_ocsp_response(raw)
    key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    bits = _parts(_one(key))[1][1][1:]
    own = [one for one in told.responses if one.serial_number == certificate.serial_number
           and one.issuer_key_hash == hashlib.new(one.hash_algorithm.name, bits).digest()]
    if not own:
        return None
    signers = [issuer, *(one for one in told.certificates if _answers_for(one, issuer, told.produced_at_utc))]
    name, oid = told.signature_hash_algorithm.name, _oid(told.signature_algorithm_oid.dotted_string)
    if not any(_verifies(one.public_key(), told.signature, told.tbs_response_bytes, name, oid) for one in signers):
        raise SignatureRefused("signature")
    known = [one for one in own if one.certificate_status is not ocsp.OCSPCertStatus.UNKNOWN]
    return (known[0].this_update_utc, known[0].revocation_time_utc) if known else None


def _answers_for(certificate: Any, issuer: Any, at: datetime) -> bool:
    """Whether the issuer has made it for answers on revocation."""
    from cryptography.x509.oid import ExtendedKeyUsageOID

    usage = _extension(certificate, "ExtendedKeyUsage")
    made_for = usage and ExtendedKeyUsageOID.OCSP_SIGNING in usage.value
    return bool(made_for and _valid(certificate, at) and _issued(certificate, issuer, at))


# --- telling it, to people and to programs ---

TOLD = {  # key -> Chinese, English
    "whole": ("完好：未发现任何问题。", "WHOLE: nothing is wrong."),
    "damaged": ("有问题：共 {count} 处。", "DAMAGED: {count} findings."),
    "head": ("检查点：{origin}，{size} 条，树根 {root}", "Checkpoint: {origin}, {size} entries, root {root}"),
    "no_head": ("检查点：没有通过核验的检查点，其余各项无从核验。",
                "Checkpoint: none that holds, so that nothing else could be verified."),
    "signed": ("签名：{names}", "Signed by: {names}"),
    "events": ("事件：{events} 条，涉及 {cases} 个案件", "Events: {events}, of {cases} cases"),
    "complete": ("完整性：各案件自第 1 号至日志所记末号",
                 "Completeness: each case from number 1 to the last one logged"),
    "stretch": ("完整性：仅核验所选时段内编号连续，不含全案",
                "Completeness: numbers within the selection only, not whole cases"),
    "held": ("与另存检查点比对：{sizes}", "Compared with checkpoints kept elsewhere: {sizes}"),
    "none_held": ("未提供另存的检查点：旧头重放、盗用密钥重写不能由此发现。",
                  "No checkpoint kept elsewhere was given: an old head replayed, or a rewrite with a stolen key, would "
                  "not be found."),
    "masked": ("个人信息：未导出，仅有加盐承诺", "Personal values: not exported, salted commitments only"),
    "withheld": ("另有 {count} 条（查看、导出等）只附证明，不附内容",
                 "{count} more (views, exports) have their proof without their content"),
    "sealed": ("签章：{holder}，{at}（{by}）；{asked}", "Sealed by {holder} at {at} ({by}); {asked}"),
    "stamped_by": ("时间戳：{by}", "time stamp of {by}"),
    "claimed": ("签章方自称，无可信时间戳", "as the sealer says: no time stamp that is believed"),
    "asked": ("证书吊销状态截至 {asked} 已核", "revocation was asked at {asked}"),
    "not_asked": ("未附吊销信息，证书是否已吊销未经查询", "no answer on revocation is attached: it was not asked"),
    "anchored": ("见证：前 {entries} 条（{by}）；末 {rest} 条尚未见证",
                 "Anchored: the first {entries} entries ({by}); the last {rest} are not anchored yet"),
    "seen": ("{name} 于 {at} 见证前 {entries} 条", "{name} at {at}: {entries}"),
    "not_anchored": ("见证：没有策略所列见证方的回执", "Anchored: by no receipt of a witness that the policy names"),
    "elsewhere": ("另存于 {witness}（{kind}）的检查点（{size} 条）须自行比对：{words}",
                  "{witness} ({kind}) should hold a checkpoint of {size} entries, to be compared by you: {words}"),
    "more": ("另有 {count} 处同类问题未逐一列出。", "{count} more of these kinds are not listed."),
}


def report_lines(report: Report, lang: str) -> Iterator[str]:
    """For people, in one language."""
    at = 0 if lang == "zh" else 1

    def told(key: str, **detail: Any) -> str:
        return TOLD[key][at].format(**detail)

    total = sum(report.findings.counts.values())
    yield told("whole") if report.ok else told("damaged", count=total)
    if report.head is None:
        yield told("no_head")
    else:
        head = report.head
        yield told("head", origin=head.origin, size=head.size, root=head.root.hex())
        yield told("signed", names=", ".join(s.key.written.rpartition("+")[0] for s in head.note.signatures))
        yield told("events", events=report.events, cases=report.cases)
        yield told("complete" if report.made.get("whole") else "stretch")
        yield from _told_of_anchors(report.anchored, told)
    sizes = ", ".join(map(str, report.checked))
    yield told("held", sizes=sizes) if sizes else told("none_held")
    if report.made.get("withheld"):
        yield told("withheld", count=report.made["withheld"])
    if report.made.get("seal"):
        yield told("sealed", **_told_of_seal(report.made["seal"], told))
    if report.made and not report.made.get("personal"):
        yield told("masked")
    for finding in report.findings:
        yield f"- {KINDS[finding.what][at]}: {finding.where}: {finding.words(lang)}"
    if total > len(report.findings):
        yield told("more", count=total - len(report.findings))


def _told_of_anchors(anchored: dict[str, Any], told: Callable[..., str]) -> Iterator[str]:
    seen = "; ".join(told("seen", **one) for one in anchored["by"])
    yield told("anchored", **(anchored | {"by": seen})) if seen else told("not_anchored")
    for one in anchored["elsewhere"]:
        yield told("elsewhere", **one)


def _told_of_seal(seal: dict[str, Any], told: Callable[..., str]) -> dict[str, Any]:
    by = told("stamped_by", by=seal["stamped_by"]) if seal["stamped_by"] else told("claimed")
    return seal | {"by": by, "asked": told("asked", asked=seal["asked"]) if seal["asked"] else told("not_asked")}


def report_object(report: Report) -> dict[str, Any]:
    """For programs: ok, checkpoint, events, cases, checked, anchored, seal, findings (what, code, where, zh, en,
    detail)."""
    head = report.head and {"origin": report.head.origin, "size": report.head.size, "root": report.head.root.hex(),
                            "signed_by": [s.key.written for s in report.head.note.signatures]}
    return {"ok": report.ok, "checkpoint": head, "events": report.events, "cases": report.cases,
            "checked": list(report.checked), "anchored": report.anchored, "seal": report.made.get("seal"),
            "counts": report.findings.counts,
            "findings": [{"what": f.what, "code": f.code, "where": f.where, "zh": f.words("zh"), "en": f.words("en"),
                          "detail": f.detail} for f in report.findings]}


def main(arguments: list[str] | None = None) -> int:
    """0: whole. 1: damaged. 2: not asked as it should be."""
    parser = argparse.ArgumentParser(description="Check an export of the audit log. 核验操作日志的导出。")
    parser.add_argument("path", type=Path,
                        help="folder or archive of an export, or a dossier 导出的文件夹或压缩包，或案卷 PDF")
    parser.add_argument("--policy", type=Path, required=True,
                        help="keys, obtained elsewhere than from the export 公钥文件，须另行取得")
    parser.add_argument("--checkpoint", type=Path, nargs="*", default=[], help="kept elsewhere 另存的检查点")
    parser.add_argument("--json", action="store_true", help="for programs 供程序读取")
    parser.add_argument("--lang", choices=("zh", "en"), help="both when left out 不填则两种语言")
    given = parser.parse_args(arguments)
    try:
        policy = Policy.read(json.loads(given.policy.read_bytes()))
        earlier = [note.read_bytes() for note in given.checkpoint]
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    verified = verify_dossier if _is_pdf(given.path) else verify_export
    report = verified(given.path, policy, earlier)
    if given.json:
        print(json.dumps(report_object(report), ensure_ascii=False, indent=1, default=str))
    else:
        for lang in (given.lang,) if given.lang else ("zh", "en"):
            print("\n".join(report_lines(report, lang)))
    return 0 if report.ok else 1


def _is_pdf(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"


if __name__ == "__main__":
    sys.exit(main())
