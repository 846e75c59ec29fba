"""Cues that together say something else than each alone, and cues that do not hold of what they reach."""

from __future__ import annotations

from collections.abc import Callable

from app.tagging.assertion.cues import CueHit, CueRule
from app.tagging.assertion.past import is_year, opens_complaint
from app.tagging.assertion.scope import Reach
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.tokens import Tokens
from app.tagging.reading.words import normal

LabelledSpan = tuple[int, int, str]
OfWords = Callable[[list[str]], bool]

_EXCLUDING = frozenset({"exclude", "excluding", "rule", "excluded"})
_SUGGESTING = frozenset({"suggest", "suggestive", "suggestion", "suggesting", "suspicious", "suspicion", "concern"})
_BLAMING = frozenset({"induced", "related", "associated", "provoked", "mediated"})
_FOUND = frozenset({"PROBLEM", "SYMPTOM", "ADVERSE_EVENT"})
_TESTED = frozenset(
    {
        "sent",
        "awaited",
        "pending",
        "requested",
        "ordered",
        "done",
        "test",
        "tested",
        "screen",
        "await",
        "screening",
        "awaiting",
    }
)
_KEPT_AWAY = frozenset(
    {"prophylaxis", "prevention", "prevent", "ppx", "prophylactically", "prn", "effect", "risk", "vaccine", "against"}
    | {"warned", "advice", "advised", "counselled", "counseled", "discussed", "monitor", "watch", "education"}
)
_SHOWN_BY = frozenset({"on", "by", "per", "via", "from", "after", "following", "under", "at"})
_NONE = frozenset({"no", "nil", "without", "nothing", "not"})
_FAR = 9  # tokens between "no" and "to suggest"
_AGES = frozenset(map(normal, ("day", "days", "week", "weeks", "month", "months", "year", "years", "yr", "yrs", "mth")))
_HISTORY = frozenset({"history", "hx", "h"})
_ARTICLES = frozenset({"a", "an", "the", "he", "she"})
_WAS = frozenset({"wa", "was", "were"})
_ACTS = frozenset(
    map(normal, ("done", "performed", "obtained", "checked", "ordered", "taken", "completed", "repeated", "arranged"))
)
_DAY_OF_STAY = frozenset({"d", "day", "pod"})


def settle(note: TokenisedNote, span: LabelledSpan, marks: dict[str, Reach], is_chronic: OfWords) -> None:
    """Takes away, or turns, the marks of one span that other words or its label contradict.

    `is_chronic` tells of words whether they name a disease that does not go away.
    """
    tokens = note.tokens
    past = marks.get("temporality")
    if past is not None and past.hit.rule.value == "past" and not _is_past(note, span, past, marks, is_chronic):
        del marks["temporality"]
    if "certainty" in marks:
        _deny_what_is_not_suggested(note, marks)
        _weigh_doubt(tokens, span, marks)
    if "hypothetical" in marks:
        _weigh_supposition(tokens, span, marks)
    if span[2] == "PROCEDURE" and span[0] > note.starts[span[0]] and tokens.words[span[0] - 1] in _SHOWN_BY:
        marks.pop("polarity", None)  # "no lesion on CT": the CT was done
        marks.pop("certainty", None)


def _is_past(
    note: TokenisedNote, span: LabelledSpan, past: Reach, marks: dict[str, Reach], is_chronic: OfWords
) -> bool:
    """Not the present complaint, no chronic disease with the year it began, no day of this stay, no age."""
    tokens, hit = note.tokens, past.hit
    person = marks.get("experiencer")
    if person is not None and person.hit.rule.value == "family":
        return False  # what relatives had is no past of the patient
    began = is_year(past, tokens) and is_chronic(tokens.words[span[0] : span[1]])
    if began or opens_complaint(tokens, past, span[:2], note.ends[span[0]]):
        return False
    if span[2] == "PROCEDURE" and _is_done_now(tokens, past, span):
        return False
    cue, before = tokens.words[hit.first : hit.last], tokens.words[max(0, hit.first - 2) : hit.first]
    if cue == ["old"]:  # "6/52 old, vomiting"
        return not before or not (before[-1][0].isdigit() or before[-1] in _AGES or before[-1] == "/")
    if cue in (["post"], ["s", "/", "p"]) and len(before) == 2:  # "D2 post hemicolectomy"
        return not (before[0] in _DAY_OF_STAY and before[1].isdigit())
    return True


def _is_done_now(tokens: Tokens, past: Reach, span: LabelledSpan) -> bool:
    """ "Given her history of gout, an ultrasound was done": what came of the history is not part of it."""
    words, hit = tokens.words, past.hit
    if _HISTORY.isdisjoint(words[hit.first : hit.last]) or "," not in words[hit.last : span[0]]:
        return False
    before = [word for word in words[max(hit.last, span[0] - 4) : span[0]] if word not in _ARTICLES]
    said = words[span[1] : span[1] + 6]
    done = next((at for at, word in enumerate(said) if word in _WAS), None)
    return before[-1:] in (["had"], ["underwent"]) or (done is not None and not _ACTS.isdisjoint(said[done:]))


def _deny_what_is_not_suggested(note: TokenisedNote, marks: dict[str, Reach]) -> None:
    """ "No filling defect to suggest PE": the "no" goes past "suggest", and leaves no doubt."""
    doubt, words = marks.get("certainty"), note.tokens.words
    if doubt is None or _SUGGESTING.isdisjoint(words[doubt.hit.first : doubt.hit.last]) or "polarity" in marks:
        return
    first = doubt.hit.first
    if "to" not in words[max(0, first - 1) : doubt.hit.last]:
        return
    for at in range(first - 1, max(note.starts[first], first - _FAR) - 1, -1):
        if words[at] in (",", ";", "but"):
            return
        if words[at] in _NONE:
            rule = CueRule("polarity", "negated", "forward", _FAR)
            marks["polarity"] = Reach(CueHit(at, at + 1, rule), doubt.start, doubt.end, doubt.comma)
            del marks["certainty"]
            return


def _weigh_doubt(tokens: Tokens, span: LabelledSpan, marks: dict[str, Reach]) -> None:
    denied, doubted = marks.get("polarity"), marks.get("certainty")
    if doubted is None:
        return
    cue = {*tokens.words[doubted.hit.first : doubted.hit.last]}
    if denied is not None and denied.hit.first < doubted.hit.first:
        if cue & _EXCLUDING:  # "no evidence to exclude TB"
            del marks["polarity"]
        elif cue & _SUGGESTING:  # "no features to suggest meningitis"
            del marks["certainty"]
    is_test = not cue.isdisjoint(_TESTED)
    if _doubts_cause(tokens, doubted) or (is_test and (span[2] not in _FOUND or "polarity" in marks)):
        marks.pop("certainty", None)


def _doubts_cause(tokens: Tokens, doubt: Reach) -> bool:
    """ "Likely amoxicillin-induced rash": what is doubted is the cause (guideline 6.2)."""
    words = tokens.words[doubt.hit.last : doubt.hit.last + 4]
    return doubt.hit.rule.direction == "forward" and not _BLAMING.isdisjoint(words[1:])


def _weigh_supposition(tokens: Tokens, span: LabelledSpan, marks: dict[str, Reach]) -> None:
    """What keeps a disease away is given, and a test with its answer supposes nothing."""
    reach = marks["hypothetical"]
    cue = {*tokens.words[reach.hit.first : reach.hit.last]}
    kept_away = span[2] not in _FOUND and not cue.isdisjoint(_KEPT_AWAY)
    tested = not cue.isdisjoint(_TESTED)
    if kept_away or (tested and "polarity" in marks):
        del marks["hypothetical"]
    elif tested:
        marks.pop("certainty", None)
