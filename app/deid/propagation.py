"""A name found once is found everywhere in the same patient's notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.deid.lexicon.shapes import Known
from app.deid.note import Note
from app.deid.recognisers.name_chain import TITLES, term_follows
from app.deid.span import Span

KEY = "same-patient"
MIN_LETTERS = 3
# A finding below this is not certain enough to be carried over.
MIN_SCORE = 0.6
_WORD = re.compile(r"[^\W\d_]+")


def learned_names(notes_and_spans: Iterable[tuple[Note, list[Span]]]) -> frozenset[str]:
    """Lower-case parts of the names found with confidence in any of the notes; ordinary words left out."""
    names: set[str] = set()
    for note, spans in notes_and_spans:
        for span in spans:
            if span.type == "NAME" and span.score >= MIN_SCORE:
                names.update(w.lower() for w in _WORD.findall(note.text[span.start : span.end]))
    return frozenset(n for n in names if len(n) >= MIN_LETTERS and n not in TITLES)


def find_names(note: Note, names: frozenset[str]) -> Iterator[Span]:
    """Capitalised mentions of learned names; as a term ("Wilson disease") they stay."""
    for name in names & note.index.keys():
        for position in note.index[name]:
            word, flags = note.words[position], note.flags[position]
            if flags & (Known.ORDINARY | Known.REGION) or not word[0].isupper():
                continue
            if not term_follows(note, position):
                yield Span(note.starts[position], note.end(position), "NAME", 0.55, KEY)
