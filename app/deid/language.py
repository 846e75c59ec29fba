"""A cheap, deterministic guess of a text's language, to refuse what the recognisers cannot read."""

from __future__ import annotations

import re
from collections import Counter

from app.deid.lexicon.wordset import wordtuple

SUPPORTED = frozenset({"en"})


class English:
    """The language whose recognisers are built in."""

    key = "en"
    title = "English"


# Frequent words that tell the languages apart.
_WORDS = {
    "en": wordtuple(
        """
    the of and to in is was with for on patient he she his her at by from has had no not are this that
    be as or an
    """
    ),
    "de": wordtuple(
        """
    der die das und ist mit von den dem des ein eine einer nicht bei im zu auf wurde werden nach für aus
    am sich ohne
    """
    ),
    "es": wordtuple(
        """
    el la los las de del y en con por una un para que se no al paciente su es lo como sin más fue
    presenta
    """
    ),
    "fr": wordtuple(
        """
    le la les des du et est dans avec pour une un par sur au aux ne pas que qui chez sans il elle
    patient été
    """
    ),
    "nl": wordtuple(
        """
    de het een en van is met voor op in te niet bij aan naar werd patiënt geen zijn heeft wordt uit ook
    dat
    """
    ),
    "it": wordtuple(
        """
    il lo la gli le di del della e in con per una un che non al dal nel paziente è stato senza alla
    """
    ),
    "pt": wordtuple(
        """
    o a os as de do da e em com por uma um para que não ao no na paciente foi sem à seu
    """
    ),
    "vi": wordtuple(
        """
    và của bệnh nhân không có được là cho với trong các một những ngày
    """
    ),
    "pl": wordtuple(
        """
    i w z na do nie się jest od po dla przez pacjent bez oraz chorego
    """
    ),
    "sv": wordtuple(
        """
    och i att det som en på är av för med den till inte ett patienten har utan
    """
    ),
}
_SETS = {language: frozenset(words) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
SAMPLE = 20_000
MIN_WORDS, MIN_HITS = 8, 3


def guess_language(text: str) -> str:
    """A language code, "und" when there is too little to tell, or "script:<range>" for other scripts."""
    letters = [c for c in text[:SAMPLE] if c.isalpha()]
    if not letters:
        return "und"
    foreign = Counter(_script(c) for c in letters)
    script, count = foreign.most_common(1)[0]
    if script != "latin" and count * 2 > len(letters):
        return f"script:{script}"
    words = [w.lower() for w in _WORD.findall(text[:SAMPLE])]
    if len(words) < MIN_WORDS:
        return "und"
    hits = {language: sum(w in known for w in words) for language, known in _SETS.items()}
    best = max(hits, key=lambda language: (hits[language], language == "en"))
    # Telegram style has few function words; a foreign language must win clearly.
    if best == "en" or hits[best] < MIN_HITS or hits[best] * 12 < len(words) or hits[best] < 1.3 * hits["en"]:
        return "en" if hits["en"] or best == "en" else "und"
    return best


def is_supported(text: str) -> bool:
    """Whether the built-in recognisers may be trusted with the text."""
    return guess_language(text) in SUPPORTED | {"und"}


def _script(character: str) -> str:
    code = ord(character)
    for name, low, high in (
        ("latin", 0, 0x24F),
        ("latin", 0x1E00, 0x1EFF),
        ("greek", 0x370, 0x3FF),
        ("cyrillic", 0x400, 0x52F),
        ("hebrew", 0x590, 0x5FF),
        ("arabic", 0x600, 0x77F),
        ("devanagari", 0x900, 0x97F),
        ("thai", 0xE00, 0xE7F),
        ("hangul", 0xAC00, 0xD7AF),
        ("cjk", 0x3040, 0x9FFF),
    ):
        if low <= code <= high:
            return name
    return "other"
