"""Roots and proofs of a tree of any size, from any reader of its nodes.

A node (level, index) is the RFC 6962 tree hash of the 2**level leaves from index * 2**level on. Only nodes that are
whole are ever asked for.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator

from audit.verify import Hashing

Nodes = Callable[[int, int], bytes]


def root_of(hashing: Hashing, nodes: Nodes, size: int) -> bytes:
    """The root over the first `size` leaves."""
    return _range(hashing, nodes, 0, size)


def inclusion_proof(hashing: Hashing, nodes: Nodes, index: int, size: int) -> list[bytes]:
    """From the leaf's sibling up: RFC 6962 2.1.1. Raises IndexError."""
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} has no leaf {index}")
    found, first, end = [], 0, size
    while end - first > 1:
        middle = first + split(end - first)
        if index < middle:
            found.append(_range(hashing, nodes, middle, end))
            end = middle
        else:
            found.append(_range(hashing, nodes, first, middle))
            first = middle
    return found[::-1]


def consistency_proof(hashing: Hashing, nodes: Nodes, size1: int, size2: int) -> list[bytes]:
    """RFC 6962 2.1.2; empty for equal sizes and for an empty first tree. Raises IndexError."""
    if not 0 <= size1 <= size2:
        raise IndexError(f"a tree of {size2} does not hold one of {size1}")
    if size1 in (0, size2):
        return []
    found, first, end, whole = [], 0, size2, True
    while size1 < end:
        middle = first + split(end - first)
        if size1 <= middle:
            found.append(_range(hashing, nodes, middle, end))
            end = middle
        else:
            found.append(_range(hashing, nodes, first, middle))
            first, whole = middle, False
    return ([] if whole else [_range(hashing, nodes, first, end)]) + found[::-1]


def split(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _range(hashing: Hashing, nodes: Nodes, first: int, end: int) -> bytes:
    """The tree hash of leaves first..end, whose first is where a subtree of RFC 6962 begins."""
    whole = [nodes(level, index) for level, index in subtrees(first, end)]
    if not whole:
        return hashing.empty()
    found = whole.pop()
    while whole:
        found = hashing.node(whole.pop(), found)
    return found


def subtrees(first: int, end: int) -> Iterator[tuple[int, int]]:
    """The whole subtrees that leaves first..end fall into, largest first, as (level, index)."""
    while first < end:
        level = (end - first).bit_length() - 1
        yield level, first >> level
        first += 1 << level
