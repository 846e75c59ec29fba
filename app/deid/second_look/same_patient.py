"""A name found once is found everywhere in the same patient's notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.deid.lexicon.endings import TERM_ENDING
from app.deid.lexicon.shapes import Known, lexicon
from app.deid.note import Note
from app.deid.recognisers.name_chain import TITLES, term_follows
from app.deid.span import Span

KEY = "same-patient"
MIN_LETTERS = 3
# A finding below this is not certain enough to be carried over.
MIN_SCORE = 0.6
MODEL = "model"
LONG = 6
_WORD = re.compile(r"[^\W\d_]+")


def learned_names(notes_and_spans: Iterable[tuple[Note, list[Span]]]) -> frozenset[str]:
    """Lower-case parts of the names found with confidence in any of the notes; ordinary words left out."""
    names: set[str] = set()
    for note, spans in notes_and_spans:
        for span in spans:
            words = _WORD.findall(note.text[span.start : span.end]) if span.type == "NAME" else []
            lone = len(words) == 1 and _is_unlisted_name(note, words[0])
            if words and (span.score >= MIN_SCORE or (span.recogniser == MODEL and (len(words) > 1 or lone))):
                names.update(w.lower() for w in words)
    return frozenset(n for n in names if len(n) >= MIN_LETTERS and n not in TITLES)


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


def _is_mention(note: Note, position: int) -> bool:
    """Capitalised and not ordinary; a word that is either, inside a sentence; in lower case, long."""
    word, flags = note.words[position], note.flags[position]
    if flags & Known.REGION:
        return False
    if flags & Known.ORDINARY:
        inside = position > 0 and note.gap(position - 1) == " " and note.words[position - 1].islower()
        return bool(flags & Known.EITHER) and word.istitle() and inside
    return word[0].isupper() or (len(word) >= LONG and not flags & Known.EPONYM)
