"""Files that are there whole or not at all, also after a power failure, and a lock between processes."""
from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE, TAIL = 0o600, 1 << 16  # bytes of a journal read from its end


def write_whole(path: Path, data: bytes) -> None:
    """`data` in place of what `path` had: on the disk when this returns, and never half of it."""
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """The names in `folder` on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def append_line(path: Path, line: bytes) -> None:
    """`line` below what is there, on the disk when this returns; a line torn by a kill is ended first."""
    new = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE), "rb+") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        torn = size > 0 and file.read(1) != b"\n"
        file.write((b"\n" if torn else b"") + line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if new:
        settle(path.parent)


def last_lines(path: Path) -> Iterator[bytes]:
    """The whole lines at the end of `path`, the last one first; none if there is no such file."""
    if not path.exists():
        return
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL))
        lines = file.read().split(b"\n")
    yield from reversed(lines[1 if size > TAIL else 0:-1])


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process and one thread at a time."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
