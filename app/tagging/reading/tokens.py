"""A text as tokens, once: raw, normal form, offsets; all later stages count in token positions."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from app.tagging.reading.words import normal

# A hyphen inside a word is a gap, so that "T-cell" and "T cell" are the same two tokens.
TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+(?:[.,]\d+)*|[^\w\s-]|(?<![^\W_])-|-(?![^\W_])|_")
_MEMO_LIMIT = 200_000


class WordMemo(dict[str, str]):
    """Raw token → normal form, computed once per distinct token and process."""

    def __missing__(self, raw: str) -> str:
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        self[raw] = form = normal(raw)
        return form


NORMAL = WordMemo()


class Tokens:
    """Parallel lists over the tokens of one text."""

    __slots__ = ("ends", "places", "raw", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.raw: list[str] = TOKEN.findall(text)
        self.starts: list[int] = []
        self.ends: list[int] = []
        begins, closes, find, end = self.starts.append, self.ends.append, text.find, 0
        for token in self.raw:
            # Between tokens stand only spaces and the hyphens within words, which begin no token.
            start = find(token, end)
            end = start + len(token)
            begins(start)
            closes(end)
        self.words = [NORMAL[token] for token in self.raw]
        #: word → the tokens at which it stands, so that a rule about a word looks at no other
        self.places: dict[str, list[int]] = {}
        places = self.places
        for at, word in enumerate(self.words):
            if word in places:
                places[word].append(at)
            else:
                places[word] = [at]

    def __len__(self) -> int:
        return len(self.raw)

    def standing(self, wanted: frozenset[str]) -> list[int]:
        """The tokens whose word is one of these, in text order."""
        held = self.places.keys() & wanted
        return sorted(at for word in held for at in self.places[word]) if held else []

    def covering(self, start: int, end: int) -> tuple[int, int]:
        """Token range [first, last) that touches the characters [start, end)."""
        first = bisect_right(self.ends, start)
        return first, max(first, bisect_left(self.starts, end))

    def beside(self, start: int, end: int) -> tuple[int, int]:
        """The same with at least one token: for white space the one behind it, at the end the last."""
        first, last = self.covering(start, end)
        first = min(first, len(self.raw) - 1)
        return first, max(last, first + 1)


def words_of(text: str) -> list[str]:
    """Normal forms of a short text (a term of a vocabulary, a cue)."""
    return [NORMAL[match[0]] for match in TOKEN.finditer(text)]
