"""The witness's folder: its key, the logs it knows (logs.txt: verifier key and hash a line), the last head of each."""
from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from audit.signer.files import append_line, locked, write_whole
from audit.signer.notes import SigningKey, signing_key
from audit.verify import Hashing, NoteKey

KEY, NAME, LOGS = "key", "name", "logs.txt"


class NotAWitness(RuntimeError):
    """The folder has no witness, or has one already; the message names it."""


@dataclass(frozen=True)
class Kept:
    """The last head cosigned of a log; of one never cosigned the empty tree."""

    size: int
    root: bytes
    hashing: Hashing


@dataclass(frozen=True)
class State:
    path: Path

    def create(self, name: str) -> NoteKey:
        """`name`: as checkpoints will show it. Raises NotAWitness."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (self.path / KEY).exists():
            raise NotAWitness(f"{self.path}: there is a witness already")
        key = signing_key(name, cosigns=True)
        write_whole(self.path / NAME, name.encode())
        write_whole(self.path / KEY, key.raw)
        return key.note

    def key(self) -> SigningKey:
        """Raises NotAWitness."""
        try:
            return signing_key((self.path / NAME).read_text(), (self.path / KEY).read_bytes(), cosigns=True)
        except FileNotFoundError:
            raise NotAWitness(f"{self.path}: no witness here; make one with `create`") from None

    def know(self, verifier_key: str, hashing: str) -> None:
        """Trust a log's key, whose name is the log's origin, and hash as it does. Raises NoteRefused."""
        append_line(self.path / LOGS, f"{NoteKey.read(verifier_key).written} {Hashing(hashing).name}".encode())

    def known(self, origin: str) -> tuple[list[NoteKey], Hashing] | None:
        """The keys of a log and its hash, if it is known here."""
        path = self.path / LOGS
        rows = [line.split(" ") for line in path.read_text().splitlines()] if path.exists() else []
        found = [(key, hashing) for key, hashing in ((NoteKey.read(row[0]), row[1]) for row in rows)
                 if key.name == origin]
        return ([key for key, _ in found], Hashing(found[-1][1])) if found else None

    def alone(self, origin: str) -> object:
        """A context: no other request of the log is judged meanwhile."""
        return locked(self._of(origin, "lock"))

    def kept(self, origin: str, hashing: Hashing) -> Kept:
        path = self._of(origin, "head")
        if not path.exists():
            return Kept(0, hashing.empty(), hashing)
        size, root = path.read_text().splitlines()[1:3]
        return Kept(int(size), bytes.fromhex(root), hashing)

    def keep(self, origin: str, kept: Kept) -> None:
        """On the disk when this returns."""
        lines = (origin, str(kept.size), kept.root.hex(), str(int(time.time())))
        write_whole(self._of(origin, "head"), ("\n".join(lines) + "\n").encode())

    def _of(self, origin: str, kind: str) -> Path:
        return self.path / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.{kind}"
