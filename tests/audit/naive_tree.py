"""RFC 6962, section 2.1, word for word: slow, and nothing else than what stands there."""
from __future__ import annotations

from collections.abc import Sequence

from audit.verify import Hashing


def split(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def mth(hashing: Hashing, data: Sequence[bytes]) -> bytes:
    if not data:
        return hashing.of(b"")
    if len(data) == 1:
        return hashing.of(b"\x00" + data[0])
    k = split(len(data))
    return hashing.of(b"\x01" + mth(hashing, data[:k]) + mth(hashing, data[k:]))


def path(hashing: Hashing, m: int, data: Sequence[bytes]) -> list[bytes]:
    if len(data) == 1:
        return []
    k = split(len(data))
    if m < k:
        return [*path(hashing, m, data[:k]), mth(hashing, data[k:])]
    return [*path(hashing, m - k, data[k:]), mth(hashing, data[:k])]


def proof(hashing: Hashing, m: int, data: Sequence[bytes]) -> list[bytes]:
    return subproof(hashing, m, data, True) if 0 < m < len(data) else []


def subproof(hashing: Hashing, m: int, data: Sequence[bytes], whole: bool) -> list[bytes]:
    if m == len(data):
        return [] if whole else [mth(hashing, data)]
    k = split(len(data))
    if m <= k:
        return [*subproof(hashing, m, data[:k], whole), mth(hashing, data[k:])]
    return [*subproof(hashing, m - k, data[k:], False), mth(hashing, data[:k])]
