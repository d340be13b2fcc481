"""A kept file that was cut, changed, put together otherwise or exchanged is not opened."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from matching.feeds.sealed import MAGIC, NAME, SealBroken, opened, seal_blocks

pytestmark = pytest.mark.sqlite_is_enough
BLOCKS, HEAD, EACH = (b"one", b"two", b"six"), len(MAGIC) + NAME, 12 + 4 + 3 + 16  # bytes


def block(data: bytes, at: int) -> bytes:
    return data[HEAD + at * EACH:HEAD + (at + 1) * EACH]


CHANGES: dict[str, Callable[[bytes, bytes], bytes]] = {  # of the file's bytes and another file's
    "another kind of file": lambda a, b: b"PK\3\4" + a[4:],
    "a byte": lambda a, b: a[:-1] + bytes([a[-1] ^ 1]),
    "its name": lambda a, b: b[:HEAD] + a[HEAD:],
    "two blocks exchanged": lambda a, b: a[:HEAD] + block(a, 1) + block(a, 0) + block(a, 2),
    "cut at a block": lambda a, b: a[:-EACH],
    "cut within one": lambda a, b: a[:-5],
    "cut within a nonce": lambda a, b: a[:HEAD + 2 * EACH + 5],
    "a block of another file": lambda a, b: a[:HEAD] + block(a, 0) + block(b, 1) + block(a, 2),
    "something added": lambda a, b: a + block(a, 2),
}


def test_what_was_sealed_is_opened_as_it_was(context: Flask, tmp_path: Path) -> None:
    seal_blocks(iter(BLOCKS), tmp_path / "a")
    assert tuple(opened(tmp_path / "a")) == BLOCKS


@pytest.mark.parametrize("change", CHANGES)
def test_a_sealed_file_that_was_changed_is_not_opened(context: Flask, tmp_path: Path, change: str) -> None:
    for name in ("a", "b"):
        seal_blocks(iter(BLOCKS), tmp_path / name)
    (tmp_path / "a").write_bytes(CHANGES[change](*((tmp_path / name).read_bytes() for name in ("a", "b"))))
    with pytest.raises(SealBroken):
        list(opened(tmp_path / "a"))
