"""Numbers with what belongs to them: doses, results, durations, and times of day or calendar."""

from __future__ import annotations

import re
from functools import cache

from app.preannotate.entities.mention import Mention
from app.preannotate.reading.note import Note
from app.preannotate.reading.phrases import PhraseTable
from app.preannotate.reading.tokens import words_of
from app.preannotate.valuesets import rows

NUMBER_WORDS = frozenset(
    {
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "twelve",
        "half",
        "several",
    }
)
_BETWEEN = frozenset({":", "=", "of", "is", "wa", "was", "were", "at", "to", ">", "<", "~", "level", "about", "-"})
_LABEL = {"dose": "DOSE", "lab": "LAB_VALUE", "vital": "LAB_VALUE"}
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_UNIT = r"(?:minute|min|hour|hr|day|week|wk|month|year|yr)s?"
_COUNT = r"(?:\d{1,4}|one|two|three|four|five|six|seven|eight|ten|several|few)"
# Looked for only where a word begins with a digit or with one of these letters, for speed.
_TIME = re.compile(
    rf"\b(?=[\dJFMASONDotfsenyltHhPp])(?:\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|{_MONTH} \d{{1,2}}(?:,? \d{{4}})?\b|\d{{1,2}} {_MONTH},? \d{{4}}|{_MONTH},? (?:19|20)\d\d"
    rf"|(?<=in )(?:19|20)\d\d|(?<=since )(?:19|20)\d\d"
    rf"|{_COUNT}[ -]{_UNIT} (?:ago|later|prior|earlier|before|after|post\w*)\b"
    rf"|(?:yesterday|today|tonight|this (?:morning|afternoon|evening)|last (?:week|month|year|night))\b"
    r"|(?:[Hh]ospital|[Pp]ostoperative|[Pp]ost-operative) day #? ?\d+|(?:POD|HD) ?#? ?\d+"
    r"|\d{1,2}:\d{2} ?(?:[AaPp][Mm])?)",
)
_DURATION = re.compile(
    rf"\b(?=[\dfolxdtesn])(?:(?:for|over|x|lasting|during)(?: the)?(?: last| past| next)? ?"
    rf"(?:about |approximately )?({_COUNT}(?: ?(?:-|to|or) ?{_COUNT})?[ -]?{_UNIT})\b"
    rf"|({_COUNT}[- ]{_UNIT})(?= history|[- ]long| course| of ))"
)


@cache
def _units() -> tuple[PhraseTable, list[str]]:
    known = rows("units")
    return PhraseTable.of(words_of(row["unit"]) for row in known), [row["kind"] for row in known]


def find_measures(note: Note, measured: dict[int, str]) -> list[Mention]:
    """Doses and results; `measured` maps the last token of a test or vital sign to its label."""
    found = []
    raw, words = note.tokens.raw, note.tokens.words
    resume = 0
    for at, token in enumerate(raw):
        if at < resume or not (token[0].isdigit() or words[at] in NUMBER_WORDS):
            continue
        last = _number_end(note, at)
        kind, end = _unit_after(note, last)
        resume = end
        tested = _tested(note, at, measured)
        if tested and kind == "time":  # "BP 142/88 HR 92": no hours
            kind, end = "", last
            resume = last
        if tested and kind not in ("dose", "time"):
            found.append(Mention(at, end, "LAB_VALUE", f"value of {tested}"))
        elif kind in _LABEL and (token[0].isdigit() or kind == "dose"):
            found.append(Mention(at, end, _LABEL[kind], "number and unit"))
    return found


def _number_end(note: Note, at: int) -> int:
    """Past "5-10", "5 to 10", "120/80", "1 1/2"."""
    raw, end, starts, ends = note.tokens.raw, note.ends[at], note.tokens.starts, note.tokens.ends
    last = at + 1
    while last < end:
        if raw[last][0].isdigit() and starts[last] - ends[last - 1] == 1 and note.text[ends[last - 1]] == "-":
            last += 1
        elif last + 1 < end and raw[last] in ("/", "to", "–", "x", "×") and raw[last + 1][0].isdigit():
            last += 2
        else:
            break
    return last


def _unit_after(note: Note, last: int) -> tuple[str, int]:
    """The longest unit that begins at token `last`: its kind and where it ends."""
    table, kinds = _units()
    hit = table.at(note.tokens.words, last, note.ends[last - 1])
    return (kinds[hit[1]], hit[0]) if hit else ("", last)


def _tested(note: Note, at: int, measured: dict[int, str]) -> str | None:
    """The label of the test or vital sign just before the number, over "of", "was", ":"."""
    words, start = note.tokens.words, note.starts[at]
    for back in range(at, max(start, at - 4), -1):
        if back in measured:
            return measured[back]
        if words[back - 1] not in _BETWEEN:
            break
    return None


def find_times(note: Note) -> list[Mention]:
    """Dates, moments and durations."""
    found = []
    for pattern, label in ((_TIME, "TIME"), (_DURATION, "DURATION")):
        for match in pattern.finditer(note.text):
            group = next((n for n in (1, 2) if label == "DURATION" and match[n]), 0)
            first, last = note.tokens.covering(match.start(group), match.end(group))
            if first < last:
                found.append(Mention(first, last, label, "pattern"))
    return found
