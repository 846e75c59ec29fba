"""A name found once is found everywhere in the same patient's notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.deidentify.lexicon.endings import TERM_ENDING
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import TITLES, term_follows
from app.deidentify.span import Span
from app.deidentify.things import speaks_medically

KEY = "same-patient"
MIN_LETTERS = 3
# A finding below this is not certain enough to be carried over.
MIN_SCORE = 0.6
MODEL = "model"
LONG = 6
# The town of a place or an address: alone, before a state, or behind a postcode.
_TOWN = re.compile(
    r"(?:^|\d{4,5} |, )(?P<town>[^\W\d_]{3,}(?:[ -][^\W\d_]{3,}){0,2})"
    r"(?=,? [A-Z]{2}\b| [a-z]{1,2}\.|$)"
)
_WORD = re.compile(r"[^\W\d_]+")


def learned_names(notes_and_spans: Iterable[tuple[Note, list[Span]]]) -> frozenset[str]:
    """Lower-case parts of the names found with confidence in any of the notes; ordinary words left out."""
    names: set[str] = set()
    for note, spans in notes_and_spans:
        for span in spans:
            words = _WORD.findall(note.text[span.start : span.end]) if span.type == "NAME" else []
            lone = len(words) == 1 and _is_unlisted_name(note, words[0]) and not speaks_medically(note)
            if words and (span.score >= MIN_SCORE or (span.recogniser == MODEL and (len(words) > 1 or lone))):
                names.update(w.lower() for w in words if _may_spread(w.lower(), len(words)))
    return frozenset(n for n in names if len(n) >= MIN_LETTERS and n not in TITLES)


def _may_spread(word: str, beside: int) -> bool:
    """A clinical word is never looked for elsewhere; an everyday one only from a full name, or where people bear it."""
    flags = lexicon().get(word, 0)
    if flags & Known.MEDICAL:
        return False
    return beside > 1 or not flags & Known.ORDINARY or bool(flags & Known.EITHER)


def _is_unlisted_name(note: Note, word: str) -> bool:
    """A lone word the model took for a name, capitalised, on name lists or on none, and said more than once."""
    return (
        word.istitle()
        and len(word) > MIN_LETTERS
        and len(note.index.get(word.lower(), ())) > 1
        and not (lexicon().get(word.lower(), 0) & ~(Known.FIRST | Known.LAST))
        and not TERM_ENDING.search(word.lower())
    )


def find_names(note: Note, names: frozenset[str]) -> Iterator[Span]:
    """Capitalised mentions of learned names; as a term ("Wilson disease") they stay."""
    for name in names & note.index.keys():
        for position in note.index[name]:
            if _is_mention(note, position) and not term_follows(note, position):
                yield Span(note.starts[position], note.end(position), "NAME", 0.55, KEY)


def learned_places(notes_and_spans: Iterable[tuple[Note, list[Span]]]) -> frozenset[tuple[str, ...]]:
    """Lower-case words of the towns found with confidence in any of the notes, without states and codes."""
    places: set[tuple[str, ...]] = set()
    for note, spans in notes_and_spans:
        for span in spans:
            if span.type == "LOCATION" and (span.score >= MIN_SCORE or span.recogniser == MODEL):
                match = _TOWN.search(note.text[span.start : span.end])
                words = tuple(_WORD.findall(match["town"].lower())) if match else ()
                if words and _is_own_town(words, span):
                    places.add(words)
    return frozenset(places)


def _is_own_town(words: tuple[str, ...], span: Span) -> bool:
    """Whether a town's words are unusual enough to be looked for: no region, no everyday word alone."""
    flags = [lexicon().get(word, 0) for word in words]
    whole = lexicon().get(" ".join(words), 0)
    if len(words) == 1:
        known = flags[0] & (Known.CITY | Known.TOWN) or span.recogniser != MODEL
        either = flags[0] & (Known.ORDINARY | Known.REGION | Known.EPONYM | Known.FIRST)
        return bool(known) and not either and len(words[0]) > MIN_LETTERS
    return (
        not whole & Known.REGION
        and not all(f & Known.ORDINARY for f in flags)
        and not any(f & Known.REGION for f in flags)
    )


def find_places(note: Note, places: frozenset[tuple[str, ...]]) -> Iterator[Span]:
    """Mentions of learned towns; as a term ("Boston brace") they stay."""
    for words in places:
        for position in note.index.get(words[0], ()):
            last = position + len(words) - 1
            if tuple(note.lowers[position : last + 1]) != words or term_follows(note, last):
                continue
            if note.words[last][0].isupper() or note.mostly_lower:
                yield Span(note.starts[position], note.end(last), "LOCATION", 0.55, KEY)


def _is_mention(note: Note, position: int) -> bool:
    """Capitalised and not ordinary; a word that is either, inside a sentence; in lower case, long."""
    word, flags = note.words[position], note.flags[position]
    if flags & Known.REGION:
        return False
    if flags & Known.ORDINARY:
        inside = position > 0 and note.gap(position - 1) == " " and note.words[position - 1].islower()
        return bool(flags & Known.EITHER) and word.istitle() and inside
    return word[0].isupper() or (len(word) >= LONG and not flags & Known.EPONYM)
