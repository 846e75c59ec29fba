"""Finds what the patient's record already tells: names even misspelt, ids, dates, addresses, contacts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from rapidfuzz.distance import OSA

from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordtuple
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import SUFFIXES, TITLES, term_follows
from app.deidentify.span import Span

KEY = "known"
_MONTHS = wordtuple(
    """
    January February March April May June July August September October November December
    """
)
_INITIAL_CUES = frozenset(["pt", "patient", "initials", "signed", "by", "name"])
# Shortest name that may be misspelt by one, by two letters; shorter ones must match exactly.
ONE_ERROR, TWO_ERRORS = 5, 8
MIN_WORD, MIN_ID, MIN_PART = 2, 4, 5


class KnownIdentifiers:
    """A recogniser over `note.known`; it costs nothing where nothing is known."""

    key = KEY
    types = ("NAME", "ID", "DATE", "LOCATION", "PHONE", "EMAIL", "URL")
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        if not note.known:
            return
        for name in note.known.get("names", ()):
            yield from _names(note, name)
        for value in note.known.get("ids", ()):
            yield from _characters(note, value, "ID")
        for value in note.known.get("dates", ()):
            yield from _dates(note, value)
        for value in note.known.get("addresses", ()):
            yield from _address(note, value)
            yield from _misspelt_street(note, value)
        for value in note.known.get("contacts", ()):
            yield from _contact(note, value)


def _names(note: Note, name: str) -> Iterator[Span]:
    # Split first, then lower: the dot that "İ".lower() leaves behind is no letter.
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", name))]
    parts = [word for word in words if word not in TITLES and word not in SUFFIXES]
    if not parts:
        return  # "-" or "?": a name that is not known
    positions = {p for part in parts if len(part) >= MIN_WORD for p in _mentions(note, part)}
    for position in sorted(positions):
        if _believed(note, position, positions, parts):
            yield Span(note.starts[position], note.end(position), "NAME", 0.95, KEY)
    yield from _split(note, parts)
    yield from _run_together(note, parts)
    yield from _decomposed(note, parts)
    if len(parts) > 1:
        yield from _initials(note, parts)
        yield from _joined_initials(note, parts, positions)


def _mentions(note: Note, part: str) -> Iterator[int]:
    """Positions of the name, exact, or misspelt where the word is none the lists know as ordinary."""
    yield from note.index.get(part, ())
    yield from _otherwise_written(note, part)
    allowed = 2 if len(part) >= TWO_ERRORS else 1 if len(part) >= ONE_ERROR else 0
    if not allowed:
        return
    for word, positions in note.index.items():
        if word == part or abs(len(word) - len(part)) > allowed or (word[0] != part[0] and word[-1] != part[-1]):
            continue
        if OSA.distance(word, part, score_cutoff=allowed) <= allowed and not note.flags[positions[0]] & Known.ORDINARY:
            yield from positions


def _otherwise_written(note: Note, part: str) -> Iterator[int]:
    """Positions of the same letters by other characters: ß as ss, ü as u, İ and ı as i."""
    plain = _plain(part)
    if plain != part:
        yield from note.index.get(plain, ())
    for word, positions in note.index.items():
        if not word.isascii() and word != part and _plain(word) == plain:
            yield from positions


def _plain(word: str) -> str:
    """Letters without case and marks."""
    if word.isascii():
        return word
    letters = unicodedata.normalize("NFD", word.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c)).replace("ı", "i")


def _decomposed(note: Note, parts: list[str]) -> Iterator[Span]:
    """A name whose marks are characters of their own, as files from some systems have it; words end at these."""
    for part in parts:
        letters = unicodedata.normalize("NFD", part)
        if len(part) >= MIN_WORD and any(map(unicodedata.combining, letters)):
            for match in re.finditer(r"(?<!\w)" + re.escape(letters) + r"(?!\w)", note.text, re.IGNORECASE):
                yield Span(match.start(), match.end(), "NAME", 0.95, KEY)


def _believed(note: Note, position: int, positions: set[int], parts: list[str]) -> bool:
    """The guard for short and common words: "May", "Young", "Li" need company or a capital."""
    word, flags = note.words[position], note.flags[position]
    beside = position - 1 in positions or position + 1 in positions
    titled = position > 0 and note.lowers[position - 1] in TITLES
    if (len(parts) > 1 and beside) or titled:
        return True
    if flags & Known.EPONYM and term_follows(note, position):
        return False
    if not flags & Known.ORDINARY and len(word) > 3:
        return True
    if not word[0].isupper() or (len(word) < 3 and not word.istitle()):
        return False
    before = note.text[max(0, note.starts[position] - 20) : note.starts[position]].rstrip(" ")[-1:]
    return before not in ("", ".", "\n", ":", "!", "?") and not (flags & Known.ORDINARY and note.mostly_upper)


def _split(note: Note, parts: list[str]) -> Iterator[Span]:
    """A name cut by a line break or by hyphenation: "John-\\nson"."""
    wanted = {p for p in parts if len(p) > MIN_WORD + 1}
    if not wanted or "\n" not in note.text:
        return
    for position in range(len(note.words) - 1):
        broken = "\n" in note.gap(position) and note.gap(position).strip() in ("", "-")
        if broken and note.lowers[position] + note.lowers[position + 1] in wanted:
            yield Span(note.starts[position], note.end(position + 1), "NAME", 0.9, KEY)


def _run_together(note: Note, parts: list[str]) -> Iterator[Span]:
    """ "MinhKhai": two parts of the name without the space, and the letters of one set apart: "L e e d s"."""
    for first, second in zip(parts, [*parts[1:], parts[0]], strict=True):
        for position in note.index.get(first + second, ()) if len(first + second) >= ONE_ERROR else ():
            yield Span(note.starts[position], note.end(position), "NAME", 0.9, KEY)
    for part in parts:
        if len(part) > MIN_WORD + 1:
            # Not in a lower-cased text: "İ" has two characters there, and every place behind it moves.
            for letters in {part, _plain(part)}:
                for match in re.finditer(re.escape(" ".join(letters)), note.text, re.IGNORECASE):
                    yield Span(match.start(), match.end(), "NAME", 0.9, KEY)


def _initials(note: Note, parts: list[str]) -> Iterator[Span]:
    """ "J.S.", "J. S." and, after a cue, "JS"."""
    letters = [p[0].upper() for p in parts]
    for wanted in {tuple(letters), (letters[0], letters[-1])}:
        dotted = re.compile(r"(?<!\w)" + r"\.\s?".join(wanted) + r"\.(?!\w)")
        for match in dotted.finditer(note.text):
            yield Span(match.start(), match.end(), "NAME", 0.8, KEY)
    for position in note.index.get("".join(letters).lower(), ()):
        if note.words[position].isupper() and position and note.lowers[position - 1] in _INITIAL_CUES:
            yield Span(note.starts[position], note.end(position), "NAME", 0.8, KEY)


def _joined_initials(note: Note, parts: list[str], positions: set[int]) -> Iterator[Span]:
    """The initial beside a found part: the "J." of "J. Smith", the "S." of "Anna S."."""
    letters = {p[0].upper() for p in parts}
    for position in sorted(positions):
        before = position - 1
        while before >= 0 and note.words[before] in letters and note.gap(before) in (" ", ". ", "."):
            before -= 1
        if position - before > 2:  # "K A Oberholzer"
            yield Span(note.starts[before + 1], note.end(position), "NAME", 0.8, KEY)
        if before >= 0 and note.lowers[position - 1] == "o" and note.gap(position - 1) in ("'", "’"):
            yield Span(note.starts[position - 1], note.end(position), "NAME", 0.8, KEY)
        for neighbour, gap_at in ((position - 1, position - 1), (position + 1, position)):
            if (
                0 <= neighbour < len(note.words)
                and note.words[neighbour] in letters
                and note.gap(gap_at) in (" ", ". ", ".", ", ")
            ):
                end = note.end(neighbour)
                yield Span(note.starts[neighbour], end + (note.text[end : end + 1] == "."), "NAME", 0.8, KEY)


def _characters(note: Note, value: str, kind: str) -> Iterator[Span]:
    """The letters and digits of an id in order, whatever separates them."""
    core = [c for c in value if c.isalnum()]
    if len(core) < MIN_ID:
        return
    pattern = re.compile(r"(?<![^\W_])" + r"[-\s./()]{0,3}".join(map(re.escape, core)) + r"(?![^\W_])", re.IGNORECASE)
    for match in pattern.finditer(note.text):
        yield Span(match.start(), match.end(), kind, 0.99, KEY)


def _dates(note: Note, value: str) -> Iterator[Span]:
    try:
        day = date.fromisoformat(value.strip()[:10])
    except ValueError:
        yield from _characters(note, value, "DATE")
        return
    m, d, y = day.month, day.day, day.year
    month = _MONTHS[m - 1]
    name = rf"(?:{month}|{month[:3]}\.?|{month[:4]}\.?)"
    year = rf"(?:{y}|['’]?{y % 100:02})"
    sep = r"\s?[-/.]\s?"
    forms = (
        rf"{y}{sep}0?{m}{sep}0?{d}",
        rf"0?{m}{sep}0?{d}{sep}{year}",
        rf"0?{d}{sep}0?{m}{sep}{year}",
        f"{y}{m:02}{d:02}",
        f"{m:02}{d:02}{y}",
        f"{d:02}{m:02}{y}",
        rf"{name}\s{{0,2}}0?{d}(?:st|nd|rd|th)?,?\s{{0,2}}{year}",
        rf"0?{d}(?:st|nd|rd|th)?[-\s]?(?:of\s)?{name},?[-\s]?{year}",
        rf"{name}\s(?:of\s)?{y}",
    )
    for match in re.finditer(r"(?<!\d)(?:" + "|".join(forms) + r")(?!\d)", note.text, re.IGNORECASE):
        yield Span(match.start(), match.end(), "DATE", 0.99, KEY)


def _address(note: Note, value: str) -> Iterator[Span]:
    """The whole address or any of its comma-separated parts, spaced and broken as it may be."""
    for part in (value, *value.split(",")):
        words = re.findall(r"[^\W_]+", part)
        if len("".join(words)) < MIN_PART or not words:
            continue
        if len(words) == 1 and words[0].isalpha() and note.index.get(words[0].lower()) and not words[0].istitle():
            continue
        pattern = re.compile(r"(?<!\w)" + r"[\s,.#-]{1,4}".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)
        for match in pattern.finditer(note.text):
            yield Span(match.start(), match.end(), "LOCATION", 0.95, KEY)


def _misspelt_street(note: Note, value: str) -> Iterator[Span]:
    """A word of the address with a letter wrong, beside its house number: "12 Lindn Alley"."""
    numbers = re.findall(r"\d+", value)
    for word in re.findall(r"[^\W\d_]{5,}", value.lower()):
        for position in _mentions(note, word) if numbers else ():
            start, end = note.starts[position], note.end(position)
            around = note.text[max(0, start - 12) : end + 16]
            if any(re.search(rf"(?<!\d){number}(?!\d)", around) for number in numbers):
                yield Span(start, end, "LOCATION", 0.85, KEY)


def _contact(note: Note, value: str) -> Iterator[Span]:
    if "@" in value or "/" in value:
        kind = "EMAIL" if "@" in value else "URL"
        for match in re.finditer(re.escape(value.strip()), note.text, re.IGNORECASE):
            yield Span(match.start(), match.end(), kind, 0.99, KEY)
        return
    digits = "".join(c for c in value if c.isdigit())
    yield from _characters(note, digits, "PHONE")
    if len(digits) > 10:
        yield from _characters(note, digits[-10:], "PHONE")
