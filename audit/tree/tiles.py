"""Tiles of the tree and bundles of its entries: their paths, their bytes, and which there are (C2SP tlog-tiles)."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from audit.verify import Hashing, root

WIDTH, HEIGHT = 256, 8
ENTRIES = -1  # the level of bundles of entries
LONGEST_ENTRY = 65_535  # bytes
HIGHEST = 63

_NUMBER = r"(?:x\d{3}/)*\d{3}"
_PATH = re.compile(rf"tile/(?P<level>entries|0|[1-9]\d?)/(?P<n>{_NUMBER})(?:\.p/(?P<width>[1-9]\d{{0,2}}))?")


@dataclass(frozen=True)
class Tile:
    """Tile `n` of a level (ENTRIES: the bundle of the entries themselves), so far with `width` of 256."""

    level: int
    n: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{_number(self.n)}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @classmethod
    def at(cls, path: str) -> Tile:
        """Raises ValueError for what is not the one written path of a tile."""
        found = _PATH.fullmatch(path)
        if found is None:
            raise ValueError(path)
        level = ENTRIES if found["level"] == "entries" else int(found["level"])
        made = cls(level, int(found["n"].replace("x", "").replace("/", "")), int(found["width"] or WIDTH))
        if made.path != path or level > HIGHEST:
            raise ValueError(path)
        return made


def _number(n: int) -> str:
    digits = str(n).zfill(-(-len(str(n)) // 3) * 3)
    parts = [digits[at:at + 3] for at in range(0, len(digits), 3)]
    return "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])


def tiles(size: int, since: int = 0) -> Iterator[Tile]:
    """The tiles of a tree of `size`, level by level; those only that a tree of `since` has not."""
    level, count, before = 0, size, since
    while count:
        for n in range(before // WIDTH, -(-count // WIDTH)):
            width = min(WIDTH, count - n * WIDTH)
            if n * WIDTH + width > before:
                yield Tile(level, n, width)
        level, count, before = level + 1, count // WIDTH, before // WIDTH


def bundles(size: int, since: int = 0) -> Iterator[Tile]:
    """The bundles of entries of a tree of `size` that a tree of `since` has not."""
    for n in range(since // WIDTH, -(-size // WIDTH) if size > since else 0):
        yield Tile(ENTRIES, n, min(WIDTH, size - n * WIDTH))


def bundle(entries: Sequence[bytes]) -> bytes:
    """Raises ValueError for an entry of more than LONGEST_ENTRY bytes."""
    if any(len(entry) > LONGEST_ENTRY for entry in entries):
        raise ValueError("an entry is too long")
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def entries_of(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises ValueError where it breaks off."""
    found, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise ValueError("the bundle breaks off")
        found.append(data[at + 2:end])
        at = end
    return found


def hashes_of(data: bytes) -> list[bytes]:
    """The hashes of a tile. Raises ValueError where it breaks off."""
    if not data or len(data) % Hashing.SIZE or len(data) > WIDTH * Hashing.SIZE:
        raise ValueError("not a tile of hashes")
    return [data[at:at + Hashing.SIZE] for at in range(0, len(data), Hashing.SIZE)]


class TileNodes:
    """Nodes of a tree of `size` (see proofs.Nodes) out of its tiles. `read`: the bytes of a tile.

    Raises ValueError for a tile of another width than it has in a tree of this size.
    """

    def __init__(self, hashing: Hashing, size: int, read: Callable[[Tile], bytes]) -> None:
        self._hashing, self._size, self._read = hashing, size, read
        self._kept: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        high, low = divmod(level, HEIGHT)
        first = index << low
        hashes = self._hashes(high, first // WIDTH)[first % WIDTH:][:1 << low]
        if len(hashes) != 1 << low:
            raise ValueError(f"no node {level}, {index} in a tree of {self._size}")
        return root(hashes, self._hashing)

    def _hashes(self, level: int, n: int) -> list[bytes]:
        if (level, n) not in self._kept:
            width = min(WIDTH, (self._size >> HEIGHT * level) - n * WIDTH)
            if width <= 0:
                raise ValueError(f"no tile {n} of level {level} in a tree of {self._size}")
            tile = Tile(level, n, width)
            hashes = hashes_of(self._read(tile))
            if len(hashes) != width:
                raise ValueError(f"{tile.path}: {len(hashes)} hashes")
            self._kept[level, n] = hashes
        return self._kept[level, n]
