"""Numbers with what belongs to them: doses and results."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import words_of
from app.tagging.valuesets import rows

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
# Words that may stand between a test and its number.
MEASURED_BY = frozenset(
    {
        *(":", "=", "of", "is", "wa", "was", "were", "at", "to", ">", "<", "≥", "≤", "~", "level", "about", "-", "in"),
        *(
            "dropped",
            "drop",
            "fell",
            "rose",
            "increased",
            "decreased",
            "peaked",
            "bumped",
            "up",
            "down",
            "from",
            "over",
        ),
        *("now", "today", "currently", "around", "approximately", "between", "improved", "elevated", "low", "high"),
        *(
            "remained",
            "stable",
            "returned",
            "reached",
            "measured",
            "under",
            "below",
            "above",
            "than",
            "greater",
            "less",
        ),
    }
)
_REACH = 8  # tokens between a volume or weight and the drug it is a dose of
_OF_INSTRUMENTS = frozenset({"degree", "inch"})
_LABEL = {"dose": "DOSE", "lab": "LAB_VALUE", "vital": "LAB_VALUE"}
# A measured thing may have these units and be no dose; then a drug must stand near.
_ALSO_MEASURES = frozenset(
    {"kg", "g", "gm", "gram", "l", "liter", "litre", "ml", "cc", "mmol", "milliliter", "kilogram"}
)


@cache
def _units() -> tuple[PhraseTable, list[str]]:
    known = rows("units")
    return PhraseTable.of(words_of(row["unit"]) for row in known), [row["kind"] for row in known]


def find_measures(note: TokenisedNote, measured: dict[int, str]) -> list[Mention]:
    """Doses and results; `measured` maps the last token of a test or vital sign to its label."""
    found = []
    raw, words = note.tokens.raw, note.tokens.words
    resume = 0
    for at, token in enumerate(raw):
        if at < resume or not (token[0].isdigit() or words[at] in NUMBER_WORDS):
            continue
        if _enumerates(note, at):
            continue
        last = _number_end(note, at)
        kind, end = _unit_after(note, last)
        resume = end
        tested = _tested(note, at, measured)
        if tested and kind == "time":  # "BP 142/88 HR 92": no hours
            kind, end = "", last
            resume = last
        if tested and (kind not in ("dose", "time") or words[end - 1] in _ALSO_MEASURES):
            found.append(Mention(at, end, "LAB_VALUE", f"value of {tested}"))
        elif words[end - 1] in _OF_INSTRUMENTS:
            continue  # a "70-degree lens", a "2-inch drain": nothing was measured
        elif kind in _LABEL and (token[0].isdigit() or kind == "dose") and not _glued(note, at):
            found.append(Mention(at, end, _LABEL[kind], "number and unit"))
    return found


def _enumerates(note: TokenisedNote, at: int) -> bool:
    """Is the number that of an item: "#1", "A/P: 1. NSTEMI 2) sepsis"?"""
    raw, text, end = note.tokens.raw, note.text, note.tokens.ends[at]
    if at and raw[at - 1] == "#":
        return True
    if not raw[at].isdigit() or len(raw[at]) > 2 or text[end : end + 1] not in (".", ")"):
        return False
    if not (text[end + 1 : end + 2] in (" ", "\t") and text[end + 1 : end + 4].strip()[:1].isalpha()):
        return False
    before = text[max(0, note.tokens.starts[at] - 4) : note.tokens.starts[at]].rstrip(" \t")[-1:]
    return before in ("", "\n", ".", ";", ",") or (before == ":" and raw[at] == "1")


def _glued(note: TokenisedNote, at: int) -> bool:
    """Is the number part of a code ("T2bN0M0G3")?"""
    return at > 0 and note.tokens.ends[at - 1] == note.tokens.starts[at] and note.tokens.raw[at - 1].isalpha()


def strengths(mentions: list[Mention]) -> list[Mention]:
    """A per cent right before a drug is its strength, no result: "0.25% bupivacaine"."""
    drugs = {m.first for m in mentions if m.label == "MEDICATION"}
    return [
        m._replace(label="DOSE") if m.label == "LAB_VALUE" and m.source == "number and unit" and m.last in drugs else m
        for m in mentions
    ]


def without_stray_doses(note: TokenisedNote, mentions: list[Mention]) -> list[Mention]:
    """Volumes and weights stay doses only within reach of a drug of their sentence."""
    drugs = sorted((m.first, m.last) for m in mentions if m.label == "MEDICATION")
    return [
        m
        for m in mentions
        if m.label != "DOSE" or note.tokens.words[m.last - 1] not in _ALSO_MEASURES or _near(note, m, drugs)
    ]


def _near(note: TokenisedNote, dose: Mention, drugs: list[tuple[int, int]]) -> bool:
    start, end = note.starts[dose.first], note.ends[dose.first]
    place = bisect_left(drugs, (dose.first,))
    before = place and drugs[place - 1][1] > max(start, dose.first - _REACH) - 1 and drugs[place - 1][0] >= start
    return bool(before) or (place < len(drugs) and drugs[place][0] < min(end, dose.last + _REACH))


def _number_end(note: TokenisedNote, at: int) -> int:
    """Past "5-10", "5 to 10", "120/80", "1 1/2"."""
    raw, end, starts, ends = note.tokens.raw, note.ends[at], note.tokens.starts, note.tokens.ends
    last = at + 1
    while last < end:
        if (
            raw[last] == "("
            and last + 2 < end
            and raw[last + 1].isdigit()
            and raw[last + 2] == ")"
            and raw[at].isalpha()
        ):
            last += 3  # "One (1) tablet"
        elif raw[last][0].isdigit() and starts[last] - ends[last - 1] == 1 and note.text[ends[last - 1]] == "-":
            last += 1
        elif last + 1 < end and raw[last] in ("/", "to", "–", "x", "×") and raw[last + 1][0].isdigit():
            last += 2
        else:
            break
    return last


def _unit_after(note: TokenisedNote, last: int) -> tuple[str, int]:
    """The longest unit that begins at token `last`: its kind and where it ends."""
    table, kinds = _units()
    hit = table.at(note.tokens.words, last, note.ends[last - 1])
    return (kinds[hit[1]], hit[0]) if hit else ("", last)


def _tested(note: TokenisedNote, at: int, measured: dict[int, str]) -> str | None:
    """The label of the test or vital sign just before the number, over "of", "was", ":"."""
    words, start = note.tokens.words, note.starts[at]
    for back in range(at, max(start, at - 5), -1):
        if back in measured:
            return measured[back]
        if words[back - 1] not in MEASURED_BY:
            break
    return None
