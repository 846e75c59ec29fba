"""Words that sound alike: the last resort for a spelling that no word is near (`hemmoroids`, `skitzofrenia`)."""

from __future__ import annotations

import re

from app.terminology.indexing.vocabulary import Vocabulary

SHORTEST = 6  # letters
LEAST = 5  # sounds: what has fewer sounds like too much
_SPELT = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"sch|sc(?=[aou])", "sk"), (r"ph", "f"), (r"tz", "z"), (r"ck|q|ch(?=[rl])", "k"), (r"^ps", "s"), (r"^pn", "n"),
        (r"c(?=[eiy])", "s"), (r"c", "k"), (r"x", "ks"), (r"z", "s"), (r"(?<=.)[h]", ""), (r"y", "i"),
        (r"[aeiou]+", "a"), (r"(.)\1+", r"\1"), (r"a$", ""),
    )
)  # fmt: skip


def sound(word: str) -> str:
    """A rough English sound of a folded word: vowels alike, doubled letters once, silent h gone."""
    for pattern, said in _SPELT:
        word = pattern.sub(said, word)
    return word


class Sounds:
    """Which words of a vocabulary sound like a spelling. Built when first needed: one pass over the words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._by_sound: dict[str, list[int]] = {}
        for number in range(len(vocabulary)):
            word = vocabulary.word(number)
            if len(word) >= SHORTEST and word.isalpha():
                self._by_sound.setdefault(sound(word), []).append(number)

    def like(self, word: str) -> list[int]:
        said = sound(word)
        return self._by_sound.get(said, []) if len(word) >= SHORTEST and len(said) >= LEAST else []
