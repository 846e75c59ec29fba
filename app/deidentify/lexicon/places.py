"""Places: states, large cities, towns of many countries (Faker, MIT), street words, well-known hospitals."""

from __future__ import annotations

from functools import lru_cache

from faker.config import AVAILABLE_LOCALES
from faker.providers.geo import Provider as Geo

from app.deidentify.lexicon.lists import lines, words
from app.deidentify.lexicon.names import is_latin, provider_lists

STATE_CODES = words("state_codes")

# States may stay under 164.514(b)(2)(i)(B); they are known so as not to be taken for something else.
STATES = frozenset(name.lower() for name in lines("states"))


COUNTRIES = frozenset(name.lower() for name in lines("countries"))

STREET_WORDS = lines("street_words")

# Hospitals people name without saying "hospital".
HOSPITALS = lines("hospitals")


@lru_cache(maxsize=1)
def large_cities() -> frozenset[str]:
    """Cities taken for a place on sight, lower case."""
    own = {city.lower() for city in lines("large_cities")}
    geo = {row[2].lower() for row in Geo.land_coords if is_latin(row[2])}
    return frozenset(own | geo)


@lru_cache(maxsize=1)
def towns() -> frozenset[str]:
    """Towns of many countries, lower case: a place only beside words that say so ("lives in …")."""
    found = set()
    for locale in AVAILABLE_LOCALES:
        for name in provider_lists("address", locale, ("cities", "city_names", "real_city_names")):
            if is_latin(name) and len(name) > 3:
                found.add(name.lower())
    return frozenset(found | large_cities())
