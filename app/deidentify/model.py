"""The shipped model: a spaCy recogniser of names, places and organisations, loaded once."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.core.errors import Unavailable
from app.core.text import storable
from app.deidentify.lexicon.endings import TERM_ENDING
from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import term_follows
from app.deidentify.span import Span

MODEL_DIR = Path(__file__).parent / "model_en"
PIN_FILE = Path(__file__).parent / "model_en.json"
LABELS = ("NAME", "LOCATION", "ORGANIZATION")
SCORE = 0.5
WINDOW = 1500
WIDTH = 64
MIN_CAPITALS = 6
_DOSE_AFTER = re.compile(r"\s?\(?\d+(?:[.,]\d+)?\s?(?:mg|mcg|µg|ml|g|units?|iu|%)\b", re.IGNORECASE)
_ROUTE_BEFORE = re.compile(r"\b(?:IV|PO|IM|SC|mg|mcg|ml)\s$")
_UNITS = words("measuring_units")
_BREAK = re.compile(r"\n\s*\n|\n|(?<=[.!?])\s")


# What the network is told of a word.
_TOLD = ~(Known.SELDOM | Known.MEDICAL)


def gazetteer_class(word: str) -> str:
    """What the lists say about a word, as a feature: it takes the place of spaCy's one-letter prefix."""
    return f"g{lexicon().get(word.lower(), 0) & _TOLD}"


def new_language() -> Any:
    """A blank English pipeline whose prefix feature is the gazetteer class."""
    from spacy.attrs import PREFIX
    from spacy.lang.en import English, EnglishDefaults

    class Defaults(EnglishDefaults):
        pass

    Defaults.lex_attr_getters = {**EnglishDefaults.lex_attr_getters, PREFIX: gazetteer_class}

    class DeidEnglish(English):
        lang = "en"

    DeidEnglish.Defaults = Defaults
    return DeidEnglish()


def add_ner(language: Any) -> Any:
    """The network: hashed word, gazetteer class, suffix and shape; three layers of width 64."""
    tok2vec = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": WIDTH,
            "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
            "rows": [5000, 500, 1500, 1500],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": WIDTH,
            "depth": 3,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": tok2vec,
    }
    return language.add_pipe("ner", config={"model": model, "update_with_oracle_cut_size": 100})


def digest(folder: Path) -> str:
    """SHA-256 over names and bytes of all files of a folder, in order."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        total.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
        total.update(data)
    return total.hexdigest()


class Model:
    """Finds what the network takes for a name, place or organisation, but for known ordinary words."""

    def __init__(self, language: Any) -> None:
        self._language = language

    def find(self, note: Note) -> list[Span]:
        starts = note.starts
        windows = list(_windows(storable(note.text)))
        documents = self._language.pipe((text for _, text in windows), batch_size=64)
        found = []
        for (offset, _), document in zip(windows, documents, strict=True):
            for entity in document.ents:
                start, end = offset + entity.start_char, offset + entity.end_char
                first, last = bisect_left(starts, start), bisect_left(starts, end) - 1
                if first <= last and _is_credible(note, first, last, entity.label_):
                    found.append(Span(start, end, entity.label_, SCORE, "model"))
        return found


@lru_cache(maxsize=1)
def load_model() -> Model:
    """Raises Unavailable when the files are missing or are not the pinned ones."""
    if not MODEL_DIR.is_dir() or not PIN_FILE.is_file():
        raise Unavailable("model-missing", "the de-identification model is not installed: run `flask deid train`")
    pinned = json.loads(PIN_FILE.read_text(encoding="utf-8"))["sha256"]
    if digest(MODEL_DIR) != pinned:
        raise Unavailable("model-changed", "the de-identification model is not the pinned one")
    language = new_language()
    ner = add_ner(language)
    ner.from_disk(MODEL_DIR, exclude=["vocab"])
    return Model(language)


def _windows(text: str) -> list[tuple[int, str]]:
    """The text in pieces of at most about WINDOW characters, cut at paragraph or sentence ends."""
    pieces, start = [], 0
    while len(text) - start > WINDOW:
        cuts = [m.end() for m in _BREAK.finditer(text, start + WINDOW // 2, start + WINDOW)]
        end = cuts[-1] if cuts else start + WINDOW
        pieces.append((start, text[start:end]))
        start = end
    pieces.append((start, text[start:]))
    return pieces


def _is_credible(note: Note, first: int, last: int, label: str) -> bool:
    """Whether one of the words could be a proper name; eponymous terms and drugs are none."""
    if term_follows(note, last) or _DOSE_AFTER.match(note.text, note.end(last)):
        return False
    if _ROUTE_BEFORE.search(note.text, max(0, note.starts[first] - 8), note.starts[first]):
        return False
    if label == "ORGANIZATION" and last > first and not note.mostly_upper and _is_proper_run(note, first, last):
        return True
    if all(note.lowers[i] in _UNITS or not note.words[i].isalpha() for i in range(first, last + 1)):
        return False
    unlisted_capitals = label != "LOCATION" and not note.mostly_upper
    return any(_could_be_name(note, i, unlisted_capitals) for i in range(first, last + 1))


def _is_proper_run(note: Note, first: int, last: int) -> bool:
    """Everyday words, each capitalised, inside a sentence or on a line of their own: "Clean Power Finance"."""
    inside = first > 0 and note.gap(first - 1) == " " and note.words[first - 1].islower()
    alone = (not first or "\n" in note.gap(first - 1)) and note.gap(last)[:1] == "\n"
    return (inside or alone) and all(
        (note.words[i].istitle() and len(note.words[i]) > 2) or note.lowers[i] in ("and", "of")
        for i in range(first, last + 1)
    )


def _could_be_name(note: Note, position: int, lone_capitals_are_none: bool) -> bool:
    word, flags = note.words[position], note.flags[position]
    listed = bool(flags & (Known.FIRST | Known.LAST | Known.CITY | Known.TOWN))
    if len(word) < 2 or any(c.isdigit() for c in word) or flags & Known.REGION:
        return False
    if flags & Known.ORDINARY:
        inside = position > 0 and note.gap(position - 1) in (" ", ", ") and not note.mostly_upper
        return bool(flags & Known.EITHER) and inside and word.istitle()
    if flags & Known.EPONYM and not listed:
        return False
    if word.islower():
        return bool(flags & Known.FIRST) and len(word) > 3
    if word.isupper() and (len(word) < MIN_CAPITALS or lone_capitals_are_none):
        return listed and len(word) > 2
    return listed or not TERM_ENDING.search(word.lower())
