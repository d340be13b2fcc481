"""The call add-checkpoint of tlog-witness: what is asked, every answer the specification has, in its order."""
from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass

from audit.verify import Checkpoint, Hashing, NoteRefused, ProofRefused, open_checkpoint, verify_consistency
from audit.witness.state import Kept, State

MOST_HASHES = 63
SIZE_TYPE, TEXT = "text/x.tlog.size", "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    kind: str = TEXT


@dataclass(frozen=True)
class Request:
    """`note`: the checkpoint as sent; `origin`: the first line of it."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    @property
    def origin(self) -> str:
        return self.note.partition(b"\n")[0].decode(errors="replace")

    @classmethod
    def read(cls, body: bytes) -> Request:
        """Raises ValueError."""
        above, empty, note = body.partition(b"\n\n")
        first, *hashes = above.decode("ascii").split("\n")
        word, _, number = first.partition(" ")
        if not empty or word != "old" or str(int(number)) != number or int(number) < 0 or len(hashes) > MOST_HASHES:
            raise ValueError("not a request of add-checkpoint")
        return cls(int(number), tuple(_hash(line) for line in hashes), note)


def _hash(line: str) -> bytes:
    made = base64.b64decode(line, validate=True)
    if len(made) != Hashing.SIZE or base64.b64encode(made).decode() != line:
        raise ValueError("not a hash")
    return made


def add_checkpoint(state: State, body: bytes, now: Callable[[], float] = time.time) -> Answer:
    """The answer to the body of a request; a cosignature only after the head is kept on the disk."""
    try:
        asked = Request.read(body)
    except ValueError:
        return _no(400, "old size, proof and checkpoint are expected")
    known = state.known(asked.origin)
    if known is None:
        return _no(404, "this log is not known here")
    try:
        head = open_checkpoint(asked.note, known[0], asked.origin)
    except NoteRefused as refused:
        return _no(403, str(refused))
    with state.alone(asked.origin):  # type: ignore[attr-defined]
        return _judged(state, known[1], asked, head, now)


def _judged(state: State, hashing: Hashing, asked: Request, head: Checkpoint, now: Callable[[], float]) -> Answer:
    kept = state.kept(asked.origin, hashing)
    for status, holds, words in OBJECTIONS:
        if holds(asked, head, kept):
            return _size(kept) if words is None else _no(status, words)
    state.keep(asked.origin, Kept(head.size, head.root, hashing))
    return Answer(200, state.key().cosigned(head.note.text, int(now())))


def _unproven(asked: Request, head: Checkpoint, kept: Kept) -> bool:
    try:
        verify_consistency(kept.hashing, asked.old, head.size, kept.root, head.root, asked.proof)
    except ProofRefused:
        return True
    return False


# Status, whether it holds, and in words; without words the answer is the size that is kept here.
OBJECTIONS: tuple[tuple[int, Callable[[Request, Checkpoint, Kept], bool], str | None], ...] = (
    (400, lambda asked, head, kept: asked.old > head.size, "the old size is larger than the checkpoint's"),
    (409, lambda asked, head, kept: asked.old != kept.size, None),
    (409, lambda asked, head, kept: asked.old == head.size and kept.root != head.root, None),
    (422, _unproven, "the consistency proof does not verify"),
)


def _no(status: int, words: str) -> Answer:
    return Answer(status, f"{words}\n".encode())


def _size(kept: Kept) -> Answer:
    return Answer(409, f"{kept.size}\n".encode(), SIZE_TYPE)
