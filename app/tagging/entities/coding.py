"""Candidate codes of mentions that bring none: of the longest term they end with, or of a short form's sense."""

from __future__ import annotations

from collections.abc import Sequence

from app.tagging.entities.abbreviations import SHORT_FOR
from app.tagging.entities.mention import Codes, Mention
from app.tagging.reading.tokens import words_of
from app.tagging.terms.gazetteer import Gazetteer

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
        phrases = [covered[at:] for at in range(len(covered))]
    for phrase in phrases:
        for gazetteer in gazetteers:
            codes: Codes = gazetteer.codes_of(phrase, mention.label)
            if codes:
                return mention._replace(codes=codes)
    return mention


def _covered(words: list[str], mention: Mention) -> list[str]:
    if mention.holes is None:
        return words[mention.first : mention.last]
    return words[mention.first : mention.holes[0]] + words[mention.holes[1] : mention.last]
