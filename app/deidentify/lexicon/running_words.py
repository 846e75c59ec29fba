"""Words of running text that are never part of a name; they matter where capitals or lower case hide names."""

from __future__ import annotations

from app.deidentify.lexicon.lists import words

# Verbs and links of notes. No list of names or features of the model holds them: they only end a name.
RUNNING = words("running_words")
# Shops and pharmacies whose names are nothing else; from the chains' own public names.
SHOPS = (
    "cvs",
    "walgreens",
    "walmart",
    "wal mart",
    "rite aid",
    "costco",
    "kroger",
    "publix",
    "wegmans",
    "meijer",
    "safeway",
    "duane reade",
    "optumrx",
    "optum rx",
    "express scripts",
    "caremark",
    "shoprite",
    "albertsons",
    "home depot",
    "mcdonalds",
    "starbucks",
    "fedex",
    "tesco",
    "sainsburys",
    "superdrug",
    "lloydspharmacy",
    "shoppers drug mart",
    "amazon",
    "burger king",
    "dollar general",
    "family dollar",
)
# After "works at" in a text without capitals these are workplaces of no name.
COMMON_WORKPLACES = words("common_workplaces")
