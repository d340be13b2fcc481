"""The tree's tiles on the disk, `<instance>/log/`: made of the entries, made anew where they are lost or do not agree.

Folder and paths are those of C2SP tlog-tiles; a file server in front of it is a log that witnesses can read.
"""
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.entries import LogAltered
from audit.models import AuditEntry
from audit.tree.growing import Growing
from audit.tree.proofs import consistency_proof, inclusion_proof, root_of
from audit.tree.tiles import WIDTH, Tile, TileNodes
from audit.verify import Hashing
from database.streaming import streamed

FOLDER, CHECKPOINT = "log", "checkpoint"


class Shelf:
    """Files of tiles."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, tile: Tile) -> bytes:
        """Raises FileNotFoundError. A whole tile serves for one that was not."""
        path = self.folder / tile.path
        if tile.width < WIDTH and not path.exists():
            whole = self.folder / Tile(tile.level, tile.n).path
            if tile.level >= 0 and whole.exists():
                return whole.read_bytes()[:tile.width * Hashing.SIZE]
        return path.read_bytes()

    def write(self, tile: Tile, data: bytes) -> None:
        self.put(tile.path, data)
        if tile.width == WIDTH and os.path.isdir(parts := f"{self.folder}/{tile.path}.p"):
            shutil.rmtree(parts, ignore_errors=True)

    def put(self, name: str, data: bytes) -> None:
        """A whole file or none. Not synced: whatever is lost is made anew."""
        path = f"{self.folder}/{name}"
        fresh = f"{path}.{os.getpid()}"
        try:
            _write(fresh, data)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _write(fresh, data)
        os.replace(fresh, path)


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


class Tree:
    """The tree over the first `size` entries, out of tiles. Proofs are for that size and those before."""

    def __init__(self, hashing: Hashing, size: int, shelf: Shelf) -> None:
        self.hashing, self.size = hashing, size
        self._nodes = TileNodes(hashing, size, shelf.read)

    def root(self, size: int | None = None) -> bytes:
        return root_of(self.hashing, self._nodes, self.size if size is None else size)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        return inclusion_proof(self.hashing, self._nodes, index, self.size if size is None else size)

    def consistency(self, size1: int, size2: int | None = None) -> list[bytes]:
        return consistency_proof(self.hashing, self._nodes, size1, self.size if size2 is None else size2)


def shelf() -> Shelf:
    return Shelf(Path(current_app.config.get("INSTANCE_DIR") or current_app.instance_path) / FOLDER)


def grown(session: Session, hashing: Hashing, size: int, before: tuple[int, bytes] | None) -> Tree:
    """The tree over the first `size` entries, its tiles on the disk.

    before: size and root of a tree whose tiles should be there; if they are not, or make another root, all tiles are
    made anew. Raises LogAltered where the entries have a gap.
    """
    kept = shelf()
    start, known = before or (0, hashing.empty())
    try:
        if start > size or Tree(hashing, start, kept).root() != known:
            raise ValueError("other tiles")
        growing = Growing(hashing, start, kept.read, kept.write)
    except (FileNotFoundError, ValueError):
        growing = Growing(hashing, 0, kept.read, kept.write)
    growing.add(entries(session, growing.first, size))
    return Tree(hashing, size, kept)


def entries(session: Session, first: int, end: int) -> Iterator[list[bytes]]:
    """The entries from `first` up to `end`, a tile's worth at a time. Raises LogAltered where one is missing."""
    query = select(AuditEntry.place, AuditEntry.entry).where(AuditEntry.place >= first, AuditEntry.place < end)
    for rows in streamed(session, query.order_by(AuditEntry.place), WIDTH):
        if rows[-1][0] - first != len(rows) - 1:
            raise LogAltered("audit_entry", f"of the entries from {first} to {rows[-1][0]} some are missing")
        first += len(rows)
        yield [entry.encode() for _, entry in rows]
    if first < end:
        raise LogAltered("audit_entry", f"of the entries up to {end} those from {first} on are missing")
