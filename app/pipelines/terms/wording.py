"""How a note would word a term of a code system: headings turned round, tags and doses left out."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.tagging.terms.headings import names_of
from app.terminology.rows import FULL_NAME, INCLUSION, INDEX, LOWER, PREFERRED, SYNONYM

_TAG = re.compile(r" \([^()]+\)$")
_CONTAINING = re.compile(r"^Product containing (?:only |precisely )?| (?:structure|product)$", re.IGNORECASE)
_STRUCTURE = re.compile(r"^(?:Entire|Structure of|Part of)\s+(?:the\s+)?", re.IGNORECASE)
_SPECIMEN = re.compile(r"\s*[\[(].*|:.*| in (?:Serum|Plasma|Blood|Urine).*", re.IGNORECASE)
_AMOUNT = re.compile(r"\d\s*(?:MG|ML|MCG|UNT|%)", re.IGNORECASE)
_SHORTEST_NAME = 3  # letters
_LONGEST_NAME = 6  # words

# Kinds of term that are looked at; the others repeat them with a tag or in another order of words.
KINDS = {
    "icd10cm": (PREFERRED, INCLUSION, INDEX),
    "icd10": (PREFERRED, INCLUSION),
    "loinc": (PREFERRED, FULL_NAME),
}
USUAL_KINDS = (PREFERRED, SYNONYM, LOWER)
# Entry terms are what people type into a search box; they give codes and suggest nothing.
SILENT_KINDS = frozenset({INDEX})


def wordings(system: str, text: str) -> list[str]:
    """The phrases under which a term is looked for in a note; empty for what no note would say."""
    return _WORDINGS.get(system, _name)(text)


def _name(text: str) -> list[str]:
    if len(text) < _SHORTEST_NAME or len(text.split()) > _LONGEST_NAME or _AMOUNT.search(text):
        return []
    return [text]


def _snomed(text: str) -> list[str]:
    return names_of(_STRUCTURE.sub("", _CONTAINING.sub("", _TAG.sub("", text))))


def _component(text: str) -> list[str]:
    """ "Glucose [Mass/volume] in Serum" and "Glucose:MCnc:Pt:Ser" → "Glucose"."""
    return _name(_SPECIMEN.sub("", text).strip())


_WORDINGS: dict[str, Callable[[str], list[str]]] = {
    "icd10cm": names_of,
    "icd10": names_of,
    "meddra": names_of,
    "snomed": _snomed,
    "snomed-gps": _snomed,
    "loinc": _component,
}
