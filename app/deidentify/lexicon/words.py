"""Ordinary words that are no names by themselves, and the heads that turn a name into a medical term."""

from __future__ import annotations

from functools import lru_cache

from faker.providers.lorem.en_US import Provider as Lorem

from app.deidentify.lexicon.lists import words

# A capitalised name before one of these is a term, not a person: "Foley catheter", "Wells score".
EPONYM_HEADS = words("eponym_heads")

# Known eponyms that ICD titles do not hold as proper words.
EPONYMS = words("eponyms_of_signs")

# Whoever gave a sign, score, operation, instrument or stain the name; many are common last names.
THINGS = words("named_things") | words("eponyms_of_diseases")

# Names that are, more often, words; they count as names only beside stronger evidence.
AMBIGUOUS = words("words_that_are_names_too")

_FUNCTION_WORDS = words("function_words")

_NOTE_WORDS = words("note_words")


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Lower-case words that are not taken for a name or place on capitalisation alone."""
    lorem = frozenset(Lorem.word_list)
    own = _FUNCTION_WORDS | _NOTE_WORDS | AMBIGUOUS | EPONYM_HEADS | words("peoples_and_faiths")
    return own | lorem | words("clinical_words")


@lru_cache(maxsize=1)
def eponyms() -> frozenset[str]:
    return EPONYMS | words("clinical_eponyms")
