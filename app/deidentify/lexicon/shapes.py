"""What the lists say about one word, as flags in one dictionary, so that a recogniser asks once."""

from __future__ import annotations

from functools import lru_cache

from app.deidentify.lexicon.names import first_names, last_names
from app.deidentify.lexicon.places import COUNTRIES, STATES, large_cities, towns
from app.deidentify.lexicon.readings import clinical_words, common_words, everyday_words, named_too, people
from app.deidentify.lexicon.words import AMBIGUOUS, THINGS, eponyms, ordinary_words


class Known:
    """Bits a word carries; plain numbers, since they are combined for every word."""

    FIRST = 1
    LAST = 2
    CITY = 4
    TOWN = 8
    ORDINARY = 16
    EPONYM = 32
    REGION = 64  # states and countries, which may stay
    EITHER = 128  # an ordinary word that many people are called, too
    CLINICAL = 256  # a term, a medicine, a dressing …; ordinary as well
    THING = 512  # who gave a sign, score, operation or instrument the name
    MEDICAL = 2048  # a clinical word that is not one of the commonest everyday words, too
    SELDOM = 1024  # a last name so rare that only a title or first name makes it one


@lru_cache(maxsize=1)
def lexicon() -> dict[str, int]:
    """Lower-case word → `Known` bits; about 180,000 words, built in half a second."""
    flags: dict[str, int] = {}
    clinical, everyday = clinical_words(), everyday_words()
    ordinary = ordinary_words() | everyday | clinical
    for words, bit in (
        (first_names() | _called(0), Known.FIRST),
        (last_names() | _called(1), Known.LAST),
        (large_cities() - STATES - COUNTRIES | {"new york", "washington"}, Known.CITY),
        (towns() - STATES - COUNTRIES, Known.TOWN),
        (ordinary, Known.ORDINARY),
        (clinical, Known.CLINICAL),
        (clinical - frozenset(common_words()), Known.MEDICAL),
        (eponyms(), Known.EPONYM),
        (AMBIGUOUS | {word for word in ordinary if named_too(word)}, Known.EITHER),
        (THINGS, Known.THING),
        (AMBIGUOUS | {name for name in people() if name in ordinary}, Known.SELDOM),
        (STATES | COUNTRIES, Known.REGION),
    ):
        value = int(bit)
        for word in words:
            flags[word] = flags.get(word, 0) | value
    return flags


def _called(place: int) -> frozenset[str]:
    """Names of the census, but for words that hardly anybody is called: place 0 first names, 1 last names."""
    everyday = everyday_words()
    return frozenset(n for n, share in people().items() if share[place] and (n not in everyday or named_too(n)))
