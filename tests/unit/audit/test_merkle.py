"""The Merkle tree against the vectors of RFC 6962 implementations, pymerkle, and forged proofs."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from app.audit import merkle

# Leaves and roots of the reference test data of certificate transparency (transparency-dev/merkle).
LEAVES = [
    bytes.fromhex(h)
    for h in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
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
BC = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
CA = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
D3 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"


class Tree:
    """A whole tree in memory: every node by its address."""

    def __init__(self, data):
        self.range, self.nodes, self.roots = merkle.CompactRange(), {}, [merkle.EMPTY_ROOT]
        for item in data:
            for level, index, value in self.range.append(merkle.leaf_hash(item)):
                self.nodes[level, index] = value
            self.roots.append(self.range.root())

    def read(self, level, index):
        return self.nodes[level, index]


def numbered(size):
    return Tree(str(n).encode() for n in range(size))


def hexes(proof):
    return [value.hex() for value in proof]


def test_single_hashes_are_those_of_the_reference():
    leaf = "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    node = "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    assert merkle.leaf_hash(b"L123456").hex() == leaf
    assert merkle.node_hash(b"N123", b"N456").hex() == node


def test_roots_of_sizes_zero_to_eight_are_those_of_the_reference():
    assert hexes(Tree(LEAVES).roots) == ROOTS


def test_inclusion_proof_is_that_of_the_reference():
    assert hexes(merkle.inclusion_proof(Tree(LEAVES).read, 5, 8)) == [BC, CA, D3]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (6, 8, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", CA, D3]),
        (2, 5, ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", BC]),
    ],
)
def test_consistency_proofs_are_those_of_the_reference(old, new, expected):
    assert hexes(merkle.consistency_proof(Tree(LEAVES).read, old, new)) == expected


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=70))
def test_roots_and_proofs_agree_with_pymerkle(data):
    oracle, tree = InmemoryTree(algorithm="sha256"), Tree(data)
    for item in data:
        oracle.append_entry(item)
    size = len(data)
    assert oracle.get_root(size) == tree.roots[size]
    index, old = size // 3, size - size // 2
    theirs = oracle.prove_inclusion(index + 1, size)
    verify_inclusion(oracle.get_leaf(index + 1), tree.roots[size], theirs)
    assert merkle.inclusion_proof(tree.read, index, size) == theirs.path[1:]
    verify_consistency(tree.roots[old], tree.roots[size], oracle.prove_consistency(old, size))
    proof = merkle.consistency_proof(tree.read, old, size)
    assert merkle.verify_consistency(old, size, tree.roots[old], tree.roots[size], proof)


def test_every_leaf_and_every_pair_of_sizes_up_to_forty_has_a_proof_that_holds():
    tree = numbered(40)
    for size in range(1, 41):
        for index in range(size):
            proof = merkle.inclusion_proof(tree.read, index, size)
            assert merkle.verify_inclusion(index, size, tree.nodes[0, index], proof, tree.roots[size])
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(tree.read, old, size)
            assert merkle.verify_consistency(old, size, tree.roots[old], tree.roots[size], proof)


def test_no_proof_is_made_for_what_is_not_in_the_tree():
    tree = numbered(4)
    for index, size in ((4, 4), (-1, 4), (0, 0)):
        with pytest.raises(ValueError, match="not in a tree"):
            merkle.inclusion_proof(tree.read, index, size)
    for old, new in ((0, 4), (5, 4)):
        with pytest.raises(ValueError, match="no proof"):
            merkle.consistency_proof(tree.read, old, new)


def flip(value):
    return bytes([value[0] ^ 1]) + value[1:]


def broken_paths(proof):
    """The proof truncated, lengthened, reordered, and with one bit of each hash changed."""
    yield from (proof[1:], proof[:-1], [])
    extra = hashlib.sha256(b"extra").digest()
    yield from ([extra, *proof], [*proof, extra], [b"", *proof], [*proof, b""])
    if len(proof) > 1:
        yield proof[::-1]
    for i, value in enumerate(proof):
        yield [*proof[:i], flip(value), *proof[i + 1 :]]


@pytest.mark.parametrize(("index", "size"), [(0, 8), (5, 8), (7, 8), (2, 3), (6, 7), (0, 2), (12, 13)])
def test_forged_inclusion_proofs_are_refused(index, size):
    tree = numbered(16)
    leaf, root = tree.nodes[0, index], tree.roots[size]
    proof = merkle.inclusion_proof(tree.read, index, size)
    assert merkle.verify_inclusion(index, size, leaf, proof, root)
    for path in broken_paths(proof):
        assert not merkle.verify_inclusion(index, size, leaf, path, root)
    assert not merkle.verify_inclusion(index, size, flip(leaf), proof, root)
    assert not merkle.verify_inclusion(index, size, leaf, proof, flip(root))
    assert not merkle.verify_inclusion(index, size, root, proof, leaf)
    assert not merkle.verify_inclusion(index + 1, size, leaf, proof, root)
    assert not merkle.verify_inclusion(index - 1, size, leaf, proof, root)
    assert not merkle.verify_inclusion(index, 2 * size, leaf, proof, root)


@pytest.mark.parametrize(("old", "new"), [(1, 8), (6, 8), (2, 5), (4, 8), (7, 13), (3, 4), (8, 9)])
def test_forged_consistency_proofs_are_refused(old, new):
    tree = numbered(16)
    before, after = tree.roots[old], tree.roots[new]
    proof = merkle.consistency_proof(tree.read, old, new)
    assert merkle.verify_consistency(old, new, before, after, proof)
    for path in broken_paths(proof):
        assert not merkle.verify_consistency(old, new, before, after, path)
    assert not merkle.verify_consistency(old, new, after, before, proof)
    assert not merkle.verify_consistency(old, new, flip(before), after, proof)
    assert not merkle.verify_consistency(old, new, before, flip(after), proof)
    assert not merkle.verify_consistency(old, new, before, before, proof)
    assert not merkle.verify_consistency(new, old, before, after, proof)
    assert not merkle.verify_consistency(0, new, before, after, proof)


def test_equal_sizes_need_equal_roots_and_no_proof():
    root = numbered(5).roots[5]
    assert merkle.verify_consistency(5, 5, root, root, [])
    assert not merkle.verify_consistency(5, 5, root, flip(root), [])
    assert not merkle.verify_consistency(5, 5, root, root, [root])
