"""A new key for the same log: handed over by the old one, or declared after it was lost."""
from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path

from audit.signer.folder import Folder, Head, Since
from audit.signer.notes import SigningKey, checkpoint_text, signed, signing_key
from audit.signer.refusals import SignerRefused
from audit.verify import Hashing, NoteKey, NoteRefused, open_checkpoint

# First lines: no log has such an origin, so that neither note is ever taken for a checkpoint.
HANDED_OVER, DECLARED_LOST = "pension-eligibility/signer-handed-over/v1", "pension-eligibility/signer-lost/v1"


def rotate(path: Path) -> Since:
    """A new key signs every head larger than the present one. Its note is signed by the old key and by itself.

    Raises SignerRefused.
    """
    with Folder(path).opened() as folder:
        old, head, new = folder.key(), folder.head(), signing_key(folder.origin)
        note = signed(_text(HANDED_OVER, folder.origin, [old.note.written], new, head), old, new)
        since = Since(new.note.written, head.size + 1, note.decode())
        folder.begin_rotation(new, since)
        return since


def declare_lost(path: Path, origin: str, hashing: str, old: Sequence[Since], notes: Iterable[bytes]) -> Since:
    """A new signer that begins where the old one is known to have ended: the largest of `notes`, checkpoints that
    witnesses or the log itself kept, each signed by one of the `old` keys.

    What is left of the old signer in the folder is put aside, under a name with the time. Raises SignerRefused.
    """
    new, keys = signing_key(origin), [row.key for row in old]
    head = _ended(origin, Hashing(hashing), keys, notes, new)
    note = signed(_text(DECLARED_LOST, origin, keys, new, head), new)
    since = Since(new.note.written, head.size + 1 if head.size else 0, note.decode(), lost=True)
    Folder(path).begin_again(origin, hashing, [*old, since], new, head)
    return since


def _text(kind: str, origin: str, old: Sequence[str], new: SigningKey, head: Head) -> bytes:
    lines = [kind, origin, *(f"old {key}" for key in old), f"new {new.note.written}", f"size {head.size}",
             f"root {base64.b64encode(head.root).decode()}"]
    return ("\n".join(lines) + "\n").encode()


def _ended(origin: str, hashing: Hashing, old: Sequence[str], notes: Iterable[bytes], new: SigningKey) -> Head:
    """The largest head among the notes; the empty tree, in a note of the new key, when nobody holds one."""
    keys, empty = [NoteKey.read(key) for key in old], hashing.empty()
    roots, last = {0: empty}, Head(0, empty, signed(checkpoint_text(origin, 0, empty), new))
    for note in notes:
        try:
            found = open_checkpoint(note, keys, origin)
        except NoteRefused as refused:
            raise SignerRefused("NOT_WITNESSED", detail=str(refused)) from None
        if roots.setdefault(found.size, found.root) != found.root:
            raise SignerRefused("NOT_WITNESSED", detail=f"{found.size}: two roots")
        if found.size > last.size:
            last = Head(found.size, found.root, note)
    return last
