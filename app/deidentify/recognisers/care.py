"""Whether a sentence speaks of care: there a year may stay, and a capitalised unknown word may be a term."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache

from app.deidentify.note import Note

_WORD = re.compile(
    r"(?:(?:patients?|pts?|diagnos|dx|treat|hx|surg|guideline|protocol|therap|hospital|clinic|medic(?!are)|disease|symptom"
    r"|admi(?:t|ssion)|discharg|infarct|stroke|cancer|tumou?r|biops|underwent|syndrome|mri|dos(?:e|age)|drug|smok|alcohol|vaccin"
    r"|fractur|implant|transplant|pregnan|delivery|followup|infection|hypertens|diabet|presented|remission|relapse|chemo|recurr"
    r"|trial|efficacy|carcinoma|cardi|pulmon|renal|hepat|neuro|lesion|procedure|allerg|seizure|immuni[sz]|quit|drink|injur"
    r"|accident|repair|resect|stent|bypass|migraine|arthritis|asthma|health|wound|blood|doctor|physician|nurse).*"
    r"|histor(?:y|ies)|study|studies|pain|scan|ct|exam|packs?|yo|\d+yo|\d+mg|.*(?:itis|osis|emia|ectomy|plasty|oscopy|algia|pathy))"
)
# Second words of two that only together speak of care, with the first.
_SECOND = {"p": "s", "post": "status", "seen": "last", "up": "follow", "o": "y", "old": "years", "by": "delivered"}
_SENTENCE_END = re.compile(r"[.!?]\s|\n\s*\n")
REACH = 300


def speaks_of_care(note: Note, start: int, end: int) -> bool:
    """Whether the sentence around a place holds a word of care."""
    first, last = _sentence_around(note.text, start, end)
    places = care_places(note)
    at = bisect_left(places, first)
    return at < len(places) and places[at] < last


@lru_cache(maxsize=60_000)
def _is_care(lower: str) -> bool:
    return bool(_WORD.fullmatch(lower))


def care_places(note: Note) -> list[int]:
    """Where words of care begin, found once for the whole text."""
    places: list[int] | None = note.__dict__.get("care_places")
    if places is None:
        lowers, starts = note.lowers, note.starts
        places = [starts[i] for i, lower in enumerate(lowers) if _is_care(lower) or _completes(note, i)]
        note.__dict__["care_places"] = places
    return places


def _completes(note: Note, position: int) -> bool:
    lower = note.lowers[position]
    if lower == "mg":
        return position > 0 and note.words[position - 1].isdigit()
    if lower == "old" and position > 1 and note.lowers[position - 1] == "year":
        return True
    return lower in _SECOND and position > 0 and note.lowers[position - 1] == _SECOND[lower]


def _sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    begin = max(0, start - REACH)
    first = max((m.end() for m in _SENTENCE_END.finditer(text, begin, start)), default=begin)
    last = _SENTENCE_END.search(text, end, end + REACH)
    return first, last.start() if last else end + REACH
