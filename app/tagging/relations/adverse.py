"""What pharmacovigilance asks of an adverse event: subtype, seriousness, course after the drug, onset.

Values are those the words of the note give; whether the drug is to blame stays for a clinician (ICH E2A, E2B(R3)).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cache
from typing import Any, NamedTuple

from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import words_of
from app.tagging.relations.causes.stated import Cause
from app.tagging.relations.frame import Frame
from app.tagging.relations.intervals import onset_of
from app.tagging.relations.reach import DRUGS, EVENTS, gap
from app.tagging.valuesets import rows

_GROUPS = ("seriousness", "dechallenge", "rechallenge")
_WINDOW = 100  # tokens: sentences without an end must not cost more than their length
_NEGATED = frozenset({"no", "not", "non", "without", "never", "denies", "deny", "denied", "nor"})
_SAME = frozenset(
    {
        "agent", "both", "drug", "it", "medication", "medicine", "symptom", "therapy", "this", "treatment",
    }
)  # fmt: skip
_GONE = frozenset({"resolved", "improved"})
_TAKEN = frozenset({"stopped", "reduced"})
_SITUATIONS = {"overdose": "overdose", "overdosage": "overdose", "misuse": "misuse", "abuse": "misuse"}


class Sign(NamedTuple):
    """Words of the table at the tokens [first, last), with what they stand for."""

    first: int
    last: int
    group: str
    value: str


@cache
def _table() -> tuple[PhraseTable, list[tuple[str, str]]]:
    known = rows("ae_cues")
    return PhraseTable.of(words_of(row["phrase"]) for row in known), [(row["group"], row["value"]) for row in known]


def signs_of(note: TokenisedNote) -> list[Sign]:
    """All such words of a note, in text order."""
    table, kinds = _table()
    return [Sign(first, last, *kinds[number]) for first, last, number in table.longest(note.tokens.words)]


def details(frame: Frame, signs: list[Sign], event: int, causes: list[Cause]) -> dict[str, Any]:
    """What the event's sentence and the next one say of it; every finding with the offsets of its words."""
    note, mention = frame.note, frame.mentions[event]
    near = _near(frame, signs, event, [cause.drug for cause in causes])
    found = {group: [sign for sign in near if sign.group == group] for group in _GROUPS}
    serious = [sign for sign in found["seriousness"] if _is_serious(frame, sign, event)]
    serious += [sign for sign in near if sign.group == "important" and mention.first <= sign.first < mention.last]
    values = {sign.value for sign in near if sign.group in ("dechallenge", "rechallenge", "action")}
    rules = {cause.rule for cause in causes}
    if rules & {"went when the drug was stopped"}:
        values |= {"stopped", "improved"} if not values & _TAKEN else {"improved"} - (values & {"persisted"})
    if rules & {"came back on the drug"}:
        values |= {"given_again", "recurred"}
    return {
        "subtype": _subtype(near, bool(causes)),
        "seriousness": [_shown(note, sign) for sign in serious],
        "dechallenge": _answer(note, _dechallenge(values), found["dechallenge"]),
        "rechallenge": _answer(note, _rechallenge(values), found["rechallenge"]),
        "outcome": _outcome(values, serious),
        "action_taken": _action(values),
        "onset": next((onset for cause in causes if (onset := onset_of(note, cause.cue))), None),
        "situation": _situation(frame, event),
    }


def _near(frame: Frame, signs: list[Sign], event: int, drugs: list[int]) -> list[Sign]:
    """The signs of the event's sentence, and of the next one where it goes on about the same."""
    note, mention = frame.note, frame.mentions[event]
    start = max(note.starts[mention.first], mention.first - _WINDOW)
    end = note.ends[mention.first]
    following = bisect_right(note.sentences, mention.first)
    if following < len(note.sentences):
        last = min(note.ends[note.sentences[following]], end + _WINDOW)
        if end - mention.last < _WINDOW and _goes_on(frame, (end, last), event, drugs):
            end = last
    end = min(end, mention.last + 2 * _WINDOW)
    return signs[bisect_left(signs, (start,)) : bisect_left(signs, (end,))]


def _goes_on(frame: Frame, sentence: tuple[int, int], event: int, drugs: list[int]) -> bool:
    """Does the next sentence speak of the event or the drug again, and of no other drug?"""
    first, last = sentence
    words = gap(frame, first, min(last, first + 60))
    own = {word for n in (event, *drugs) for word in gap(frame, frame.mentions[n].first, frame.mentions[n].last)}
    named = frame.between(DRUGS, first, last)
    others = [n for n in named if own.isdisjoint(gap(frame, frame.mentions[n].first, frame.mentions[n].last))]
    return not others and not (own | _SAME).isdisjoint(words)


def _is_serious(frame: Frame, sign: Sign, event: int) -> bool:
    """Not denied; and an admission only where it is for the event or follows it."""
    start = frame.note.starts[sign.first]
    if not _NEGATED.isdisjoint(gap(frame, max(start, sign.first - 4), sign.first)):
        return False
    if sign.value != "hospitalisation":
        return True
    first = frame.mentions[event].first
    if sign.first >= first:
        return sign.first - frame.mentions[event].last < 12
    between = [n for n in frame.between(EVENTS, sign.last, first) if n != event]
    return first - sign.last < 9 and not between


def _shown(note: TokenisedNote, sign: Sign) -> dict[str, Any]:
    return {"value": sign.value, "start": note.tokens.starts[sign.first], "end": note.tokens.ends[sign.last - 1]}


def _answer(note: TokenisedNote, answer: str, signs: list[Sign]) -> dict[str, Any]:
    return {"answer": answer, "cues": [_shown(note, sign) for sign in signs]}


def _subtype(near: list[Sign], by_drug: bool) -> str:
    if by_drug:
        return "drug_reaction"
    said = [sign.value for sign in near if sign.group == "subtype"]
    return "device" if "device" in said else (said[0] if said else "other")


def _dechallenge(values: set[str]) -> str:
    """Positive when the event went after the drug was taken away or reduced."""
    if not values & _TAKEN:
        return "unknown"
    if "persisted" in values:
        return "negative"
    return "positive" if values & _GONE else "unknown"


def _rechallenge(values: set[str]) -> str:
    if "given_again" not in values:
        return "unknown"
    if "tolerated" in values:
        return "negative"
    return "positive" if "recurred" in values else "unknown"


def _outcome(values: set[str], serious: list[Sign]) -> str:
    """E.i.7 as the words have it; what they leave open is unknown."""
    said = {sign.value for sign in serious}
    if "death" in said:
        return "fatal"
    if "disabling" in said:
        return "sequelae"
    if "persisted" in values:
        return "not_recovered"
    if "resolved" in values:
        return "recovered"
    return "recovering" if "improved" in values else "unknown"


def _action(values: set[str]) -> str:
    """G.k.8."""
    for value, action in (("stopped", "withdrawn"), ("reduced", "reduced"), ("increased", "increased")):
        if value in values:
            return action
    return "not_changed" if "not_changed" in values else "unknown"


def _situation(frame: Frame, event: int) -> str | None:
    mention = frame.mentions[event]
    words = gap(frame, mention.first, mention.last)
    return next((_SITUATIONS[word] for word in words if word in _SITUATIONS), None)
