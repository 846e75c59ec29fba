"""Whole addresses (B) known by their postcode, their first words ("Flat 3, …") or as the corner of two streets."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.endings import TERM_ENDING
from app.deidentify.lexicon.places import STREET_WORDS
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordtuple
from app.deidentify.note import Note
from app.deidentify.span import Span

_UK = r"(?:GIR\s?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})"
_IRELAND = r"(?:[AC-FHKNPRTV-Y]\d[0-9W]\s?[0-9AC-FHKNPRTV-Y]{4})"
_CANADA = r"(?:[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]\s?-?\d[ABCEGHJ-NPRSTV-Z]\d)"
_NETHERLANDS = r"(?:[1-9]\d{3}\s?[A-Z]{2}(?=\s[A-Z]))"
_AUSTRALIA = r"(?:(?:NSW|VIC|QLD|SA|WA|TAS|NT|ACT)\s\d{4})"
_CODE = re.compile(rf"(?<![\w-])(?:{_UK}|{_IRELAND}|{_CANADA}|{_NETHERLANDS}|{_AUSTRALIA})(?![\w-])")
_LABELLED = re.compile(
    r"(?:eircode|pin\s?code|plz|cap|cep)\s?[:#]?\s?(?P<v>[A-Z0-9]{3,6}(?:\s?[A-Z0-9]{3,4})?)\b", re.IGNORECASE
)
# A continental or Indian code stands before or behind a town: "32545 Bad Oeynhausen", "Navi Mumbai 400703".
_TOWN = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]+(?:[ -](?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]+|am|an|der|den|de|la|le|sur|im|in|ob|nad|upon|on)){0,3}"
_CODE_TOWN = re.compile(rf",\s(?:[A-Z]{{1,2}}-)?\d{{4,5}}\s{_TOWN}")
# Behind a town: "a.M.", "v.d.H.", "i. Br.", "/Ts."
_TOWN_TAIL = r"(?:\s?/?(?:[a-z]{1,2}\.\s?){1,3}(?:[A-Z][a-z]{0,3}\b\.?)?)?"
_FIVE_TOWN = re.compile(rf"(?:[A-Z]{{1,2}}-)?\d{{5}}\s(?P<town>{_TOWN}){_TOWN_TAIL}")
_AT = re.compile(r"(?:^|[\n:,;(]\s?|\b(?:in|at|to|from|of|near)\s|[.!?]\s{1,2})$")
_TOWN_CODE = re.compile(rf"{_TOWN}[ ,-]{{1,3}}(?:[1-8]\d{{5}}|[1-8]\d{{2}}\s\d{{3}})(?![\d.]|\s?[a-zA-Z%/])")
# What an address may hold to the left of its code.
_LEFT = re.compile(
    r"(?:(?:(?:flat|plot|shop|unit|apt|apartment|suite|house|no\.?|lot|sector|rr|po|p\.o\.|box|level|block)\s?)?#?[\w/-]{0,3}\d{1,5}[A-Za-z]?,?\s)?"
    r"[^\n:;()|\t]{0,90}$",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"(?<![\w./-])(?:(?:flat|plot|shop|unit|apt|apartment|suite|house|lot|sector|level|block|no\.?|the)\s)?(?:\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?,?|[A-Z][\w'’-]+)\s",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:flat|plot|shop|lot|unit|suite|level|block|villa|house\sno\.?|door\sno\.?|h\.?\s?no\.?|c/o)\s?#?\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?,\s"
    r"(?:[A-Z0-9][\w'’.-]*(?:\s[A-Z0-9][\w'’.-]*){0,4})(?:,\s[A-Z0-9][\w'’.-]*(?:\s[A-Z0-9][\w'’.-]*){0,3}){0,4}",
    re.IGNORECASE,
)
_RURAL = re.compile(r"(?:rr|rural\sroute|rte|route|hc)\s?#?\s?\d{1,3},?\s(?:box\s#?\d{1,6})?[A-Za-z]?", re.IGNORECASE)
_MILITARY = re.compile(
    r"(?:unit|psc|cmr)\s\d{3,6},?\sbox\s\d{1,6}(?:,?\s{1,2}(?:apo|fpo|dpo)\s(?:aa|ae|ap)(?:\s\d{5}(?:-\d{4})?)?)?",
    re.IGNORECASE,
)
_STREET = "|".join(sorted(STREET_WORDS, key=len, reverse=True))
_PLACE_PART = r"(?:[\w'’.-]+\s){0,4}?[\w'’.-]+"
_CORNER = re.compile(r"(?:the\s)?(?:corner|intersection|junction)\sof\s(?P<rest>[^\n,;:!?()]{3,100})", re.IGNORECASE)
_ROAD = re.compile(
    r"(?:I|US|SR|CR|Hwy|Highway|Route|Rte|Interstate|M|A|B)[- ]?\d{1,4}(?:[NSEW]\b)?\s(?:(?:at|near|off|mile\smarker|exit|jct\.?|junction|outside)\s)"
    r"(?:exit\s|mile\s)?(?:\d{1,4}[A-Z]?\b|[A-Z][\w'’-]+(?:\s[A-Z][\w'’-]+){0,2})"
)
MAX_LEFT = 90


class WholeAddresses:
    key = "whole-addresses"
    types = ("LOCATION",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        yield from self._by_code(note)
        text = note.text
        for position in note.positions(wordtuple("flat plot shop lot unit suite level block villa house door h c")):
            match = _MILITARY.match(text, note.starts[position]) or _OPENING.match(text, note.starts[position])
            if match:
                yield self._span(match.start(), match.end())
        for position in note.positions(("rr", "rural", "rte", "route", "hc", "psc", "cmr")):
            match = _MILITARY.match(text, note.starts[position]) or _RURAL.match(text, note.starts[position])
            if match and "box" in match.group().lower():
                yield self._span(match.start(), match.start() + len(match.group().rstrip(" ,")))
        yield from self._corners(note)

    def _corners(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.positions(("corner", "intersection", "junction")):
            match = _CORNER.match(text, note.starts[position], note.starts[position] + 130)
            if (
                match
                and (" and " in match["rest"] or " & " in match["rest"])
                and any(c.isupper() for c in match["rest"][: _second_street(match["rest"])])
            ):
                start = match.start()
                if text[max(0, start - 4) : start].lower() == "the ":
                    start -= 4
                end = match.start("rest") + _second_street(match["rest"])
                yield self._span(start, end)
        for position in note.positions(_ROADS | note.index.keys() & _NUMBERED):
            match = _ROAD.match(text, note.starts[position], note.starts[position] + 60)
            if match:
                yield self._span(match.start(), match.end())

    def _by_code(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.positions(("eircode", "pin", "pincode", "plz", "cap", "cep")):
            match = _LABELLED.match(text, note.starts[position], note.starts[position] + 40)
            if match and any(c.isdigit() for c in match["v"]):
                yield self._span(match.start("v"), match.end("v"))
        done = 0
        for position in note.code_like:
            start = note.starts[position]
            if start < done:
                continue
            match = _CODE.match(text, start)
            if match:
                done = match.end()
                yield self._span(_address_start(text, start), done)
        for position in note.numbers:
            length = len(note.words[position])
            if not 3 <= length <= 6:
                continue
            start = note.starts[position]
            if 4 <= length <= 5 and (match := _CODE_TOWN.match(text, max(0, start - 2))):
                tail = _FIVE_TOWN.match(text, start)
                yield self._span(_address_start(text, start), max(match.end(), tail.end() if tail else 0))
            elif length == 5 and (match := _FIVE_TOWN.match(text, start)) and _is_town(note, position + 1, start):
                yield self._span(start, match.end())
            elif length in (3, 6):
                begin = max(text.rfind(mark, 0, start) for mark in ",\n;:") + 1
                match = _TOWN_CODE.search(text, max(begin, start - 60), start + 8)
                if match and match.end() >= note.end(position):
                    yield self._span(_address_start(text, match.start()), match.end())

    def _span(self, start: int, end: int) -> Span:
        return Span(start, end, "LOCATION", 0.8, self.key)


def _is_town(note: Note, position: int, start: int) -> bool:
    """Whether the word behind a five-digit code is a town: listed, or no list's, where a code may stand."""
    flags = note.flags[position]
    if flags & (Known.CITY | Known.TOWN) and not flags & Known.ORDINARY:
        return True
    unknown = not flags & (Known.ORDINARY | Known.EPONYM) and not TERM_ENDING.search(note.lowers[position])
    spa = note.words[position] in ("Bad", "Sankt")
    return (spa or unknown) and len(note.words[position]) > 2 and bool(_AT.search(note.text[max(0, start - 6) : start]))


def _address_start(text: str, code: int) -> int:
    """Where the address begins that ends on a code: at its house number, or two commas before."""
    first = max(0, code - MAX_LEFT)
    for mark in "\n:;()|\t":
        first = max(first, text.rfind(mark, first, code) + 1)
    left = text[first:code]
    best = code
    parts = 0
    for piece in reversed(re.split(r"(?<=,)\s", left)):
        words = piece.strip(" ,").split()
        if not words:
            continue
        if parts >= 4 or not all(w[0].isupper() or w[0].isdigit() or w.lower() in _PARTICLES for w in words):
            if words and parts < 4:
                best = _trailing_capitals(text, first, best, piece)
            break
        best = first + left.rindex(piece, 0, best - first) if piece in left[: best - first] else best
        parts += 1
        if words[0][0].isdigit() and "." not in words[0] and not _is_unit_before(left, piece):
            break
    while best < code and text[best] in " ,":
        best += 1
    return best


def _trailing_capitals(text: str, first: int, best: int, piece: str) -> int:
    """The capitalised end of a piece that begins with other words: "lives at 9 Back Clough,"."""
    at = text.rfind(piece, first, best + len(piece))
    match = re.search(r"(?:\d{1,5}[A-Za-z]?\s)?(?:[A-Z][\w'’.-]*\s?){1,5},?\s?$", piece)
    return at + match.start() if at >= 0 and match else best


def _is_unit_before(left: str, piece: str) -> bool:
    return bool(re.search(r"(?:flat|unit|shop|plot|suite|apt)\s?#?$", left[: left.find(piece)].rstrip(" ,").lower()))


def _second_street(rest: str) -> int:
    """How far the second street of a corner reaches: capitalised words and numbers after "and"."""
    at = max(rest.find(" and ") + 5 if " and " in rest else 0, rest.find(" & ") + 3 if " & " in rest else 0)
    match = re.match(
        r"(?:\d{1,5}\s)?(?:(?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’.-]*|\d{1,4}(?:st|nd|rd|th)?|de|la|del|van|der)\s?){1,5}", rest[at:]
    )
    return at + len(match.group().rstrip(" .")) if match else len(rest.split(" and ", maxsplit=1)[0])


_PARTICLES = frozenset(
    {
        "of",
        "the",
        "upon",
        "on",
        "de",
        "la",
        "le",
        "am",
        "an",
        "der",
        "den",
        "sur",
        "in",
        "co",
        "near",
        "del",
        "di",
        "do",
        "da",
    }
)
_ROADS = frozenset({"i", "us", "sr", "cr", "hwy", "highway", "route", "rte", "interstate", "m", "a", "b"})
_NUMBERED = frozenset(f"{letter}{number}" for letter in "mab" for number in range(1, 1000))
