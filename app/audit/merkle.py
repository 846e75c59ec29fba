"""The Merkle tree of RFC 6962 (2.1): hashes, the compact range, inclusion and consistency proofs. Pure.

A *node* is addressed by (level, index): it covers the leaves index·2^level … (index+1)·2^level − 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()

TreeNode = tuple[int, int, bytes]
ReadNode = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """All that is needed to append: the roots of the perfect subtrees, largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    @classmethod
    def of(cls, hashes: Iterable[bytes]) -> CompactRange:
        whole = cls()
        for value in hashes:
            whole.append(value)
        return whole

    def append(self, leaf: bytes) -> list[TreeNode]:
        """Add a leaf hash; returns the nodes this completed, the leaf first."""
        level, index, value = 0, self.size, leaf
        completed = [(level, index, value)]
        while index & 1:
            value = node_hash(self.peaks.pop(), value)
            level, index = level + 1, index >> 1
            completed.append((level, index, value))
        self.peaks.append(value)
        self.size += 1
        return completed

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        value = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            value = node_hash(peak, value)
        return value


def inclusion_proof(read: ReadNode, index: int, size: int) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1), leaf side first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(read, middle, end))
            end = middle
        else:
            path.append(_range_root(read, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(read: ReadNode, old: int, new: int) -> list[bytes]:
    """That the tree of `old` leaves is a prefix of that of `new` (RFC 6962, 2.1.2)."""
    if not 0 < old <= new:
        raise ValueError(f"no proof from size {old} to {new}")
    start, end, path = 0, new, []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(read, middle, end))
            end = middle
        else:
            path.append(_range_root(read, start, middle))
            start = middle
    if start:  # otherwise the verifier holds this subtree: it is the old root
        path.append(_range_root(read, start, end))
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `leaf` is leaf `index` under `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            value = node_hash(sibling, value)
            position, last = _climb_left(position, last)
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and value == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that `new_root` only appended to `old_root` (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            position, last = _climb_left(position, last)
        else:
            after = node_hash(after, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _climb_left(position: int, last: int) -> tuple[int, int]:
    """Skip the levels at which a node on the right border has no sibling."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (> 1)."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(read: ReadNode, start: int, end: int) -> bytes:
    """The root of the leaves start … end − 1, `start` being aligned as in any RFC 6962 split."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(size)
    return node_hash(_range_root(read, start, middle), _range_root(read, middle, end))
