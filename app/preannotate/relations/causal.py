"""Drug → adverse event: by a cue between or around them, with the cue shown and its certainty."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.preannotate.reading.phrases import PhraseTable
from app.preannotate.reading.tokens import words_of
from app.preannotate.relations.frame import Frame
from app.preannotate.valuesets import rows

DRUGS = frozenset({"MEDICATION"})
EVENTS = frozenset({"PROBLEM", "SYMPTOM"})
_NEAR, _FAR = 16, 60  # tokens
_PERSON = frozenset(
    {
        "patient",
        "woman",
        "man",
        "boy",
        "girl",
        "child",
        "infant",
        "male",
        "female",
        "subject",
        "adult",
        "people",
        "individual",
        "person",
        "children",
        "men",
        "women",
        "neonate",
        "baby",
        "case",
    }
)
_BEFORE_INDICATION = frozenset({"for", "against"})
_TREATING = frozenset({"treatment", "therapy", "management", "prophylaxis", "prevention", "treat", "control"})
_HEDGES = {
    "possible": "possible",
    "possibly": "possible",
    "suspected": "possible",
    "may": "possible",
    "might": "possible",
    "could": "possible",
    "perhaps": "possible",
    "probable": "probable",
    "probably": "probable",
    "likely": "probable",
    "presumed": "probable",
    "presumably": "probable",
}
_GIVEN = frozenset({"given", "received"})
_THEN = frozenset({",", ";", "and", "was", "wa", "were", "then", "he", "she", "is"})
_NAMED_AFTER = frozenset(
    {
        "intoxication",
        "overdose",
        "poisoning",
        "toxicity",
        "allergy",
        "hypersensitivity",
        "anaphylaxis",
        "withdrawal",
    }
)
_RANK = {"certain": 0, "probable": 1, "possible": 2, "unlikely": 3}


@dataclass(frozen=True)
class Cause:
    """Drug and event (positions of mentions) with the tokens of the cue."""

    drug: int
    event: int
    certainty: str
    cue: tuple[int, int]


@cache
def _cues() -> tuple[PhraseTable, list[tuple[str, str]]]:
    known = rows("causal_cues")
    return PhraseTable.of(words_of(row["phrase"]) for row in known), [(row["order"], row["certainty"]) for row in known]


def find_causes(frame: Frame) -> list[Cause]:
    """One cause per pair: the one with the strongest cue."""
    if not frame.of(DRUGS)[0] or not frame.of(EVENTS)[0]:
        return []
    best: dict[tuple[int, int], Cause] = {}
    table, kinds = _cues()
    for first, last, number in table.longest(frame.note.tokens.words):
        if last > frame.note.ends[first]:
            continue
        order, certainty = kinds[number]
        for drug, event in _pairs(frame, first, last, order):
            if order == "time" and _is_indication(frame, event):
                continue
            cause = Cause(drug, event, _hedged(frame, first, certainty), (first, last))
            known = best.get((drug, event))
            if known is None or _RANK[cause.certainty] < _RANK[known.certainty]:
                best[drug, event] = cause
    for cause in (*_by_name(frame), *_from_allergies(frame)):
        best[cause.drug, cause.event] = cause
    return [best[pair] for pair in sorted(best)]


def _pairs(frame: Frame, first: int, last: int, order: str) -> list[tuple[int, int]]:
    """Drugs and events on the sides of the cue where its order wants them."""
    if order == "drug_event":
        return _cross(frame, frame.before(DRUGS, first, _NEAR), frame.after(EVENTS, last, _NEAR))
    if order == "event_drug":
        found = _cross(frame, frame.after(DRUGS, last, _NEAR), frame.before(EVENTS, first, _NEAR))
        return found or _cross(frame, frame.before(DRUGS, first, _NEAR), frame.after(EVENTS, last, 6))
    drugs = frame.after(DRUGS, last, 8)
    if drugs and _as_treatment(frame, first):
        return _cross(frame, drugs, _beyond(frame, drugs[-1]))
    if drugs:
        return _cross(frame, drugs, frame.before(EVENTS, first, _FAR) or _beyond(frame, drugs[-1]))
    return _cross(frame, frame.before(DRUGS, first, _FAR), frame.after(EVENTS, last, 8))


def _as_treatment(frame: Frame, first: int) -> bool:
    """Is the drug what was done about the event before: "headache, given acetaminophen"?"""
    words = frame.note.tokens.words
    return first > 0 and words[first] in _GIVEN and words[first - 1] in _THEN


def _beyond(frame: Frame, drug: int) -> list[int]:
    """Events after the drug ("after X he developed a rash") that are not what it is given for."""
    return [n for n in frame.after(EVENTS, frame.mentions[drug].last, _NEAR) if not _is_indication(frame, n)]


def _cross(frame: Frame, drugs: list[int], events: list[int]) -> list[tuple[int, int]]:
    """All pairs of a drug and an event."""
    return [(drug, event) for drug in drugs for event in events]


def _is_indication(frame: Frame, event: int) -> bool:
    """Is the problem what the patient has or the drug is for ("… for pneumonia", "a man with asthma")?"""
    words, mention = frame.note.tokens.words, frame.mentions[event]
    start = frame.note.starts[mention.first]
    before = words[max(start, mention.first - 6) : mention.first]
    for back in range(len(before) - 1, -1, -1):
        word = before[back]
        if word in _BEFORE_INDICATION or (word == "of" and {*before[max(0, back - 2) : back]} & _TREATING):
            return True
        if word in ("with", "from") and {*before[max(0, back - 2) : back]} & _PERSON:
            return True
        if word in ("history", "known", "underlying", "diagnosed", "preexisting"):
            return True
        if word in ("develop", "developed", "after", "induced", "by", "to", "and", ","):
            return False
    return False


def _hedged(frame: Frame, first: int, certainty: str) -> str:
    """A doubt right before the cue weakens it ("possibly | caused by")."""
    words = frame.note.tokens.words
    for word in words[max(frame.note.starts[first], first - 3) : first]:
        hedge = _HEDGES.get(word)
        if hedge and _RANK[hedge] > _RANK[certainty]:
            certainty = hedge
    return certainty


def _by_name(frame: Frame) -> list[Cause]:
    """Events named after the drug before them: "codeine intoxication", "penicillin allergy"."""
    found = []
    for event in frame.of(EVENTS)[0]:
        mention = frame.mentions[event]
        if frame.note.tokens.words[mention.last - 1] in _NAMED_AFTER:
            cue = mention.last - 1, mention.last
            found += [Cause(drug, event, "certain", cue) for drug in frame.before(DRUGS, mention.first, 1)]
    return found


def _from_allergies(frame: Frame) -> list[Cause]:
    """In a list of allergies, what follows a drug up to the next one is its reaction."""
    found = []
    for drug in frame.of(DRUGS)[0]:
        mention = frame.mentions[drug]
        section = frame.note.sections.at(frame.note.tokens.starts[mention.first])
        if section is None or section.category != "allergies":
            continue
        following = frame.after(DRUGS, mention.last, _FAR)
        limit = frame.mentions[following[0]].first if following else len(frame.note.tokens)
        first, last = frame.note.tokens.covering(*section.title)
        events = [n for n in frame.after(EVENTS, mention.last, 8) if frame.mentions[n].first < limit]
        found += [Cause(drug, event, "certain", (first, last)) for event in events]
    return found
