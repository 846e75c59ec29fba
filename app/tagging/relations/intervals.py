"""How long after the drug an event began, as an ISO 8601 duration: "three days after" → P3D."""

from __future__ import annotations

from typing import Any

from app.tagging.reading.note import TokenisedNote

_UNITS = {
    "minute": ("PT", "M"), "min": ("PT", "M"), "hour": ("PT", "H"), "hr": ("PT", "H"), "day": ("P", "D"),
    "week": ("P", "W"), "wk": ("P", "W"), "month": ("P", "M"), "year": ("P", "Y"), "yr": ("P", "Y"),
}  # fmt: skip
_NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
    )
}
_THEN = frozenset({"after", "following", "into", "of", "later", "post", "since", "from", "before"})
_REACH = 6  # tokens before the word of time


def onset_of(note: TokenisedNote, cue: tuple[int, int]) -> dict[str, Any] | None:
    """The interval beside the cue: `value` is None where no number is given ("within minutes of").

    Only a unit that a word of order follows, or that "within" precedes, counts: "for three days" is no interval.
    """
    words, first = note.tokens.words, max(note.starts[cue[0]], cue[0] - _REACH)
    for at in range(min(cue[1] + 2, note.ends[cue[0]]) - 1, first - 1, -1):
        if words[at] not in _UNITS:
            continue
        back = words[max(first, at - 3) : at]
        following = words[at + 1 : min(note.ends[at], at + 3)]
        if "within" not in back and _THEN.isdisjoint(following):
            continue
        number = _number(words[at - 1]) if at > first else None
        start = at - 1 if number else at
        value = "{0}{2}{1}".format(*_UNITS[words[at]], number) if number else None
        return {"value": value, "start": note.tokens.starts[start], "end": note.tokens.ends[at]}
    return None


def _number(word: str) -> int | None:
    return int(word) if word.isdecimal() and len(word) < 5 else _NUMBERS.get(word)
