"""Candidate codes of mentions that bring none: of their words but for those that grade, or of a short form's sense."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from app.tagging.entities.abbreviations import SHORT_FOR
from app.tagging.entities.mention import Codes, Mention
from app.tagging.reading.tokens import words_of
from app.tagging.terms.gazetteer import Gazetteer
from app.tagging.valuesets import rows

_CODED = frozenset(
    {"PROBLEM", "SYMPTOM", "MEDICATION", "PROCEDURE", "ANATOMY", "LAB_TEST", "VITAL_SIGN", "DEVICE", "FORM"}
)


def with_codes(words: list[str], mentions: list[Mention], gazetteers: Sequence[Gazetteer]) -> list[Mention]:
    """The mentions with their codes; `words` are those of the note."""
    return [_coded(words, mention, gazetteers) for mention in mentions]


def _coded(words: list[str], mention: Mention, gazetteers: Sequence[Gazetteer]) -> Mention:
    if mention.codes or mention.label not in _CODED:
        return mention
    if mention.source.startswith(SHORT_FOR):
        phrases = [words_of(mention.source.removeprefix(SHORT_FOR))]
    else:
        covered = _covered(words, mention)
        # Never the head word alone: Ludwig's angina is no angina.
        grading = _grading()
        graded = next((at for at, word in enumerate(covered) if word not in grading), len(covered) - 1)
        phrases = [covered[at:] for at in range(graded + 1)]
    for phrase in phrases:
        for gazetteer in gazetteers:
            codes: Codes = gazetteer.codes_of(phrase, mention.label)
            if codes:
                return mention._replace(codes=codes)
    return mention


@cache
def _grading() -> frozenset[str]:
    """Words before a name that leave the condition what it is: how bad, how sure, on which side."""
    graded = (row["term"] for row in rows("modifiers") if row["kind"] == "severity")
    return frozenset(("left", "right", "bilateral", *(word for term in graded for word in words_of(term))))


def _covered(words: list[str], mention: Mention) -> list[str]:
    if mention.holes is None:
        return words[mention.first : mention.last]
    return words[mention.first : mention.holes[0]] + words[mention.holes[1] : mention.last]
