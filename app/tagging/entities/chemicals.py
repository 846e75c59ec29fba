"""Substances that no list holds: systematic names, acids, laboratory codes, neighbours of a known drug."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache

from app.tagging.entities.lexicon import ADJECTIVE, CLASSES, LABELS_OF_WORDS
from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.valuesets import rows, word_set

_GREEK = frozenset({"alpha", "beta", "gamma", "delta", "omega", "cis", "trans", "iso", "nor", "tert", "tc", "i"})
_CODE_DIGITS = range(3, 7)
_OF_A_LOT = frozenset({"lot", "batch", "serial", "no"})
_LIKE_A_DRUG = (
    *("in", "ine", "ol", "ide", "one", "il", "ium", "ate", "am", "ib", "ab", "vir", "yl", "ane", "pt", "fen"),
    *("phen", "zol", "ac", "stat", "nol", "mab"),
)
_NO_NAME = ("ed", "ing", "ly", "ion", "ity", "ment", "ness", "ism", "man", "ase", "some", "able", "ible", "ship")
_JOINS = frozenset({",", "and", "or", "plus", "+", "/", "&", "then"})
_CLOSES = frozenset(
    {",", ".", ";", "and", "or", "plus", "+", "/", "&", ")", "(", "wa", "were", "is", "are", "with", ":"}
)
_MAKERS = frozenset({"sigma", "pfizer", "roche", "merck", "bayer", "novartis", "lilly", "abbott", "aldrich", "sanofi"})
_ENDS_BRACKET = frozenset({")", ";", "®", "™", "/"})


def unknown(word: str) -> bool:
    """Is the word in no list and without telling affixes?"""
    if word in word_set("not_drugs") or word in word_set("not_stemmed"):
        return False
    return not CLASSES[word] and LABELS_OF_WORDS[word] is None


def with_prefix(note: TokenisedNote, first: int) -> int:
    """The name with what belongs to it in front: "5-", "N-", "alpha-"."""
    tokens = note.tokens
    while first and tokens.starts[first] - tokens.ends[first - 1] == 1:
        before = tokens.raw[first - 1]
        if note.text[tokens.ends[first - 1]] != "-" or not (
            len(before) == 1 or before.isdigit() or before.lower() in _GREEK
        ):
            break
        first -= 1
    return first


def acids(note: TokenisedNote) -> list[Mention]:
    """Substances named "…ic acid", nucleic acids apart."""
    found = []
    for at in note.tokens.places.get("acid", ()):
        if at > note.starts[at]:
            kind = note.tokens.words[at - 1]
            if kind.endswith("ic") and not kind.endswith(("nucleic", "uric", "gastric", "lactic", "metabolic")):
                found.append(Mention(with_prefix(note, at - 1), at + 1, "MEDICATION", "name of an acid"))
    return found


@cache
def _maker_codes() -> frozenset[str]:
    """How a maker calls a substance before it has a name: "MK-801", "FK 506", "LY294002"."""
    return frozenset(row["letters"] for row in rows("maker_codes"))


def coded_substances(note: TokenisedNote) -> list[Mention]:
    """Laboratory codes of makers: their letters, then three to six digits."""
    raw, starts, ends, codes = note.tokens.raw, note.tokens.starts, note.tokens.ends, _maker_codes()
    return [
        Mention(at, at + 2, "MEDICATION", "laboratory code")
        for at, letters in enumerate(raw[:-1])
        if letters in codes
        and raw[at + 1].isdigit()
        and len(raw[at + 1]) in _CODE_DIGITS
        and (not at or raw[at - 1].lower() not in _OF_A_LOT)
        and starts[at + 1] - ends[at] <= 1
    ]


def neighbours(note: TokenisedNote, drugs: list[Mention], taken: set[int]) -> list[Mention]:
    """Unknown words in one list with a drug, or in brackets beside it: "carvedilol, metildigoxin", "X (Trental)"."""
    found: list[Mention] = []
    for drug in drugs:
        at = drug.last
        while (name := _next_in_list(note, at, taken)) is not None:
            taken.add(name)
            found.append(Mention(name, name + 1, "MEDICATION", "in one list with a drug"))
            at = name + 1
        name = _before_in_list(note, drug.first, taken)
        if name is not None:
            taken.add(name)
            found.append(Mention(name, name + 1, "MEDICATION", "in one list with a drug"))
    return found


def _next_in_list(note: TokenisedNote, at: int, taken: set[int]) -> int | None:
    """The name right after ", ", " and ", ", and " or an opening bracket that begins at token `at`."""
    words, end = note.tokens.words, note.ends[at - 1]
    if at + 1 >= end:
        return None
    name = at + 1
    if words[at] == "(":
        known_maker = words[name] in _MAKERS
        closed = name + 1 < end and words[name + 1] in _ENDS_BRACKET
        return name if closed and not known_maker and _a_brand(note, name, taken) else None
    if words[at] not in _JOINS:
        return None
    if words[name] in ("and", "or") and words[at] == ",":
        name += 1
    if name >= end or not _a_name(note, name, taken):
        return None
    follows = words[name + 1] if name + 1 < end else "."
    return name if follows in _CLOSES or follows[0].isdigit() else None


def _before_in_list(note: TokenisedNote, first: int, taken: set[int]) -> int | None:
    """The name right before ", ", " and " or "(" that ends at the drug."""
    words, start = note.tokens.words, note.starts[first]
    link, name = first - 1, first - 2
    if name <= start or not (words[link] in _JOINS or words[link] == "("):
        return None
    if words[link] in ("and", "or") and words[name] == ",":
        name -= 1
    if name <= start or not _a_name(note, name, taken):
        return None
    if words[link] == "(" and not note.tokens.raw[name][0].isupper():
        return None
    return name if words[name - 1] in _CLOSES or note.tokens.raw[name][0].isupper() else None


def _a_brand(note: TokenisedNote, at: int, taken: set[int]) -> bool:
    """A name, or a capitalised word that only its ending makes an adjective ("Trental")."""
    raw, word = note.tokens.raw[at], note.tokens.words[at]
    if at not in taken and raw.istitle() and CLASSES[word] == ADJECTIVE and LABELS_OF_WORDS[word] is None:
        return word not in word_set("not_drugs")
    return _a_name(note, at, taken)


def _a_name(note: TokenisedNote, at: int, taken: set[int]) -> bool:
    """An unknown word that ends like a substance, or is written like a brand."""
    raw, word = note.tokens.raw[at], note.tokens.words[at]
    if at in taken or len(raw) < 5 or not raw.isalpha() or word.endswith(_NO_NAME) or not unknown(word):
        return False
    return word.endswith(_LIKE_A_DRUG) or (raw[0].isupper() and raw[1:].islower())


def listed(note: TokenisedNote, taken: set[int]) -> list[Mention]:
    """Unknown names at the start of a line, or between commas, under a heading of medications."""
    found = []
    tokens = note.tokens
    for section in note.sections.found:
        if section.category != "medications":
            continue
        first = bisect_left(tokens.starts, section.title[1])
        last = bisect_left(tokens.starts, section.end)
        found += [
            Mention(at, at + 1, "MEDICATION", "listed under medications")
            for at in range(first, last)
            if _a_name(note, at, taken) and _begins_item(note, at) and _ends_item(note, at)
        ]
    return found


def _begins_item(note: TokenisedNote, at: int) -> bool:
    text, start = note.text, note.tokens.starts[at]
    before = text[max(0, start - 6) : start].rstrip(" \t")
    return not before or before[-1] in "\n,;:•*-" or (before[-1] in ".)" and before[-2:-1].isdigit())


def _ends_item(note: TokenisedNote, at: int) -> bool:
    text = note.text
    after = text[note.tokens.ends[at] : note.tokens.ends[at] + 3].lstrip(" \t")
    return not after or after[0] in "\n,;.(" or after[0].isdigit()
