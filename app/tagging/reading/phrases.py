"""A table of phrases over normal words, searched in one pass whose cost does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_SHIFT = 20  # words per table < 2**20; nodes above


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
        self._begins: dict[str, int] | None = None

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
        step, entry, number = self.step, self.entry, self.ids.get
        begins, count, resume = self._beginnings(), len(words), 0
        for first in [at for at, word in enumerate(words) if word in begins]:
            if first < resume:
                continue
            node, at, found, last = begins[words[first]], first + 1, -1, first
            while True:
                if node in entry:
                    found, last = entry[node], at
                follower = number(words[at]) if at < count else None
                node = step.get(node << _SHIFT | follower, 0) if follower else 0
                if not node:
                    break
                at += 1
            if found >= 0:
                resume = last
                yield first, last, found

    def _beginnings(self) -> dict[str, int]:
        """Word → node, for the words that begin a phrase: all others are passed over at once."""
        if self._begins is None:
            self._begins = {word: self.step[number] for word, number in self.ids.items() if number in self.step}
        return self._begins
