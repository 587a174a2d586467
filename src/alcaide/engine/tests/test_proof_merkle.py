"""The Merkle tree against published Certificate Transparency vectors and the recursive definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcaide.engine.proof import (
    EMPTY_ROOT,
    BadLine,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    root,
    verify_consistency,
    verify_inclusion,
)

# Test data of the Certificate Transparency reference implementation for RFC 6962: leaves and root of each prefix.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
hashes = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=1, max_size=70)
distinct = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=2, max_size=40, unique=True)


def naive(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return hashlib.sha256(b"\x00" + leaves[0]).digest() if leaves else hashlib.sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:split]) + naive(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots_come_out(size):
    assert root(LEAVES[:size]) == ROOTS[size]


def test_the_published_inclusion_proofs_come_out():
    for (index, size), proof in INCLUSION.items():
        assert list(inclusion_proof(LEAVES[:size], index)) == proof
        assert verify_inclusion(LEAVES[index], proof, index=index, size=size, root=ROOTS[size])


def test_the_published_consistency_proofs_come_out():
    for (first, second), proof in CONSISTENCY.items():
        assert list(consistency_proof(LEAVES[:second], first)) == proof
        roots = {"first_root": ROOTS[first], "second_root": ROOTS[second]}
        assert verify_consistency(proof, first=first, second=second, **roots)


@given(hashes)
def test_the_root_is_that_of_the_recursive_definition(leaves):
    assert root(leaves) == naive([bytes.fromhex(leaf) for leaf in leaves]).hex()


@given(hashes, st.data())
def test_a_resumed_tree_grows_like_one_never_stopped(leaves, data):
    stop = data.draw(st.integers(0, len(leaves)))
    first = CompactRange(leaves[:stop])
    later = CompactRange.resume(first.size, first.peaks)
    for leaf in leaves[stop:]:
        later.append(leaf)
    assert (later.size, later.root()) == (len(leaves), root(leaves))


@given(distinct, st.data())
def test_an_inclusion_proof_holds_for_its_own_place_only(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = inclusion_proof(leaves, index)
    tree = {"size": len(leaves), "root": root(leaves)}
    assert verify_inclusion(leaves[index], proof, index=index, **tree)
    assert not verify_inclusion("ff" * 33, proof, index=index, **tree)
    assert not verify_inclusion(leaves[index], (*proof, "00" * 32), index=index, **tree)
    assert not verify_inclusion(leaves[index], proof, index=index, size=len(leaves), root="00" * 32)
    assert not any(
        verify_inclusion(leaves[index], proof, index=other, **tree) for other in range(len(leaves)) if other != index
    )


@given(hashes, st.data())
def test_a_consistency_proof_holds_for_its_own_trees_only(leaves, data):
    first = data.draw(st.integers(1, len(leaves)))
    proof = consistency_proof(leaves, first)
    sizes = {"first": first, "second": len(leaves)}
    first_root, second_root = root(leaves[:first]), root(leaves)
    assert verify_consistency(proof, **sizes, first_root=first_root, second_root=second_root)
    assert not verify_consistency((*proof, "00" * 32), **sizes, first_root=first_root, second_root=second_root)
    assert not verify_consistency(proof, **sizes, first_root="00" * 32, second_root=second_root)
    assert not verify_consistency(proof, **sizes, first_root=first_root, second_root="00" * 32)


@given(distinct, st.data())
def test_a_rewritten_past_has_no_consistency_proof(leaves, data):
    first = data.draw(st.integers(1, len(leaves) - 1))
    place = data.draw(st.integers(0, first - 1))
    rewritten = [*leaves[:place], "ab" * 32, *leaves[place + 1 :]]
    proof = consistency_proof(rewritten, first)
    roots = {"first_root": root(leaves[:first]), "second_root": root(rewritten)}
    assert not verify_consistency(proof, first=first, second=len(leaves), **roots)


def test_malformed_proofs_are_false_and_never_raise():
    good = INCLUSION[0, 8]
    assert not verify_inclusion("zz", good, index=0, size=8, root=ROOTS[8])
    assert not verify_inclusion("", ["no hash"], index=0, size=2, root=ROOTS[2])
    assert not verify_inclusion("", good, index=-1, size=8, root=ROOTS[8])
    assert not verify_inclusion("", good[:-1], index=0, size=8, root=ROOTS[8])
    assert not verify_consistency(["no hash"], first=1, second=2, first_root=ROOTS[1], second_root=ROOTS[2])
    assert not verify_consistency([], first=3, second=2, first_root=ROOTS[3], second_root=ROOTS[2])
    assert not verify_consistency([], first=1, second=2, first_root=ROOTS[1], second_root=ROOTS[2])
    assert not verify_consistency([], first=3, second=4, first_root=ROOTS[3], second_root=ROOTS[4])


def test_every_tree_continues_the_empty_one():
    assert verify_consistency([], first=0, second=8, first_root=EMPTY_ROOT, second_root=ROOTS[8])
    assert not verify_consistency([], first=0, second=8, first_root=ROOTS[1], second_root=ROOTS[8])


def test_a_tree_is_not_resumed_from_peaks_of_another_size():
    with pytest.raises(BadLine, match="a tree of 5 lines is resumed from 2 peaks"):
        CompactRange.resume(5, CompactRange(LEAVES[:4]).peaks)


def test_proofs_of_leaves_that_do_not_exist_are_refused():
    with pytest.raises(IndexError, match="no leaf 8"):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(IndexError, match="1 to 8 leaves, got 0"):
        consistency_proof(LEAVES, 0)
