"""Why a pipeline is wrong about one axis of one span, read off its own evidence and that of the one that is right."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from app.tagging.protocol import Entity, OffsetPair, Pipeline
from app.tagging.valuesets import rows

# Marked and should not be.
CUE_IN_SPAN = "its cue lies within the span and acts on its own span (medSpaCy: the overlap test is asymmetric)"
OVER_HEADING = "its sentence is not split at the heading between cue and span"
OVER_LINE = "its sentence is not split at the line break between cue and span"
OVER_SENTENCE = "its sentence is not split at the full stop between cue and span"
PSEUDO = "its cue is part of a phrase that marks nothing"
PAST_STOP = "its scope runs past a word that ends it"
FOLLOWING = "it takes a cue behind the span, which belongs to what follows"
TOO_FAR = "its scope runs past what the cue is about"
NO_EVIDENCE = "it shows no cue for its answer"
# Not marked and should be.
EATEN = "': no' or ': none' is taken as a backward cue, so what follows is not marked"
CUE_INSIDE = "the cue lies within the span, where it does not look"
SPACES = "white space within the cue breaks its literal match"
SPLIT = "it ends the sentence between cue and span"
SECTION = "it does not take the heading into account"
ACTIVE_PAST = "a disease of the past that is still active stays current; the gold counts it as historical"
UNKNOWN_CUE = "it does not know the cue"
TOO_SHORT = "it knows the cue, but its scope ends before the span"

_HEADING = re.compile(r"(?:^|\s)[A-Z][A-Za-z /&]{2,40}:\s")
_SENTENCE_END = re.compile(r"[.?!]\s")


def why_wrong(pipeline: Pipeline, text: str, span: OffsetPair, axis: str, answers: tuple[Entity, Entity]) -> str:
    """The reason class. `answers` are the wrong one, of `pipeline`, and the right one; they differ on `axis`.

    A class is what the places of the cues show, first fit; it explains, it proves nothing.
    """
    wrong, right = answers
    own, other = _cues(wrong, axis, span), _cues(right, axis, span)
    if len(own) > len(other) or (own and not other):
        return _marked_wrongly(text, span, axis, own[0])
    if not other:
        return NO_EVIDENCE
    if axis == "temporality" and wrong.assertion.get("course") == "chronic":
        return ACTIVE_PAST
    return _missed(pipeline, text, span, axis, other[0])


def _cues(said: Entity, axis: str, span: OffsetPair) -> list[dict[str, Any]]:
    """Evidence that marks the axis, the nearest cue first."""
    unmarked = {"affirmed", "certain", "current", "patient"}
    found = [b for b in said.because if b["axis"] == axis and b.get("value") not in unmarked]
    return sorted(found, key=lambda b: max(b["start"] - span[1], span[0] - b["end"]))


def _marked_wrongly(text: str, span: OffsetPair, axis: str, cue: dict[str, Any]) -> str:
    start, end = cue["start"], cue["end"]
    between = _between(text, span, cue)
    low, high = (end, span[0]) if end <= span[0] else (span[1], start)
    stops = [place for kind in ("stop", "pseudo") for place in _phrases(text, axis, kind)]
    checks = (
        (start < span[1] and span[0] < end, CUE_IN_SPAN),
        (bool(_HEADING.search(between)), OVER_HEADING),
        (bool(_SENTENCE_END.search(between)), OVER_SENTENCE),
        ("\n" in between, OVER_LINE),
        (any(a <= start and end <= b for a, b in _phrases(text, axis, "pseudo")), PSEUDO),
        (any(low <= a and b <= high for a, b in stops), PAST_STOP),
        (start >= span[1], FOLLOWING),
    )
    return next((reason for holds, reason in checks if holds), TOO_FAR)


def _missed(pipeline: Pipeline, text: str, span: OffsetPair, axis: str, cue: dict[str, Any]) -> str:
    start, end = cue["start"], cue["end"]
    words, between = text[start:end], _between(text, span, cue)
    checks = (
        (cue.get("category") == "section", SECTION),
        (text[:start].rstrip().endswith(":") and words.lower() in ("no", "none"), EATEN),
        (start < span[1] and span[0] < end, CUE_INSIDE),
        (words != " ".join(words.split()), SPACES),
        (not _knows(pipeline, words, axis, forward=end <= span[0]), UNKNOWN_CUE),
        ("\n" in between or bool(_SENTENCE_END.search(between)), SPLIT),
    )
    return next((reason for holds, reason in checks if holds), TOO_SHORT)


def _between(text: str, span: OffsetPair, cue: dict[str, Any]) -> str:
    return text[cue["end"] : span[0]] if cue["end"] <= span[0] else text[span[1] : cue["start"]]


def _knows(pipeline: Pipeline, words: str, axis: str, *, forward: bool) -> bool:
    """Whether the pipeline marks a plain target right beside the cue, in a sentence of their own."""
    text = f"{words} pain." if forward else f"Pain {words}."
    start = len(words) + 1 if forward else 0
    said = pipeline.annotate(text, targets=[(start, start + 4)]).entities[0]
    return bool(_cues(said, axis, (start, start + 4)))


def _phrases(text: str, axis: str, direction: str) -> list[OffsetPair]:
    """Where our own table has a phrase of this direction; its rows are the explanation."""
    pattern = _pattern(axis, direction)
    return [match.span() for match in pattern.finditer(text)] if pattern else []


@cache
def _pattern(axis: str, direction: str) -> re.Pattern[str] | None:
    phrases = [row["phrase"] for row in rows("cues") if (row["axis"], row["direction"]) == (axis, direction)]
    spaced = (r"\s+".join(map(re.escape, phrase.split())) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE) if phrases else None
