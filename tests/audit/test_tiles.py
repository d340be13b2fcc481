"""Tiles and bundles have the paths and bytes of C2SP tlog-tiles, and proofs come out of them."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tree.proofs import consistency_proof, inclusion_proof, root_of
from audit.tree.tiles import ENTRIES, Tile, TileNodes, bundle, bundles, entries_of, hashes_of, tiles
from audit.verify import Hashing, root, verify_consistency, verify_inclusion

pytestmark = pytest.mark.sqlite_is_enough

BOTH = [Hashing("sha256"), Hashing("sm3")]
both = pytest.mark.parametrize("hashing", BOTH, ids=lambda hashing: hashing.name)


def written(hashing: Hashing, leaves: list[bytes]) -> dict[Tile, bytes]:
    """Each tile by the definition: MTH over 256**level leaves for each of its hashes."""
    found = {}
    for tile in tiles(len(leaves)):
        span = 256**tile.level
        first = tile.n * 256
        found[tile] = b"".join(root(leaves[n * span:(n + 1) * span], hashing)
                               for n in range(first, first + tile.width))
    return found


def test_paths_are_those_of_the_specification() -> None:
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(0, 273, 112).path == "tile/0/273.p/112"
    assert Tile(ENTRIES, 0, 1).path == "tile/entries/000.p/1"
    assert Tile(2, 1000).path == "tile/2/x001/000"


@given(level=st.integers(-1, 63), n=st.integers(0, 2**40), width=st.integers(1, 256))
def test_a_path_is_read_back(level: int, n: int, width: int) -> None:
    assert Tile.at(Tile(level, n, width).path) == Tile(level, n, width)


@pytest.mark.parametrize("path", [
    "tile/0/0", "tile/00/000", "tile/64/000", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000.p/01",
    "tile/0/x000/001", "tile/0/001/000", "tile/entries/../000", "tile/0/000/", "/tile/0/000", "tile/-1/000",
    "tile/0/٠٠٠",
])
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError):
        Tile.at(path)


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    found = list(tiles(70_000))
    assert [t.width for t in found if t.level == 0] == [256] * 273 + [112]
    assert [t.width for t in found if t.level == 1] == [256, 17]
    assert [t.width for t in found if t.level == 2] == [1]
    assert [(t.level, t.width) for t in tiles(256)] == [(0, 256), (1, 1)]
    assert list(tiles(0)) == list(bundles(0)) == []


@given(size=st.integers(0, 200_000), more=st.integers(0, 70_000))
def test_a_grown_tree_writes_what_it_did_not_have(size: int, more: int) -> None:
    before, after = set(tiles(size)), set(tiles(size + more))
    assert set(tiles(size + more, size)) == after - before
    assert set(bundles(size + more, size)) == set(bundles(size + more)) - set(bundles(size))


@given(entries=st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert entries_of(bundle(entries)) == entries


def test_a_broken_bundle_a_long_entry_and_a_torn_tile_are_refused() -> None:
    for torn in (b"\x00", b"\x00\x05four"):
        with pytest.raises(ValueError):
            entries_of(torn)
    with pytest.raises(ValueError):
        bundle([bytes(65_536)])
    for torn in (b"", bytes(31), bytes(33), bytes(32 * 257)):
        with pytest.raises(ValueError):
            hashes_of(torn)


@both
@pytest.mark.parametrize(("size", "before"), [(1, 0), (256, 255), (257, 256), (700, 300), (66_000, 65_536)])
def test_proofs_out_of_tiles_are_accepted(hashing: Hashing, size: int, before: int) -> None:
    leaves = [hashing.leaf(str(n).encode()) for n in range(size)]
    kept = written(hashing, leaves)
    read = TileNodes(hashing, size, kept.__getitem__)
    assert root_of(hashing, read, size) == root(leaves, hashing)
    for index in {0, size // 2, before - 1 if before else 0, size - 1}:
        verify_inclusion(hashing, index, size, leaves[index], inclusion_proof(hashing, read, index, size),
                         root(leaves, hashing))
    verify_consistency(hashing, before, size, root(leaves[:before], hashing), root(leaves, hashing),
                       consistency_proof(hashing, read, before, size))


def test_a_tile_of_another_width_and_a_node_past_the_edge_are_refused() -> None:
    hashing = BOTH[0]
    read = TileNodes(hashing, 300, lambda tile: bytes(32 * 7))
    with pytest.raises(ValueError, match="7 hashes"):
        read(0, 0)
    kept = written(hashing, [hashing.leaf(b"")] * 300)
    for level, index in ((0, 300), (0, 600), (8, 1), (3, 37), (9, 0)):
        with pytest.raises(ValueError):
            TileNodes(hashing, 300, kept.__getitem__)(level, index)
