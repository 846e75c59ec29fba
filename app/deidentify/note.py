"""A text prepared once for all recognisers: its words, where each word occurs, what the lists say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from app.deidentify.lexicon.shapes import lexicon

_WORD = re.compile(r"[^\W_]+")


@dataclass
class Note:
    """`date_order` is how an all-numeric date of this source reads: dmy, mdy or ymd, "" where nobody said.

    `wards` says whether numbers of wards, beds and rooms are looked for. `doubted` is filled as the text is worked on:
    places that the looks proposed and the surroundings did not bear out.
    """

    text: str
    language: str = "en"
    date_order: str = ""
    known: dict[str, list[str]] = field(default_factory=dict)
    wards: bool = False
    doubted: list[tuple[int, int]] = field(default_factory=list)

    @cached_property
    def words(self) -> list[str]:
        self._index()
        return self._words

    @cached_property
    def starts(self) -> list[int]:
        self._index()
        return self._starts

    @cached_property
    def index(self) -> dict[str, list[int]]:
        """Lower-case word → positions in `words`."""
        self._index()
        return self._positions

    @cached_property
    def numbers(self) -> list[int]:
        """Positions of the words that begin with a digit."""
        self._index()
        return self._numbers

    @cached_property
    def flags(self) -> list[int]:
        """`Known` bits of each word."""
        get = lexicon().get
        return [get(lower, 0) for lower in self.lowers]

    @cached_property
    def lowers(self) -> list[str]:
        self._index()
        return self._lowers

    @cached_property
    def capitalised(self) -> list[int]:
        """Positions of the words that begin with a capital."""
        return [i for i, word in enumerate(self.words) if word[0].isupper()]

    @cached_property
    def code_like(self) -> list[int]:
        """Positions of capitals or digits mixed within two to seven letters, as in postcodes, and of state codes."""
        return [
            i
            for i, word in enumerate(self.words)
            if (2 <= len(word) <= 7 and word.isupper()) or (word.isdigit() and len(word) == 4)
        ]

    @cached_property
    def code_starts(self) -> list[int]:
        """Positions of words in capitals that may begin a code: "AB12", and "KL" before a figure or mark."""
        text = self.text
        found = []
        for i in self.capitalised:
            word = self.words[i]
            if not word.isupper():
                continue
            end = self.starts[i] + len(word)
            if (
                not word.isalpha()
                or text[end : end + 1] in ("-", "/")
                or (len(word) == 2 and text[end + 1 : end + 2].isdigit())
            ):
                found.append(i)
        return found

    @cached_property
    def mostly_lower(self) -> bool:
        """A text without capitals, where capitalisation says nothing about names."""
        return len(self.capitalised) * 60 < len(self.words)

    @cached_property
    def mostly_upper(self) -> bool:
        letters = self.text[:4000]
        return sum(map(str.isupper, letters)) > 3 * sum(map(str.islower, letters))

    @cached_property
    def ends(self) -> list[int]:
        return [start + len(word) for start, word in zip(self.starts, self.words, strict=True)]

    @cached_property
    def gaps(self) -> list[str]:
        """What stands behind each word; "\\n\\n" behind the last."""
        text = self.text
        return [text[end:start] for end, start in zip(self.ends, self.starts[1:], strict=False)] + ["\n\n"]

    def end(self, position: int) -> int:
        """Where the word at `position` ends in the text."""
        return self.ends[position]

    def gap(self, position: int) -> str:
        """What stands between a word and the next one; "\\n\\n" after the last."""
        return self.gaps[position] if position < len(self.words) else "\n\n"

    def positions(self, words: frozenset[str] | tuple[str, ...]) -> list[int]:
        """Positions of any of these lower-case words, in order."""
        index = self.index
        return sorted([p for word in words if word in index for p in index[word]])

    def _index(self) -> None:
        if "_words" in self.__dict__:
            return
        matches = list(_WORD.finditer(self.text))
        self._words = [m.group() for m in matches]
        self._starts = [m.start() for m in matches]
        self._positions: dict[str, list[int]] = {}
        self._lowers = [word.lower() for word in self._words]
        for i, word in enumerate(self._lowers):
            self._positions.setdefault(word, []).append(i)
        self._numbers = [i for i, word in enumerate(self._words) if word[0].isdigit()]
