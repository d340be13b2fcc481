"""Files under AES-256-GCM, block by block: written and read as streams; nothing of them can be cut, moved or swapped.

A file is: "FEED1", 8 random bytes, then blocks of nonce (12), length (4) and ciphertext with its tag. Each block is
bound to the file, its number and whether it is the last.
"""
from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from matching.feeds.store import beside

MAGIC = b"FEED1"
NAME, NONCE, LENGTH = 8, 12, 4  # bytes
BLOCK = 1 << 20


class SealBroken(Exception):
    """The file is not as it was written."""


def seal(source: Path, target: Path) -> None:
    """`source`, whatever it holds, as a sealed file."""
    with open(source, "rb") as stream:
        seal_blocks(iter(lambda: stream.read(BLOCK), b""), target)


def seal_blocks(blocks: Iterable[bytes], target: Path) -> None:
    with beside(target) as draft, open(draft, "wb") as out:
        os.chmod(draft, 0o600)
        name, cipher = os.urandom(NAME), _cipher()
        out.write(MAGIC + name)
        at, before = 0, b""
        for block in blocks:
            if at:
                _write(out, cipher, name, at, before, last=False)
            at, before = at + 1, block
        _write(out, cipher, name, max(at, 1), before, last=True)


def _write(out: BinaryIO, cipher: AESGCM, name: bytes, at: int, block: bytes, *, last: bool) -> None:
    nonce = os.urandom(NONCE)
    sealed = cipher.encrypt(nonce, block, _bound(name, at, last))
    out.write(nonce + len(sealed).to_bytes(LENGTH, "big") + sealed)


def opened(path: Path) -> Iterator[bytes]:
    """The blocks of a sealed file. Raises SealBroken."""
    with open(path, "rb") as stream:
        head = stream.read(len(MAGIC) + NAME)
        if not head.startswith(MAGIC):
            raise SealBroken(path.name)
        name, at, size = head[len(MAGIC):], 0, path.stat().st_size
        cipher = _cipher()
        while True:
            at += 1
            nonce, length = stream.read(NONCE), int.from_bytes(stream.read(LENGTH), "big")
            sealed = stream.read(min(length, size))
            last = stream.tell() >= size
            try:
                yield cipher.decrypt(nonce, sealed, _bound(name, at, last))
            except (InvalidTag, ValueError) as wrong:
                raise SealBroken(path.name) from wrong
            if last:
                return


def unseal(path: Path, target: Path) -> None:
    """The file as it came, readable by this account only. Raises SealBroken."""
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        for block in opened(path):
            out.write(block)


def _bound(name: bytes, at: int, last: bool) -> bytes:
    return MAGIC + name + at.to_bytes(8, "big") + bytes([last])


def _cipher() -> AESGCM:
    return AESGCM(current_app.config["FIELD_KEY"])
