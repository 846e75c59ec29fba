"""A table of phrases over normal words, searched in one pass whose cost does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_SHIFT = 20  # words per table < 2**20; nodes above
_MOST_WALKED = 200_000  # steps that a table remembers


class Branch(dict[str, "Branch | None"]):
    """A node as it was walked: the next word → its node, or None where no phrase goes on so; no entry is number -1."""

    __slots__ = ("node", "number", "table")

    def __init__(self, table: PhraseTable, node: int) -> None:
        super().__init__()
        self.table = table
        self.node = node
        self.number = table.entry.get(node, -1)

    def __missing__(self, word: str) -> Branch | None:
        branch = self[word] = self.table.branch(self.node, word)
        return branch


class PhraseTable:
    """A trie kept in one flat dictionary: (node, word) → node. Entry numbers hang on nodes.

    `known` holds all of them; `entry`, the same dictionary unless it is replaced, those searched for.
    """

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.step: dict[int, int] = {}
        self.entry: dict[int, int] = {}
        self.known = self.entry
        self._nodes = 0
        self._begins: dict[str, Branch] | None = None
        self._walked = 0

    @classmethod
    def of(cls, phrases: Iterable[list[str]]) -> PhraseTable:
        """Table whose entry numbers are the positions in `phrases`; the first of equal phrases wins."""
        table = cls()
        for number, words in enumerate(phrases):
            table.add(words, number)
        return table

    def add(self, words: list[str], number: int) -> None:
        node = 0
        for word in words:
            key = node << _SHIFT | self.ids.setdefault(word, len(self.ids) + 1)
            node = self.step.get(key) or self._new(key)
        if words:
            self.known.setdefault(node, number)

    def _new(self, key: int) -> int:
        self._nodes += 1
        self._begins = None
        self.step[key] = self._nodes
        return self._nodes

    def find(self, words: list[str]) -> int | None:
        """Entry number of exactly this phrase if it is searched for, or None."""
        return self.entry.get(self._node(words))

    def number_of(self, words: list[str]) -> int | None:
        """Entry number of exactly this phrase, searched for or not, or None."""
        return self.known.get(self._node(words))

    def _node(self, words: list[str]) -> int:
        node = 0
        for word in words:
            node = self.step.get(node << _SHIFT | self.ids.get(word, 0), -1)
            if node < 0:
                break
        return node

    def at(self, words: list[str], first: int, end: int) -> tuple[int, int] | None:
        """(last, entry) of the longest phrase that begins at token `first` and ends by `end`, or None."""
        ids, step = self.ids, self.step
        node, place, found = 0, first, None
        while place < end:
            node = step.get(node << _SHIFT | ids.get(words[place], 0), 0)
            if not node:
                break
            place += 1
            if node in self.entry:
                found = place, self.entry[node]
        return found

    def longest(self, words: list[str]) -> Iterator[tuple[int, int, int]]:
        """(first, last, entry) of the longest phrase at each place, skipping what one covers."""
        begins, count, resume = self._beginnings(), len(words), 0
        for first in [at for at, word in enumerate(words) if word in begins]:
            if first < resume:
                continue
            branch: Branch | None = begins[words[first]]
            at, found, last = first, -1, first
            while branch is not None:
                at += 1
                if branch.number >= 0:
                    found, last = branch.number, at
                branch = branch[words[at]] if at < count else None
            if found >= 0:
                resume = last
                yield first, last, found

    def _beginnings(self) -> dict[str, Branch]:
        """The words that begin a phrase, with what may follow: all others are passed over at once."""
        if self._begins is None or self._walked > _MOST_WALKED:
            self._walked = 0
            self._begins = {
                word: Branch(self, self.step[number]) for word, number in self.ids.items() if number in self.step
            }
        return self._begins

    def branch(self, node: int, word: str) -> Branch | None:
        """The step from a node over a word; asked once for each pair, since who asks keeps the answer."""
        self._walked += 1
        following = self.step.get(node << _SHIFT | self.ids[word]) if word in self.ids else None
        return None if following is None else Branch(self, following)
