"""The curated vocabulary: one phrase table over all value sets, and the classes of single words."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from app.tagging.entities.misspelt import corrected
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import NORMAL, words_of
from app.tagging.valuesets import rows, word_set

QUALITY, ANATOMIC, ABNORMAL, SEVERITY, ADJECTIVE = 1, 2, 4, 8, 16
MODIFIER = QUALITY | ANATOMIC | ABNORMAL | ADJECTIVE
_LONGEST_WORD = 50  # letters; what is longer is no word
_KINDS = {"quality": QUALITY, "anatomic": ANATOMIC, "abnormal": ABNORMAL, "severity": SEVERITY}
_ADJECTIVE_ENDINGS = ("al", "ic", "ary", "ous", "ive", "oid", "ile", "ar", "genic", "lytic")
_NOT_NOUN = ("ic", "ive", "ed", "al", "ous", "ing", "ly", "ar", "ate", "ized", "izing")


_SHORTEST_COMPOUND = 9  # letters
_COMPOUNDS = (
    *("ine", "ol", "one", "ane", "ene", "ide", "oate", "amide", "azole", "furan", "urea", "pyran", "ium", "ose"),
    *("nitrile", "oxime", "thione", "oyl", "alen", "urate", "yrate", "etate", "idate", "ionate", "ether", "ester"),
    *("aldehyde", "aniline", "pyridine", "quinoline", "indole", "toluene", "phenol", "salicylate", "carbamate"),
)
_RADICALS_FIRST = ("iodo", "oxo", "thio", "amino", "nitro", "keto", "aza", "benz", "cyano", "indol", "tolu", "pyr")
_RADICALS = (
    *("hydroxy", "methoxy", "ethoxy", "methyl", "ethyl", "propyl", "butyl", "phenyl", "benzyl", "chloro", "fluoro"),
    *("bromo", "acetyl", "acetoxy", "deoxy", "sulfon", "carboxy", "imidazo", "thiazo", "oxazo", "pyrid", "quinol"),
    *("naphth", "anthra", "amino", "nitroso", "glucos", "purin", "cyclohex", "cyclopent", "isoprop"),
)


class LexiconTerm(NamedTuple):
    """What a phrase of the vocabulary is: its label, and its kind within the label."""

    label: str
    kind: str


# Value set → label; on equal phrases the earlier set wins.
_SETS = (
    ("drugs", "MEDICATION"),
    ("symptoms", "SYMPTOM"),
    ("problems", "PROBLEM"),
    ("tests", "LAB_TEST"),
    ("procedures", "PROCEDURE"),
    ("anatomy", "ANATOMY"),
    ("devices", "DEVICE"),
)


@cache
def vocabulary() -> tuple[PhraseTable, list[LexiconTerm]]:
    """All curated phrases; entry numbers are positions in the list of terms."""
    phrases, terms = [], []
    for name, label in _SETS:
        for row in rows(name):
            phrases.append(words_of(row["term"]))
            kind = row.get("kind", "head")
            terms.append(LexiconTerm("VITAL_SIGN" if kind == "vital" else label, kind))
    return PhraseTable.of(phrases), terms


def is_known(word: str) -> bool:
    """Is it a word of the vocabulary, or one that its affixes give away?"""
    form = NORMAL[word]
    return form in vocabulary()[0].ids or LABELS_OF_WORDS[form] is not None or form in _ways()


@cache
def _ways() -> frozenset[str]:
    """The words that say how a drug is given: "syrup", "subcutaneous"."""
    return frozenset(word for row in rows("sig") for word in words_of(row["term"]))


@cache
def other_sense(words: tuple[str, ...]) -> LexiconTerm | None:
    """What an ambiguous drug name is where it is no drug: calcium as a laboratory test, or nothing."""
    table, terms = _without_drugs()
    number = table.find(list(words))
    return None if number is None else terms[number]


@cache
def _without_drugs() -> tuple[PhraseTable, list[LexiconTerm]]:
    known = rows("tests")
    terms = [LexiconTerm("VITAL_SIGN" if row["kind"] == "vital" else "LAB_TEST", row["kind"]) for row in known]
    return PhraseTable.of(words_of(row["term"]) for row in known), terms


@cache
def _affixes() -> list[tuple[str, str, str, int]]:
    found = [(row["affix"], row["position"], row["label"], int(row["least"])) for row in rows("affixes")]
    return sorted(found, key=lambda affix: -len(affix[0]))


@cache
def _stems() -> tuple[tuple[str, ...], int]:
    return tuple(row["stem"] for row in rows("stems")), min(int(row["least"]) for row in rows("stems"))


class WordClasses(dict[str, int]):
    """Word → bits of modifier classes, computed once per word."""

    def __missing__(self, word: str) -> int:
        found = _listed().get(word, 0)
        if not found and len(word) > 5 and word.endswith(_ADJECTIVE_ENDINGS):
            found = 0 if word in word_set("not_modifiers") else ADJECTIVE
        if len(self) > 200_000:
            self.clear()
        self[word] = found
        return found


@cache
def _listed() -> dict[str, int]:
    bits: dict[str, int] = {}
    for row in rows("modifiers"):
        for word in words_of(row["term"])[:1] if " " not in row["term"] else ():
            bits[word] = bits.get(word, 0) | _KINDS[row["kind"]]
    return bits


class WordLabels(dict[str, LexiconTerm | None]):
    """Word → what its affixes say it is (inflammation, blood, operation, drug stem), or None."""

    def __missing__(self, word: str) -> LexiconTerm | None:
        found = _by_affix(word) or _by_spelling(word) if 5 < len(word) < _LONGEST_WORD and word.isalpha() else None
        if len(self) > 200_000:
            self.clear()
        self[word] = found
        return found


def _by_affix(word: str) -> LexiconTerm | None:
    if word in word_set("not_affixed"):
        return None
    for affix, position, label, least in _affixes():
        if len(word) < least:
            continue
        if position == "suffix" and word.endswith(affix):
            return LexiconTerm(label, "head")
        if position == "prefix" and word.startswith(affix) and not word.endswith(_NOT_NOUN):
            return LexiconTerm(label, "head")
    if word in word_set("not_stemmed"):
        return None
    stems, least = _stems()
    if (len(word) >= least and word.endswith(stems)) or _is_systematic(word):
        return LexiconTerm("MEDICATION", "drug")
    return None


def _is_systematic(word: str) -> bool:
    """Is it built like the name of a compound: a radical and an ending ("methoxypsoralen", "hydroxybutyrate")?"""
    if len(word) < _SHORTEST_COMPOUND or not word.endswith(_COMPOUNDS):
        return False
    return word.startswith(_RADICALS_FIRST) or any(radical in word for radical in _RADICALS)


def _by_spelling(word: str) -> LexiconTerm | None:
    """What the word is that one slip of the pen made of it."""
    if word in word_set("not_affixed") or word in word_set("not_stemmed") or CLASSES[word]:
        return None
    meant = corrected(word)
    table, terms = vocabulary()
    number = table.find([meant]) if meant else None
    if number is None or terms[number].kind in ("context", "bound", "class"):
        return None
    replaced = len(word) == len(str(meant)) and sorted(word) != sorted(str(meant))
    if terms[number].label != "MEDICATION" and replaced and _by_affix(str(meant)) is None:
        return None  # "structure" is no slip for "stricture"
    return LexiconTerm(terms[number].label, "misspelt")


CLASSES = WordClasses()
LABELS_OF_WORDS = WordLabels()
