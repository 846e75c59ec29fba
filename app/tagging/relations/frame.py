"""The mentions of a note by label and place, and which of them belong to one list ("A, B or C")."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote

_LINKS = frozenset({",", "and", "or", "/", "plus", "+", "&", "nor", "(", ")", "then"})
_LONGEST_LIST = 8  # mentions


class Frame:
    """Positions of mentions, by label, in text order, with quick look-up by token."""

    def __init__(self, note: TokenisedNote, mentions: list[Mention]) -> None:
        self.note = note
        self.mentions = mentions
        self._by_label: dict[frozenset[str], tuple[list[int], list[int]]] = {}

    def of(self, labels: frozenset[str]) -> tuple[list[int], list[int]]:
        """Positions of the mentions with these labels, and their first tokens."""
        if labels not in self._by_label:
            found = [n for n, mention in enumerate(self.mentions) if mention.label in labels]
            self._by_label[labels] = found, [self.mentions[n].first for n in found]
        return self._by_label[labels]

    def before(self, labels: frozenset[str], token: int, reach: int) -> list[int]:
        """The list of mentions that ends nearest before `token`, in its sentence; nearest first."""
        places, firsts = self.of(labels)
        at = bisect_left(firsts, token) - 1
        limit = max(self.note.starts[token], token - reach)
        while at >= 0 and self.mentions[places[at]].last > token:
            at -= 1
        if at < 0 or self.mentions[places[at]].last <= limit or firsts[at] < self.note.starts[token]:
            return []
        found = [places[at]]
        while at and len(found) < _LONGEST_LIST and self._linked(places[at - 1], places[at]):
            at -= 1
            found.append(places[at])
        return found

    def after(self, labels: frozenset[str], token: int, reach: int) -> list[int]:
        """The list of mentions that begins nearest at or after `token`, in the sentence before it."""
        places, firsts = self.of(labels)
        end = self.note.ends[token - 1]
        at = bisect_right(firsts, token - 1)
        if at == len(places) or firsts[at] >= min(end, token + reach):
            return []
        found = [places[at]]
        while at + 1 < len(places) and len(found) < _LONGEST_LIST and self._linked(places[at], places[at + 1]):
            at += 1
            found.append(places[at])
        return found

    def _linked(self, one: int, other: int) -> bool:
        """Is there nothing but commas and conjunctions between two mentions of one sentence?"""
        last, first = self.mentions[one].last, self.mentions[other].first
        if self.note.starts[last - 1] != self.note.starts[first] or first - last > 3:
            return False
        return all(word in _LINKS for word in self.note.tokens.words[last:first])

    def between(self, labels: frozenset[str], first: int, last: int) -> list[int]:
        """Mentions with these labels that begin in the tokens [first, last)."""
        places, firsts = self.of(labels)
        return places[bisect_left(firsts, first) : bisect_left(firsts, last)]

    def sentences_with(self, *kinds: frozenset[str]) -> list[int]:
        """First tokens of the sentences that hold a mention of each kind, in text order."""
        starts = self.note.starts
        held = [{starts[first] for first in self.of(labels)[1]} for labels in kinds]
        return sorted(set.intersection(*held))
