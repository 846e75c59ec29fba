"""The rest of an address: town, region and postcode that follow a street, unit or box."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.organisation_words import LEGAL
from app.deidentify.note import Note
from app.deidentify.span import Span

KEY = "address-rest"
_CAPITALISED = r"(?:(?:St|Ste|Mt|Ft|[NSEW])\.|[A-ZÀ-ÖØ-ÞĀ-ŽΑ-Ω](?:[\w'’]|-(?=\w))*)"
_PARTICLE = "de|la|am|an|der|of|e|do|da|sur|upon|del|nad|pod|na|los|las|el|di"
# A separator, then a unit, a postcode, or one to four capitalised words with an optional postcode behind.
_PART = re.compile(
    rf"(?:\s?,\s{{0,2}}|\s*\n[>?\s]*|\s)(?:(?i:apt|suite|ste|unit|floor|fl|room)\.?\s?#?\s?\w{{1,6}}\b"
    rf"|\d{{3,6}}(?:[-\s]\d{{2,4}})?(?![\w./%-]|\s?(?:mg|ml))"
    rf"|{_CAPITALISED}(?:[ -](?:{_CAPITALISED}|{_PARTICLE})){{0,3}}(?:\s\(?\w+\)?)?"
    rf"(?=\s?[,.\n?!]|\s*$|\s\d)(?:\s\d{{3,6}}(?:-\d{{2,4}})?(?!\w))?)"
)
_LABEL_NEXT = re.compile(r"\s*[\w ]{1,20}:")
_STOP = re.compile(
    r"\b(?:Phone|Tel|Fax|Mobile|Email|Office|Desk|The|He|She|Patient|I|We|My|Please|DOB|MRN|Date|Attending)\b"
)
_SOURCES = frozenset({"streets", "whole-addresses"})
# A number and a word, or a word and a number: "12 Oak St", "Koskikatu 25".
_NUMBERED = re.compile(r"\d{1,6}\s[^\W\d_]{3,}|[^\W\d_]{4,}\s\d{1,4}\b")
_SHORTENED = frozenset(
    [
        "st",
        "ave",
        "av",
        "blvd",
        "rd",
        "dr",
        "ln",
        "ct",
        "pl",
        "sq",
        "apt",
        "ste",
        "n",
        "s",
        "e",
        "w",
        "ne",
        "nw",
        "se",
        "sw",
        "str",
        "hwy",
        "pkwy",
        "ter",
        "cir",
        "no",
        "fl",
        "bldg",
        "u",
    ]
)
MAX_PARTS = 5


def address_rests(note: Note, spans: list[Span]) -> Iterator[Span]:
    """What belongs to the addresses whose streets are among the spans."""
    for span in spans:
        if _is_street(note.text, span):
            end = _reach(note.text, span.end)
            if end > span.end:
                yield Span(span.start, end, "LOCATION", span.score, span.recogniser)


def _sentence_ends(text: str, end: int, part: str) -> bool:
    """Whether a full stop, but for one that shortens ("St.", "N."), stands before a part no comma joins."""
    if part[0] in ",\n" or text[end - 1] != ".":
        return False
    word = re.search(r"(\w+)\.$", text[max(0, end - 12) : end])
    return not word or word.group(1).lower() not in _SHORTENED


def _is_street(text: str, span: Span) -> bool:
    """A rule's street, or what the model takes for a place and holds a house number."""
    if span.type not in ("LOCATION", "PHONE", "NAME"):
        return False
    value = text[span.start : span.end]
    return span.recogniser in _SOURCES or (
        span.recogniser in ("model", "phones", "same-patient") and bool(_NUMBERED.search(value))
    )


def _reach(text: str, end: int) -> int:
    for _ in range(MAX_PARTS):
        match = _PART.match(text, end)
        if not match or _STOP.search(match.group()) or _sentence_ends(text, end, match.group()):
            return end
        if text[match.end() : match.end() + 1] == ":" or (
            "\n" in match.group() and _LABEL_NEXT.fullmatch(text, match.end(), match.end() + 22)
        ):
            return end
        end = match.end()
    return end


_HOUSE_BEHIND = re.compile(
    r"(?:\s(?:downtown|uptown|main|outpatient|med|medical|health|walk-in|[A-Z][a-z]{2,}(?:ology|iatrics|edics|gery|cine)?))?"
    r"\s(?:clinic|hospital|office|center|centre|campus|ER|ED|infirmary|Clinic|Hospital|Center|Centre|Office)\b"
)
_BETWEEN = re.compile(r"\s(?:in|at|of)\s|,\s")


def houses_and_places(note: Note, spans: list[Span]) -> Iterator[Span]:
    """ "Chicago downtown clinic", "Mayo Clinic in Rochester": a house behind a place, a place behind a house."""
    for number, span in enumerate(spans):
        if span.type not in ("LOCATION", "ORGANIZATION"):
            continue
        legal = LEGAL.match(note.text, span.end) if span.type == "ORGANIZATION" else None
        if legal:
            yield Span(span.start, legal.end(), "ORGANIZATION", span.score, span.recogniser, span.certain)
        behind = _HOUSE_BEHIND.match(note.text, span.end)
        if behind and span.type == "ORGANIZATION" and behind.group().lower().endswith("office"):
            behind = None  # "the Legiscope office"
        if behind:
            yield Span(span.start, behind.end(), "ORGANIZATION", span.score, span.recogniser, span.certain)
        following = spans[number + 1] if number + 1 < len(spans) else None
        if following and span.type == "ORGANIZATION" and following.type == "LOCATION":
            end = behind.end() if behind else span.end
            if _BETWEEN.fullmatch(note.text[end : following.start]):
                yield Span(span.start, following.end, "ORGANIZATION", span.score, span.recogniser, span.certain)
