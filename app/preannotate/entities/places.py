"""The place that is part of the name of a problem: "pulmonary" in "pulmonary embolism"."""

from __future__ import annotations

from collections.abc import Iterator

from app.preannotate.entities.lexicon import ANATOMIC, CLASSES
from app.preannotate.entities.mention import Mention
from app.preannotate.reading.note import Note
from app.preannotate.valuesets import word_set

_SIDES = frozenset(
    {"left", "right", "upper", "lower", "bilateral", "middle", "anterior", "posterior", "distal", "proximal"}
)


def places(note: Note, mentions: list[Mention]) -> Iterator[Mention]:
    """One ANATOMY mention for each run of anatomical words inside a problem or symptom, its side with it."""
    words = note.tokens.words
    for mention in mentions:
        if mention.label not in ("PROBLEM", "SYMPTOM") or mention.holes:
            continue
        at = mention.first
        while at < mention.last:
            last = at
            while last < mention.last and CLASSES[words[last]] & ANATOMIC and words[last] not in word_set("no_places"):
                last += 1
            if last > at and last - at < mention.last - mention.first:
                first = at - 1 if at > mention.first and words[at - 1] in _SIDES else at
                yield Mention(first, last, "ANATOMY", "place in the name of a problem")
            at = max(at + 1, last)
