"""A tree in tiles grows: what a tree of one size needs to become one of a larger, in one pass over the new entries."""
from __future__ import annotations

from collections.abc import Callable, Iterable

from audit.tree.tiles import ENTRIES, HEIGHT, WIDTH, Tile, bundle, hashes_of
from audit.verify import Hashing, root

Read, Write = Callable[[Tile], bytes], Callable[[Tile, bytes], None]


class Growing:
    """Tiles from a tree of `size` on; `read` gives its last tiles of level 1 and above, `write` keeps new ones.

    Begins again at the last whole tile of level 0: its entries are wanted from `first` on.
    """

    def __init__(self, hashing: Hashing, size: int, read: Read, write: Write) -> None:
        self._hashing, self._write = hashing, write
        self.first = self.size = size - size % WIDTH
        self._edges: list[list[bytes]] = [[]]  # of each level, the hashes of its last tile
        level, count = 1, size >> HEIGHT
        while count:
            width = count % WIDTH
            self._edges.append(hashes_of(read(Tile(level, count // WIDTH, width))) if width else [])
            if len(self._edges[-1]) != width:
                raise ValueError(f"tile {count // WIDTH} of level {level} has another width")
            level, count = level + 1, count >> HEIGHT

    def add(self, entries: Iterable[list[bytes]]) -> None:
        """Lists of WIDTH entries, the last one of fewer. Ends with the tiles that are not whole."""
        of = self._hashing.of
        for part in entries:
            self._write(Tile(ENTRIES, self.size // WIDTH, len(part)), bundle(part))
            self._put(0, [of(b"\0" + entry) for entry in part])
            self.size += len(part)
        self._close()

    def _put(self, level: int, hashes: list[bytes]) -> None:
        if level == len(self._edges):
            self._edges.append([])
        edge = self._edges[level]
        edge += hashes
        if len(edge) == WIDTH:
            self._write(Tile(level, self.size // WIDTH ** (level + 1)), b"".join(edge))
            made = root(edge, self._hashing)
            self._edges[level] = []
            self._put(level + 1, [made])

    def _close(self) -> None:
        for level, edge in enumerate(self._edges):
            if edge:
                self._write(Tile(level, self.size >> HEIGHT * (level + 1), len(edge)), b"".join(edge))
