"""Street addresses, boxes, units, postcodes and coordinates (B), in the forms of several countries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.places import STATE_CODES, STREET_WORDS
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordset, wordtuple
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import PARTICLES, is_note_word
from app.deidentify.span import Span

_STREET_WORD = "|".join(sorted(STREET_WORDS, key=len, reverse=True))
_CAP = (
    r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’.-]*|\d{1,3}(?:st|nd|rd|th)|[NSEW]\.?"
    r"|de|la|le|del|di|da|du|des|van|von|der|den|of|the)"
)
_UNIT = r"(?:,?\s{1,4}(?:apt|apartment|suite|ste|unit|room|rm|floor|fl|bldg|building|#)\.?\s?#?\s?\w{1,6})"
_TAIL = rf"(?:{_UNIT})?"
_US_STREET = re.compile(
    rf"\d{{1,6}}[A-Za-z]?(?:-\d{{1,4}})?\s(?:{_CAP}\s){{0,5}}?(?:{_CAP}\s)(?i:{_STREET_WORD})\b\.?(?:\s[NSEW]{{1,2}}\b)?(?i:{_TAIL})"
)
_FOREIGN_WORD = (
    r"[\w'’-]+(?:stra(?:ss|ß)e|str\.|gasse|weg|platz|allee|ring|damm|ufer|vej|gade|gata|gatan|vägen|väg|veien|vei|tie|katu|kuja|polku"
    r"|laan|straat|gracht|plein|dreef|stræde|utca|út)"
)
_FOREIGN_PREFIX = (
    r"(?:rue|avenue|av\.|boulevard|chemin|place|via|viale|piazza|corso|calle|c/|avenida|paseo|plaza|rua|travessa|praça|ulica|ul\.|al\."
    r"|os\.|pl\.|rte|route|quai|impasse|allée|vicolo|largo|strada|str\.|jalan|jl\.)"
)
_FOREIGN = re.compile(
    rf"(?:\d{{1,5}}[a-zA-Z]?,?\s{{1,2}})?(?:{_FOREIGN_WORD}|{_FOREIGN_PREFIX}\s(?:{_CAP}\s?){{1,5}})(?:,?\s?\d{{1,5}}[a-zA-Z]?\b)?",
    re.IGNORECASE,
)
_FOREIGN_PREFIXES = wordtuple(
    """
    rue via viale piazza corso calle avenida paseo rua travessa praça ulica ul rte chemin impasse vicolo
    jalan jl boulevard
    """
)
_FOREIGN_END = re.compile(_FOREIGN_WORD.replace(r"[\w'’-]+", r"[\w'’-]{2,}"), re.IGNORECASE)
_ENDINGS = wordtuple(
    """
    straße strasse gasse platz allee damm ufer vej gade gata gatan vägen veien tie katu kuja polku laan
    straat gracht plein dreef stræde utca
    """
)
_SKIPPED = wordset(
    """
    patie katie sortie cutie magatan necktie bowtie
    """
)
_BOX = re.compile(
    r"(?:p\.?\s?o\.?\s?box|box|psc|apo|fpo|dpo|unit)\s#?\d{1,6}(?:,?\s(?:box\s\d{1,6}))?|(?:apo|fpo|dpo)\s(?:aa|ae|ap)(?:\s\d{5}(?:-\d{4})?)?",
    re.IGNORECASE,
)
_PLACE_UNIT = re.compile(r"(?:apt|apartment|suite|ste)\.?\s?#?\s?\d{1,5}\w?\b", re.IGNORECASE)
_ROOM = re.compile(
    r"(?:room|rm|bed|ward|bay)\.?\s?(?:no\.?\s?|#\s?|:\s?)?[A-Z]?\d{1,4}[A-Z]?(?:-[A-Z\d]{1,3})?\b(?!\s?(?:air|temp))",
    re.IGNORECASE,
)
# "3/45 Banksia Rd": a flat before the house; "H.No. 221/B, Sector 14, Gurgaon".
_UNIT_SLASH = re.compile(r"(?<![\d/.])\d{1,4}[A-Za-z]?/$")
_HOUSE_NUMBER = re.compile(
    r"H\.?\s?[Nn]o\.?\s?[\w/-]{1,12}(?:,\s(?:Sector|Block|Plot|Ward|Gali)\s[\w-]{1,5})?(?:,\s[A-Z]\w+(?:\s[A-Z]\w+)?){0,3}"
)
_ZIP = re.compile(r"\d{5}(?:-\d{3,4})?(?![\w-])")
_ZIP_LABEL = re.compile(
    r"(?:zip(?:\s?code)?|postal(?:\s?code)?|post\s?code|postcode)(?:\s(?:is|of))?[\s:#]{1,4}(?P<v>[A-Z0-9]{2,5}(?:[\s-](?:\d[A-Z0-9]{1,3}|(?-i:[A-Z]{2})))?)\b",
    re.IGNORECASE,
)
_UK = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\s\d[ABD-HJLNP-UW-Z]{2}\b")
_CANADA = re.compile(r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d\b")
_GPS = re.compile(r"[-+]?\d{1,2}\.\d{2,8}°?\s?[NS]?\s?[,;]\s?[-+]?\d{1,3}\.\d{2,8}°?\s?[EW]?")
_STATE_ZIP = re.compile(rf"[A-Z][\w.'’ -]{{1,30}},?\s(?:{'|'.join(sorted(STATE_CODES))}),?\s\d{{5}}(?:-\d{{4}})?\b")


# Street words that are hardly anything else; and what stands before a street.
_PLAIN_STREETS = wordtuple("street st avenue ave road rd boulevard blvd lane ln highway hwy parkway pkwy turnpike")
_BEFORE_STREET = wordset("on at off near from along down across to in of onto by and")
_PLAIN_NAMES = words("street_plain_names")
_NO_STREET = words("street_never")
_ORDINAL = re.compile(r"\d{1,3}(?:st|nd|rd|th)", re.IGNORECASE)
MAX_STREET_WORDS = 3
_LISTED = int(Known.FIRST | Known.LAST | Known.CITY | Known.TOWN)


def _in_street(note: Note, position: int) -> bool:
    """Whether a word can belong to the name of a street: a numeral, what streets are called, what no list knows."""
    word, lower = note.words[position], note.lowers[position]
    if lower in _PLAIN_NAMES or _ORDINAL.fullmatch(word):
        return True
    plain = word.isalpha() and len(word) > 2 and lower not in _NO_STREET
    if word.istitle() or not word.islower():
        return plain and word[0].isupper() and not is_note_word(note, position)
    return plain and bool(note.flags[position] & _LISTED) and not note.flags[position] & Known.ORDINARY


# Room, ward and bed numbers: found under this name, and removed only where a project wants it.
BEDS = "beds"


class Streets:
    key = "streets"
    types = ("LOCATION",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        yield from self._numbered(note)
        for position in note.positions(_FOREIGN_PREFIXES):
            if (
                note.words[position] in ("via", "Via")
                and note.words[position + 1 : position + 2]
                and not note.words[position + 1].istitle()
                and note.lowers[position + 1] not in PARTICLES
            ):
                continue
            match = _FOREIGN.match(text, note.starts[position])
            if (
                match
                and any(c.isdigit() for c in _near(text, match))
                and any(w[0].isupper() for w in match.group().split()[1:2])
            ):
                yield _with_house_number(text, self._span(match))
        yield from self._compound(note)
        yield from self._unnumbered(note)
        for position in note.positions(("po", "p", "box", "psc", "apo", "fpo", "dpo")):
            match = _BOX.match(text, note.starts[position])
            if match:
                yield self._span(match)
        for position in note.positions(("apt", "apartment", "suite", "ste")):
            match = _PLACE_UNIT.match(text, note.starts[position])
            if match:
                yield self._span(match)

    def _numbered(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.numbers:
            start = note.starts[position]
            if start and text[start - 1] in "./-" and not _UNIT_SLASH.search(text, max(0, start - 7), start):
                continue
            match = _US_STREET.match(text, start)
            if match:
                unit = _UNIT_SLASH.search(text, max(0, start - 7), start)
                yield Span(unit.start() if unit else match.start(), match.end(), "LOCATION", 0.8, self.key)
        for position in note.positions(("h",)):
            match = _HOUSE_NUMBER.match(text, note.starts[position])
            if match:
                yield self._span(match)

    def _unnumbered(self, note: Note) -> Iterator[Span]:
        """ "on main street", "off Oak Ave": a street without a number, behind a word of place."""
        for position in note.positions(_PLAIN_STREETS):
            first = position - 1
            while first > 0 and position - first < MAX_STREET_WORDS and note.gap(first - 1) == " ":
                if note.lowers[first - 1] in _BEFORE_STREET or not _in_street(note, first - 1):
                    break
                first -= 1
            if first < 1 or note.gap(position - 1) != " " or not _in_street(note, first):
                continue
            link = first - 2 if note.lowers[first - 1] == "the" else first - 1
            if link >= 0 and note.lowers[link] in _BEFORE_STREET and note.gap(first - 1) == " ":
                yield Span(note.starts[first], note.end(position), "LOCATION", 0.65, self.key)

    def _compound(self, note: Note) -> Iterator[Span]:
        """ "Hauptstraße 12", "6750 Koskikatu 25": a word with a street ending and a number near."""
        endings = tuple(_ENDINGS)
        for position in note.capitalised:
            word = note.lowers[position]
            if len(word) > 5 and word.endswith(endings) and word not in _SKIPPED:
                start, end = note.starts[position], note.end(position)
                around = note.text[max(0, start - 6) : start] + note.text[end : end + 6]
                if any(c.isdigit() for c in around):
                    number = re.compile(r",?\s\d{1,5}[a-zA-Z]?\b").match(note.text, end)
                    yield _with_house_number(
                        note.text, Span(start, number.end() if number else end, "LOCATION", 0.8, self.key)
                    )

    def _span(self, match: re.Match[str]) -> Span:
        return Span(match.start(), match.end(), "LOCATION", 0.85, self.key)


class Postcodes:
    """ZIP codes with a state or label, postcodes of other countries, rooms, coordinates."""

    key = "postcodes"
    types = ("LOCATION",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        yield from self._labelled(note)
        yield from self._zips_and_coordinates(note)
        yield from self._british_and_canadian(note)
        yield from self._rooms(note)

    def _labelled(self, note: Note) -> Iterator[Span]:
        for position in note.positions(("zip", "zipcode", "postal", "postcode", "post")):
            match = _ZIP_LABEL.match(note.text, note.starts[position])
            if match and any(c.isdigit() for c in match["v"]):
                yield Span(match.start("v"), match.end("v"), "LOCATION", 0.9, self.key)

    def _zips_and_coordinates(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.numbers:
            start = note.starts[position]
            state = position > 0 and note.words[position - 1] in STATE_CODES
            match = _ZIP.match(text, start)
            if match and (state or len(match.group()) == 10) and text[start - 1 : start] != "-":
                yield Span(note.starts[position - 1] if state else start, match.end(), "LOCATION", 0.85, self.key)
            if "." in text[start : start + 4]:
                coordinates = _GPS.match(text, start)
                if coordinates and len(coordinates.group()) > 9:
                    signed = start > 0 and text[start - 1] in "+-"
                    yield Span(start - signed, start + len(coordinates.group().rstrip()), "LOCATION", 0.7, self.key)

    def _british_and_canadian(self, note: Note) -> Iterator[Span]:
        for position, word in enumerate(note.words):
            if 2 <= len(word) <= 6 and word.isupper() and not word.isalpha() and word[0].isalpha():
                match = _UK.match(note.text, note.starts[position]) or _CANADA.match(note.text, note.starts[position])
                if match:
                    yield Span(match.start(), match.end(), "LOCATION", 0.75, self.key)

    def _rooms(self, note: Note) -> Iterator[Span]:
        for position in note.positions(("room", "rm", "bed", "ward", "bay")) if note.wards else ():
            match = _ROOM.match(note.text, note.starts[position])
            if match and (match.group()[0].isupper() or match.group()[0] in "rw" or set(":#") & set(match.group())):
                yield Span(match.start(), match.end(), "LOCATION", 0.6, BEDS)


def _near(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 7) : match.end() + 7]


def _with_house_number(text: str, span: Span) -> Span:
    number = re.search(r"\d{1,5}[a-zA-Z]?,?\s(?:\d{1,5}\s)?$", text[max(0, span.start - 13) : span.start])
    if not number:
        return span
    return Span(span.start - len(number.group()), span.end, span.type, span.score, span.recogniser)
