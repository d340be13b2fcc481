"""The signer's folder: key, keys.json (public ones and since when), head.note, journal.jsonl. Outside the database.

The journal's last signed note is the head, `head.note` a copy for people: an old copy put in its place changes nothing.
"""
from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.signer.files import append_line, last_lines, locked, write_whole
from audit.signer.notes import SigningKey, checkpoint_text, signed, signing_key
from audit.signer.refusals import SignerRefused
from audit.verify import Checkpoint, Hashing, NoteKey, NoteRefused, open_checkpoint

KEY, NEXT, PUBLIC, HANDOVER = "key", "key.next", "keys.json", "handover.json"
HEAD, JOURNAL, SIGNED = "head.note", "journal.jsonl", "signed"


@dataclass(frozen=True)
class Since:
    """A key of the log. `since`: the size of the first head that it may sign; `note`: the hand-over, or declaration of
    loss, that brought it; of the first one none."""

    key: str
    since: int
    note: str | None = None
    lost: bool = False  # its predecessor was


@dataclass(frozen=True)
class Head:
    """The last head signed, and the note as it went out."""

    size: int
    root: bytes
    note: bytes


@dataclass(frozen=True)
class Folder:
    path: Path

    def create(self, origin: str, hashing: str = "sha256") -> None:
        """A signer of a new log: its first head is the empty tree. Raises SignerRefused."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self.path / "lock"):
            if (self.path / PUBLIC).exists():
                raise SignerRefused("EXISTS", folder=self.path)
            key = signing_key(origin)
            write_whole(self.path / KEY, key.raw)
            note = signed(checkpoint_text(origin, 0, Hashing(hashing).empty()), key)
            self.remember(note, 0)
            self.write_public(origin, hashing, [Since(key.note.written, 0)])  # last: until then there is no signer

    @property
    def exists(self) -> bool:
        return (self.path / PUBLIC).exists()

    @contextmanager
    def opened(self) -> Iterator[Folder]:
        """Alone, with what a kill left half done finished. Raises SignerRefused when there is nothing to open."""
        if not self.exists:
            raise SignerRefused("NO_KEY", folder=self.path)
        with locked(self.path / "lock"):
            self._finish_rotation()
            yield self

    @property
    def origin(self) -> str:
        return str(self._public()["origin"])

    @property
    def hashing(self) -> Hashing:
        return Hashing(self._public()["hash"])

    @property
    def keys(self) -> list[Since]:
        return [Since(**row) for row in self._public()["keys"]]

    def note_keys(self) -> list[NoteKey]:
        return [NoteKey.read(row.key) for row in self.keys]

    def key(self) -> SigningKey:
        """Raises SignerRefused."""
        try:
            found = signing_key(self.origin, (self.path / KEY).read_bytes())
        except (FileNotFoundError, ValueError):
            raise SignerRefused("NO_KEY", folder=self.path) from None
        if found.note.written != self.keys[-1].key:
            raise SignerRefused("NO_KEY", folder=self.path)
        return found

    def head(self) -> Head:
        """Of the journal's last signed note and head.note the larger. Raises SignerRefused."""
        signed_last = next((row["note"].encode() for row in self.journal() if row["act"] == SIGNED), None)
        path = self.path / HEAD
        found = [self._read(note) for note in (signed_last, path.read_bytes() if path.exists() else None) if note]
        heads = sorted((head for head in found if head), key=lambda head: head.size)
        if not heads:
            raise SignerRefused("HEAD_LOST", folder=self.path)
        return heads[-1]

    def remember(self, note: bytes, size: int) -> None:
        """The note is the head from now on: on the disk before anybody is given it."""
        self.write_down(SIGNED, size=size, note=note.decode())
        write_whole(self.path / HEAD, note)

    def write_down(self, act: str, **facts: Any) -> None:
        row = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "act": act} | facts
        append_line(self.path / JOURNAL, json.dumps(row, sort_keys=True).encode())

    def journal(self) -> Iterator[dict[str, Any]]:
        """What was done, the last first; as far back as is read."""
        for line in last_lines(self.path / JOURNAL):
            try:
                yield json.loads(line)
            except ValueError:  # torn by a kill before it was on the disk: nothing went out
                continue

    def write_public(self, origin: str, hashing: str, keys: list[Since]) -> None:
        body = {"origin": origin, "hash": hashing, "keys": [asdict(row) for row in keys]}
        write_whole(self.path / PUBLIC, json.dumps(body, indent=1).encode() + b"\n")

    def begin_again(self, origin: str, hashing: str, keys: list[Since], key: SigningKey, head: Head) -> None:
        """A signer after a loss. Killed before its end there is none, and the loss is declared again."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self.path / "lock"):
            self._put_aside()
            write_whole(self.path / KEY, key.raw)
            self.remember(head.note, head.size)
            self.write_public(origin, hashing, keys)

    def _put_aside(self) -> None:
        aside = self.path / f"lost-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        for name in (PUBLIC, KEY, NEXT, HANDOVER, HEAD, JOURNAL):
            if (self.path / name).exists():
                aside.mkdir(exist_ok=True, mode=0o700)
                (self.path / name).rename(aside / name)

    def begin_rotation(self, key: SigningKey, since: Since) -> None:
        """The new key and its note are on the disk, the note last; from then on the rotation happens."""
        write_whole(self.path / NEXT, key.raw)
        write_whole(self.path / HANDOVER, json.dumps(asdict(since)).encode())
        self._finish_rotation()

    def _finish_rotation(self) -> None:
        handover, fresh = self.path / HANDOVER, self.path / NEXT
        if not handover.exists():
            fresh.unlink(missing_ok=True)
            return
        since, keys = Since(**json.loads(handover.read_bytes())), self.keys
        if keys[-1].key != since.key:
            self.write_public(self.origin, self.hashing.name, [*keys, since])
        if fresh.exists():
            write_whole(self.path / KEY, fresh.read_bytes())
            fresh.unlink()
        self.write_down("rotated", key=since.key, since=since.since)
        handover.unlink()

    def _public(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / PUBLIC).read_bytes())
        return found

    def _read(self, note: bytes) -> Head | None:
        try:
            head: Checkpoint = open_checkpoint(note, self.note_keys(), self.origin)
        except NoteRefused:
            return None
        return Head(head.size, head.root, note)
