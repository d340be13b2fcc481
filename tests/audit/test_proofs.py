"""Proofs are made, accepted and refused as RFC 6962 and RFC 9162 demand, under both hashes."""
from __future__ import annotations

import os
import random
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tree.proofs import consistency_proof, inclusion_proof, root_of
from audit.verify import Hashing, ProofRefused, root, verify_consistency, verify_inclusion
from tests.audit import naive_tree as naive

pytestmark = pytest.mark.sqlite_is_enough

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
MUTATIONS = 200_000 if LONG else 4_000
LARGEST = 70 if LONG else 40
BOTH = [Hashing("sha256"), Hashing("sm3")]
SM3_OF_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"  # GB/T 32905-2016, annex A.1

both = pytest.mark.parametrize("hashing", BOTH, ids=lambda hashing: hashing.name)


def data(size: int) -> list[bytes]:
    return [f"entry {n}".encode() for n in range(size)]


@cache
def mth(hashing: Hashing, first: int, end: int) -> bytes:
    return naive.mth(hashing, data(end)[first:])


def nodes(hashing: Hashing):
    return lambda level, index: mth(hashing, index << level, (index + 1) << level)


def included(hashing: Hashing, index: int, size: int, /, **other: object) -> None:
    given = {"index": index, "size": size, "leaf": mth(hashing, index, index + 1), "root": mth(hashing, 0, size),
             "proof": inclusion_proof(hashing, nodes(hashing), index, size)}
    verify_inclusion(hashing, **given | other)


def consistent(hashing: Hashing, size1: int, size2: int, /, **other: object) -> None:
    given = {"size1": size1, "size2": size2, "root1": mth(hashing, 0, size1), "root2": mth(hashing, 0, size2),
             "proof": consistency_proof(hashing, nodes(hashing), size1, size2)}
    verify_consistency(hashing, **given | other)


def test_sm3_is_that_of_the_standard() -> None:
    assert Hashing("sm3").of(b"abc").hex() == SM3_OF_ABC


def test_the_empty_tree_and_known_roots_of_certificate_transparency() -> None:
    """The reference tree of RFC 6962's own implementation."""
    given = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashing = Hashing("sha256")
    leaves = [hashing.leaf(bytes.fromhex(one)) for one in given]
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert root(leaves[:7]).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
    assert root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_sm3_is_the_same_where_only_the_library_of_signatures_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hashlib.algorithms_available", {"sha256"})
    assert Hashing("sm3").of(b"abc").hex() == SM3_OF_ABC


def test_no_other_hash_is_known() -> None:
    with pytest.raises(ValueError, match="md5"):
        Hashing("md5")


@both
def test_proofs_are_those_of_the_naive_tree(hashing: Hashing) -> None:
    for size in range(1, LARGEST):
        assert root_of(hashing, nodes(hashing), size) == naive.mth(hashing, data(size))
        for index in range(size):
            made = inclusion_proof(hashing, nodes(hashing), index, size)
            assert made == naive.path(hashing, index, data(size))
            included(hashing, index, size)
        for size1 in range(size + 1):
            assert consistency_proof(hashing, nodes(hashing), size1, size) == naive.proof(hashing, size1, data(size))
            consistent(hashing, size1, size)


@both
@given(size=st.integers(1, 3000), place=st.floats(0, 1, exclude_max=True))
def test_any_size_agrees_with_the_naive_tree(hashing: Hashing, size: int, place: float) -> None:
    leaves, index = data(size), int(size * place)
    hashes = [hashing.leaf(one) for one in leaves]

    def read(level: int, at: int) -> bytes:
        return root(hashes[at << level:(at + 1) << level], hashing)

    assert root_of(hashing, read, size) == root(hashes, hashing) == naive.mth(hashing, leaves)
    verify_inclusion(hashing, index, size, hashes[index], inclusion_proof(hashing, read, index, size),
                     root(hashes, hashing))
    verify_consistency(hashing, index, size, root(hashes[:index], hashing), root(hashes, hashing),
                       consistency_proof(hashing, read, index, size))


@both
def test_a_tree_of_one_is_its_leaf(hashing: Hashing) -> None:
    assert mth(hashing, 0, 1) == hashing.leaf(b"entry 0")
    included(hashing, 0, 1)
    with pytest.raises(ProofRefused, match="too many"):
        included(hashing, 0, 1, proof=[mth(hashing, 0, 1)])


@both
def test_an_empty_tree_holds_nothing_and_begins_every_tree(hashing: Hashing) -> None:
    with pytest.raises(ProofRefused, match="no leaf"):
        included(hashing, 0, 1, size=0, root=hashing.empty())
    consistent(hashing, 0, 0)
    consistent(hashing, 0, 5)
    for wrong in ({"root1": mth(hashing, 0, 1)}, {"proof": [mth(hashing, 0, 1)]}):
        with pytest.raises(ProofRefused):
            consistent(hashing, 0, 5, **wrong)
    with pytest.raises(ProofRefused, match="empty tree"):
        consistent(hashing, 0, 0, root2=mth(hashing, 0, 1), root1=mth(hashing, 0, 1))
    with pytest.raises(ProofRefused):
        verify_consistency(hashing, 1, 0, mth(hashing, 0, 1), hashing.empty(), [])


@both
def test_equal_sizes_have_an_empty_proof_and_one_root(hashing: Hashing) -> None:
    consistent(hashing, 5, 5)
    with pytest.raises(ProofRefused, match="two roots"):
        consistent(hashing, 5, 5, root2=mth(hashing, 0, 6))
    with pytest.raises(ProofRefused, match="too many"):
        consistent(hashing, 5, 5, proof=[mth(hashing, 0, 1)])


@both
@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_hashes_of_a_wrong_length_are_refused(hashing: Hashing, length: int) -> None:
    wrong = bytes(length)
    for other in ({"leaf": wrong}, {"root": wrong}, {"proof": [wrong] * 3}):
        with pytest.raises(ProofRefused, match="32 bytes"):
            included(hashing, 2, 7, **other)
    for other in ({"root1": wrong}, {"root2": wrong}, {"proof": [wrong] * 4}):
        with pytest.raises(ProofRefused, match="32 bytes"):
            consistent(hashing, 3, 7, **other)
        with pytest.raises(ProofRefused):
            consistent(hashing, 7, 7, **other)


@both
@pytest.mark.parametrize("number", [-1, 2**63, 1.0, True, "1", None])
def test_what_is_no_number_is_no_index_and_no_size(hashing: Hashing, number: object) -> None:
    for other in ({"index": number}, {"size": number}):
        with pytest.raises(ProofRefused):
            included(hashing, 1, 2, **other)
    for other in ({"size1": number}, {"size2": number}):
        with pytest.raises(ProofRefused):
            consistent(hashing, 1, 2, **other)


@both
def test_nodes_too_many_and_too_few_are_refused_everywhere(hashing: Hashing) -> None:
    for size in range(2, 20):
        for index in range(size):
            proof = inclusion_proof(hashing, nodes(hashing), index, size)
            for wrong in (proof[:-1], proof[1:], [*proof, proof[-1]], [proof[0], *proof]):
                with pytest.raises(ProofRefused):
                    included(hashing, index, size, proof=wrong)
        for size1 in range(1, size):
            proof = consistency_proof(hashing, nodes(hashing), size1, size)
            for wrong in ([], proof[:-1], proof[1:], [*proof, proof[-1]], [proof[0], *proof]):
                with pytest.raises(ProofRefused):
                    consistent(hashing, size1, size, proof=wrong)


def damaged(rng: random.Random, proof: list[bytes], spare: bytes) -> list[bytes]:
    """One thing about a proof is otherwise."""
    made, at = list(proof), rng.randrange(len(proof))
    match rng.randrange(6):
        case 0:
            bit = rng.randrange(256)
            made[at] = (int.from_bytes(made[at], "big") ^ 1 << bit).to_bytes(32, "big")
        case 1:
            del made[at]
        case 2:
            made.insert(rng.randrange(len(made) + 1), rng.choice([*made, spare]))
        case 3:
            other = rng.randrange(len(made))
            made[at], made[other] = made[other], made[at]
        case 4:
            made[at] = spare
        case _:
            made[at] = made[at][:rng.randrange(32)]
    return made


@both
def test_no_mutated_proof_is_accepted(hashing: Hashing) -> None:
    rng = random.Random(f"mutations {hashing.name}")
    accepted = tried = 0
    while tried < MUTATIONS:
        size = rng.randrange(2, 300)
        index, size1 = rng.randrange(size), rng.randrange(1, size)
        for make, check, first in ((inclusion_proof, included, index), (consistency_proof, consistent, size1)):
            proof = make(hashing, nodes(hashing), first, size)
            wrong = damaged(rng, proof, mth(hashing, first, first + 1))
            if wrong == proof:
                continue
            tried += 1
            try:
                check(hashing, first, size, proof=wrong)
                accepted += 1
            except ProofRefused:
                pass
    assert accepted == 0


@both
def test_a_proof_holds_at_no_other_place_and_size(hashing: Hashing) -> None:
    """Some sizes share a path's shape; then another root decides."""
    for size in range(1, 24):
        for index in range(size):
            for other in range(size):
                if other != index:
                    with pytest.raises(ProofRefused):
                        included(hashing, index, size, index=other)
            with pytest.raises(ProofRefused):
                included(hashing, index, size, root=mth(hashing, 0, size + 1))
        for size1 in range(1, size):
            with pytest.raises(ProofRefused):
                consistent(hashing, size1, size, root1=mth(hashing, 0, size1 + 1))
            with pytest.raises(ProofRefused):
                consistent(hashing, size1, size, root2=mth(hashing, 0, size + 1))


@both
@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3), (4, 3)])
def test_no_proof_is_made_of_what_a_tree_has_not(hashing: Hashing, index: int, size: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(hashing, nodes(hashing), index, size)


def test_no_proof_is_made_of_a_tree_that_shrank() -> None:
    with pytest.raises(IndexError):
        consistency_proof(BOTH[0], nodes(BOTH[0]), 4, 3)
