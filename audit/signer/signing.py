"""The one thing a signer does: sign the next head, or say why not."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.signer.folder import Folder, Head, Since
from audit.signer.notes import checkpoint_text, signed
from audit.signer.refusals import SignerRefused
from audit.verify import Hashing, ProofRefused, verify_consistency


@dataclass(frozen=True)
class Asked:
    """Sign the tree of `size` and `root`: it continues the head of `old_size`, as `proof` shows (RFC 6962 2.1.2)."""

    origin: str
    size: int
    root: bytes
    old_size: int
    proof: tuple[bytes, ...] = ()


class LocalSigner:
    """The signer in this process, for a small installation; `python -m audit.signer serve` wraps the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = Folder(folder)

    def head(self) -> Head:
        """The head signed last; of a new log the empty tree. Raises SignerRefused."""
        with self.folder.opened() as folder:
            return folder.head()

    def log_keys(self) -> list[Since]:
        """All keys of the log, in order. Raises SignerRefused."""
        with self.folder.opened() as folder:
            return folder.keys

    def origin(self) -> str:
        with self.folder.opened() as folder:
            return folder.origin

    def sign(self, asked: Asked) -> bytes:
        """The signed checkpoint; asked the same again, the same. Raises SignerRefused; then nothing was signed."""
        with self.folder.opened() as folder:
            head, key = folder.head(), folder.key()
            if (asked.origin, asked.size, asked.root) == (folder.origin, head.size, head.root):
                return head.note
            try:
                _continues(folder, head, asked)
            except SignerRefused as refused:
                _write_down(folder, refused, asked)
                raise
            note = signed(checkpoint_text(asked.origin, asked.size, asked.root), key)
            folder.remember(note, asked.size)
            return note


def _continues(folder: Folder, head: Head, asked: Asked) -> None:
    facts = {"size": asked.size, "head_size": head.size, "old_size": asked.old_size, "origin": asked.origin,
             "expected": folder.origin}
    for code, holds in OBJECTIONS:
        if holds(folder, head, asked):
            raise SignerRefused(code, **facts)


def _unproven(folder: Folder, head: Head, asked: Asked) -> bool:
    return not proven(folder.hashing, head, asked.size, asked.root, asked.proof)


def proven(hashing: Hashing, head: Head, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    try:
        verify_consistency(hashing, head.size, size, head.root, root, proof)
    except ProofRefused:
        return False
    return True


# In this order; the first that holds is the answer.
OBJECTIONS: tuple[tuple[str, Callable[[Folder, Head, Asked], bool]], ...] = (
    ("WRONG_ORIGIN", lambda folder, head, asked: asked.origin != folder.origin),
    ("FORK", lambda folder, head, asked: asked.size == head.size),  # of another root: the head itself was answered
    ("STALE", lambda folder, head, asked: asked.old_size != head.size),
    ("SHRUNK", lambda folder, head, asked: asked.size < head.size),
    ("FORK", _unproven),
)


def _write_down(folder: Folder, refused: SignerRefused, asked: Asked) -> None:
    """Once, however often the same is asked."""
    facts = {"code": refused.code, "size": asked.size, "root": asked.root.hex(), "origin": asked.origin}
    last = next(folder.journal(), {})
    if {name: last.get(name) for name in facts} != facts:
        folder.write_down("refused", **facts)
