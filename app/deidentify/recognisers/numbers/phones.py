"""Telephone, pager and fax numbers (D, E) of many countries; what a label says decides the type."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.note import Note
from app.deidentify.span import Span

_US = re.compile(
    r"(?:1[\s.-]?)?\(?[2-9]\d{2}\)?\s?[-.\s/]?\s?\d{3}\s?[-.\s]\s?\d{4}"
    r"(?:\s?,?\s?(?:x|ext\.?|extension|#)\s?:?\s?\d{1,6})?(?![\d])",
    re.IGNORECASE,
)
_INTERNATIONAL = re.compile(
    r"\+?\(?\d{1,4}\)?(?:[ \u00a0.\-/]{0,2}\(?\d{1,5}\)?){1,6}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\d])",
    re.IGNORECASE,
)
_VANITY = re.compile(r"1?[\s-]?8(?:00|88|77|66|55|44|33)[\s-](?:[A-Z]{7}|[A-Z]{3}-?[A-Z]{4}|\d{3}-?[A-Z]{4})\b")
_LOCAL = re.compile(r"[2-9]\d{2}[-.\s]\d{4}(?![\d-])")
_FAX_LABEL = re.compile(r"\b(?:fax|fx|facsimile|telefax)\b[^\d\n]{0,16}\(?\+?$", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?:phone|phones|tel|telephone|mobile|cell|cellular|call|called|calls|calling|contact|contacted|desk|home|work"
    r"|office|pager|beeper|paged|page|dial|number|reach|reached|ring|text|sms|whatsapp|line|messages|ph|cp|hotline"
    r"|at|mob|fx|registered|answering|landline|handy|clinic|answering\sservice)\b[^\d\n]{0,24}?\n?\s{0,4}\(?\+?$"
    r"|\b[tmhwco][.:)]\s{0,2}\(?\+?$",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"#?(?P<v>(?:x|ext\.?\s?)?\d{1,2}?[- ]?\d{3,5}(?:[-\s]\d{4})?)(?!\d|[/.-]\d|\s?(?:mg|ml|mcg|times|days|weeks|hours|pounds|lbs)\b)",
    re.IGNORECASE,
)
_SHORT_LABELS = re.compile(
    r"(?:pager|beeper|bleep(?:ed)?|paged(?=\s\d)|bpr|extension|ext|extn|pgr|vocera|dect|ascom|(?:room|desk|ward|direct|internal)\s(?:phone|line|tel)|bp(?=\s\d{4}\b))\b"
    r"(?:/\w+)?\s?(?:number|no|id|#)?[\s.:#]{0,3}(?:is\s)?",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"(?<!\w)(?:[xX]\d{1,2}-\d{4}|[xX]\d{4,5}(?!\d)|p\d{5}\b)")
_LABEL_AFTER = re.compile(r"\s?[-(]?\s?(?:office|fax|mobile|desk|home|cell|work|phone)\b", re.IGNORECASE)
# Seven digits, or the letters of a vanity number, within what may stand between them.
_ENOUGH = re.compile(r"[(+]{0,3}\d(?:[\s.\-/()]{0,4}\d){6}|1?[\s-]?8\d\d[\s-][A-Z\d]")
_SHORT_WORDS = (
    "pager", "beeper", "bleep", "bleeped", "paged", "bpr", "ext", "extn", "extension", "pgr", "vocera", "dect", "ascom", "room", "desk",
    "ward", "direct", "internal", "bp",
)  # fmt: skip
_HOURS = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d\s?[-/]\s?(?:[01]\d|2[0-4])[0-5]\d|\d{3,4}/\d{3,4}")
_CODE_BEFORE = re.compile(
    r"\b(?:ndc|pmid|pmcid|snomed|sctid|isbn|doi|cas|loinc|rxcui|gtin|ean|page|pages|isrctn|ec)\b[\s:#]{0,3}$",
    re.IGNORECASE,
)
MIN_DIGITS, MAX_DIGITS = 7, 15


class Phones:
    key = "phones"
    types = ("PHONE", "FAX")
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        done = 0
        for position in note.numbers:
            start = note.starts[position]
            if start < done:
                continue
            start = _with_prefix(text, start)
            if start and (text[start - 1].isalnum() or text[start - 1] in "#$" or _is_joined(text, start)):
                continue
            found = self._number(text, start)
            if found and _CODE_BEFORE.search(text, max(0, start - 12), start):
                done = found.end
            elif found:
                yield found
                done = found.end
        yield from self._short(note)

    def _number(self, text: str, start: int) -> Span | None:
        if not _ENOUGH.match(text, start):
            return None
        for pattern in (_US, _VANITY):
            match = pattern.match(text, start)
            if match:
                return Span(start, match.end(), _kind(text, start), 0.9, self.key)
        match = _INTERNATIONAL.match(text, start)
        digits = sum(map(str.isdigit, match.group())) if match else 0
        if (
            match
            and MIN_DIGITS <= digits <= MAX_DIGITS
            and _is_grouped(match.group())
            and not _HOURS.fullmatch(match.group())
        ):
            plain = (text[start] in "+(0" and digits > MIN_DIGITS) or _LABEL_AFTER.match(text, match.end())
            if plain or _is_labelled(text, start):
                return Span(start, _trim(text, match.end()), _kind(text, start), 0.85, self.key)
        match = _LOCAL.match(text, start)
        if match and not _is_year_range(match.group()):
            return Span(start, match.end(), _kind(text, start), 0.8 if _is_labelled(text, start) else 0.6, self.key)
        return None

    def _short(self, note: Note) -> Iterator[Span]:
        for position in note.positions(_SHORT_WORDS):
            label = _SHORT_LABELS.match(note.text, note.starts[position])
            match = label and _SHORT.match(note.text, label.end())
            if match:
                yield Span(match.start("v"), match.end("v"), "PHONE", 0.8, self.key)
        for match in _EXTENSION.finditer(note.text):
            yield Span(match.start(), match.end(), "PHONE", 0.7, self.key)


def _kind(text: str, start: int) -> str:
    return "FAX" if _follows_a_word(text, start) and _FAX_LABEL.search(text, max(0, start - 30), start) else "PHONE"


def _follows_a_word(text: str, start: int) -> bool:
    """Whether letters stand between this number and the one before: else no label can."""
    before = text[max(0, start - 40) : start].rstrip(" \t\n.,:;-/()+|#")
    return bool(before) and not before[-1].isdigit()


def _is_labelled(text: str, start: int) -> bool:
    if not _follows_a_word(text, start):
        return False
    return _kind(text, start) == "FAX" or bool(_LABEL.search(text, max(0, start - 40), start))


def _with_prefix(text: str, start: int) -> int:
    while start and text[start - 1] in "(+":
        start -= 1
    return start


def _is_grouped(value: str) -> bool:
    """Not a date, a time span or a decimal number."""
    return not re.fullmatch(
        r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d+\.\d+|\(?\d+\)?",
        value.strip(" ()"),
    )


def _trim(text: str, end: int) -> int:
    while text[end - 1] in " -./(\n":
        end -= 1
    return end


def _is_year_range(value: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d{2}\s?-\s?(?:19|20)\d{2}", value))


def _is_joined(text: str, start: int) -> bool:
    """Whether a hyphen joins this number to figures before it: those were read already."""
    return start > 1 and text[start - 1] == "-" and text[start - 2].isdigit()
