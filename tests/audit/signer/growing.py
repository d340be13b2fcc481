"""A log that grows, by the recursive definitions of RFC 6962 2.1: nothing of the house's own tree."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from audit.signer.folder import Head
from audit.signer.signing import Asked

ORIGIN = "pension-eligibility/tests"


def tree(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return hashlib.sha256(b"\0" + leaves[0]).digest() if leaves else hashlib.sha256(b"").digest()
    k = _split(len(leaves))
    return hashlib.sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """PROOF(m, D[n]) and SUBPROOF of RFC 6962 2.1.2."""
    if m == len(leaves) or m == 0:
        return [] if whole else [tree(leaves)]
    k = _split(len(leaves))
    if m <= k:
        return [*proof(m, leaves[:k], whole), tree(leaves[k:])]
    return [*proof(m - k, leaves[k:], False), tree(leaves[:k])]


def _split(n: int) -> int:
    return 1 << (n - 1).bit_length() - 1


@dataclass
class Log:
    leaves: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, size: int, mark: str = "") -> Log:
        return cls([f"{mark}{n}".encode() for n in range(size)])

    def asked(self, head: Head, size: int | None = None, origin: str = ORIGIN) -> Asked:
        """As an honest asker puts it who has read the signer's head."""
        leaves = self.leaves[:size]
        shown = proof(head.size, leaves) if head.size <= len(leaves) else []
        return Asked(origin, len(leaves), tree(leaves), head.size, tuple(shown))
