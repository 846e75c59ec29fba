"""The Merkle tree in the database: leaves and every eighth level; the rest is folded when asked for.

Storing one node in 256 keeps an append cheap, and no node is more than 128 hashes away.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, insert, select

from app.audit.merkle import CompactRange
from app.audit.models import Leaf, Node
from app.core.db import Session

STRIDE = 8
WIDTH = 1 << STRIDE


class StoredTree:
    """Reads and grows the tree within one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def size(self) -> int:
        last = self.session.scalar(select(func.max(Leaf.idx)))
        return 0 if last is None else last + 1

    def frontier(self, size: int) -> CompactRange:
        """The compact range of the first `size` leaves, from at most 255 hashes of each stored level."""
        peaks: list[bytes] = []
        for level in reversed(range(0, size.bit_length(), STRIDE)):
            count = size >> level
            peaks += CompactRange.of(self.hashes(level, count - count % WIDTH, count)).peaks
        return CompactRange(size, peaks)

    def node(self, level: int, index: int) -> bytes:
        """The root of the perfect subtree at (level, index)."""
        stored = level - level % STRIDE
        width = 1 << (level - stored)
        return CompactRange.of(self.hashes(stored, index * width, (index + 1) * width)).root()

    def extend(self, frontier: CompactRange, leaves: Iterable[tuple[int, bytes]]) -> None:
        """Append (event id, leaf hash) pairs: rows for the leaves and the stored levels they complete."""
        leaf_rows, node_rows = [], []
        for event_pk, value in leaves:
            leaf_rows.append({"idx": frontier.size, "event_pk": event_pk, "leaf_sha256": value.hex()})
            for level, index, node in frontier.append(value)[1:]:
                if level % STRIDE == 0:
                    node_rows.append({"level": level, "idx": index, "sha256": node.hex()})
        self.session.execute(insert(Leaf), leaf_rows)
        if node_rows:
            self.session.execute(insert(Node), node_rows)

    def hashes(self, level: int, start: int, stop: int) -> list[bytes]:
        """Those of a stored level, from `start` up to `stop`. Raises LookupError where one is missing."""
        if level == 0:
            query = select(Leaf.leaf_sha256).where(Leaf.idx >= start, Leaf.idx < stop).order_by(Leaf.idx)
        else:
            query = (
                select(Node.sha256)
                .where(Node.level == level, Node.idx >= start, Node.idx < stop)
                .order_by(Node.idx)
            )
        hashes = [bytes.fromhex(value) for value in self.session.scalars(query)]
        if len(hashes) != stop - start:
            raise LookupError(f"nodes {start} to {stop - 1} of level {level} are not all there")
        return hashes
