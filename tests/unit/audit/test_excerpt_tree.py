"""Leaves that nobody is shown are hidden in subtrees, and the tree of the checkpoint comes out of what is left."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit import verify
from app.audit.excerpt_tree import Hidden, parts_of
from app.audit.merkle import CompactRange
from app.audit.tree import StoredTree
from tests.unit.audit.events import seal, write

LEAVES = [bytes([number % 256, number // 256]) * 16 for number in range(600)]


@settings(deadline=None)
@given(st.data(), st.integers(1, 600))
def test_the_root_is_that_of_the_whole_tree_and_boundaries_are_kept(data, size):
    some = st.sets(st.integers(0, size - 1), max_size=6)
    shown, alone = sorted(data.draw(some)), data.draw(some)
    sizes = sorted(data.draw(st.sets(st.integers(1, size), max_size=3)))
    tree, seen, reached = verify.Tree(), [], set()
    for first, height in parts_of(shown, alone, sizes, size):
        assert first == tree.size
        width = 1 << (height or 0)
        tree.append(CompactRange.of(LEAVES[first : first + width]).root(), height or 0)
        seen += [first] if height is None else []
        if height == 0 or height is None:
            alone = alone - {first}
        reached.add(tree.size)
    assert tree.root() == CompactRange.of(LEAVES[:size]).root().hex()
    assert (seen, alone - set(shown)) == (shown, set())
    assert reached.issuperset({*sizes, size})


def test_few_hashes_are_enough():
    parts = list(parts_of([500_000], (), (), 1_000_000))
    assert len(parts) < 40


def test_a_subtree_that_begins_where_none_does_is_refused():
    tree = verify.Tree()
    tree.append(LEAVES[0])
    with pytest.raises(verify.Broken):
        tree.append(LEAVES[1], 1)


def test_roots_come_from_stored_levels_and_partial_tiles(sqlite_database, tmp_path):
    write(sqlite_database, *range(530))
    seal(sqlite_database, tmp_path)
    with sqlite_database.reading() as session:
        leaves = StoredTree(session).hashes(0, 0, 530)
        hidden = Hidden(session, 530)
        for height, index in ((0, 0), (3, 5), (8, 0), (8, 1), (9, 0), (4, 32), (1, 264), (0, 529)):
            first, width = index << height, 1 << height
            assert hidden.root(height, index) == CompactRange.of(leaves[first : first + width]).root()
