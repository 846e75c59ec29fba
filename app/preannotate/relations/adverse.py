"""What pharmacovigilance asks of an adverse event: subtype, seriousness, dechallenge, rechallenge."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cache
from typing import Any

from app.preannotate.reading.note import Note
from app.preannotate.reading.phrases import PhraseTable
from app.preannotate.reading.tokens import words_of
from app.preannotate.valuesets import rows

Cue = tuple[int, int, str, str]  # first, last token, group, value
_REACH = 80  # tokens on either side of an event, for sentences without end


@cache
def _table() -> tuple[PhraseTable, list[tuple[str, str]]]:
    known = rows("ae_cues")
    return PhraseTable.of(words_of(row["phrase"]) for row in known), [(row["group"], row["value"]) for row in known]


def adverse_cues(note: Note) -> list[Cue]:
    """All such cues of a note, in text order."""
    table, kinds = _table()
    return [(first, last, *kinds[number]) for first, last, number in table.longest(note.tokens.words)]


def details(note: Note, cues: list[Cue], token: int, *, by_drug: bool) -> dict[str, Any]:
    """What the event's sentence and the next one say of it; every finding with the cue's offsets."""
    start, end = note.starts[token], note.ends[token]
    following = bisect_right(note.sentences, start)
    if following < len(note.sentences):
        end = note.ends[note.sentences[following]]
    start, end = max(start, token - _REACH), min(end, token + _REACH)
    near = cues[bisect_left(cues, (start,)) : bisect_left(cues, (end,))]
    found = {name: _shown(note, near, name) for name in ("seriousness", "dechallenge", "rechallenge")}
    values = {name: {cue["value"] for cue in shown} for name, shown in found.items()}
    return {
        "subtype": _subtype(near, by_drug),
        "seriousness": found["seriousness"],
        "dechallenge": {"answer": _dechallenge(values["dechallenge"]), "cues": found["dechallenge"]},
        "rechallenge": {"answer": _rechallenge(values["rechallenge"]), "cues": found["rechallenge"]},
    }


def _shown(note: Note, near: list[Cue], group: str) -> list[dict[str, Any]]:
    return [
        {"value": value, "start": note.tokens.starts[first], "end": note.tokens.ends[last - 1]}
        for first, last, found, value in near
        if found == group
    ]


def _subtype(near: list[Cue], by_drug: bool) -> str:
    if by_drug:
        return "drug_reaction"
    said = [value for _, _, group, value in near if group == "subtype"]
    return "device" if "device" in said else (said[0] if said else "other")


def _dechallenge(values: set[str]) -> str:
    """Positive when the event went after the drug was taken away."""
    if "stopped" not in values:
        return "unknown"
    if "persisted" in values:
        return "negative"
    return "positive" if "improved" in values else "unknown"


def _rechallenge(values: set[str]) -> str:
    if "given_again" not in values:
        return "unknown"
    if "tolerated" in values:
        return "negative"
    return "positive" if "recurred" in values else "unknown"
