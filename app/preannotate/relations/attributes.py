"""What belongs to a drug, a test or a problem: dose, route, …, value, place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from app.preannotate.relations.frame import Frame

Link = tuple[str, int, int]  # relation type, head, tail

_OF_DRUG = {
    "DOSE": "has_dose",
    "ROUTE": "has_route",
    "FREQUENCY": "has_frequency",
    "DURATION": "has_duration",
    "FORM": "has_form",
}
DRUGS = frozenset({"MEDICATION"})
PROBLEMS = frozenset({"PROBLEM", "SYMPTOM"})
TESTS = frozenset({"LAB_TEST", "VITAL_SIGN"})
ANATOMY = frozenset({"ANATOMY"})
_REACH = 18  # tokens between a drug and its attribute
_AMOUNT_OF = frozenset({"of", "dose", "total", "oral", "iv", "intravenous"})
_PLACE = frozenset({"in", "of", "at", "on", "over", "to", "within", "the", "his", "her", "both", "left", "right"})


def find_links(frame: Frame) -> Iterator[Link]:
    """All links, in the order of the mentions."""
    for place, mention in enumerate(frame.mentions):
        if mention.label in _OF_DRUG:
            drug = _drug_of(frame, place)
            if drug is not None:
                yield _OF_DRUG[mention.label], drug, place
        elif mention.label == "LAB_VALUE":
            for test in frame.before(TESTS, mention.first, 6)[:1]:
                yield "has_value", test, place
        elif mention.label in PROBLEMS:
            yield from _places(frame, place)


def _drug_of(frame: Frame, place: int) -> int | None:
    """The drug right after an amount ("20 mg of X"), else the nearest before it."""
    mention = frame.mentions[place]
    words, end = frame.note.tokens.words, frame.note.ends[mention.last - 1]
    at = mention.last
    while at < end and at < mention.last + 3 and words[at] in _AMOUNT_OF:
        at += 1
    following = frame.after(DRUGS, at, 1) if at < end else []
    if following and (at > mention.last or not frame.before(DRUGS, mention.first, 4)):
        return following[0]
    return next(iter(frame.before(DRUGS, mention.first, _REACH)), None)


def _places(frame: Frame, place: int) -> Iterator[Link]:
    """Anatomy within the problem, or right after it behind "in", "of", "on"."""
    problem = frame.mentions[place]
    places, firsts = frame.of(ANATOMY)
    for at in range(bisect_left(firsts, problem.first), bisect_right(firsts, problem.last - 1)):
        yield "located_in", place, places[at]
    for part in frame.after(ANATOMY, problem.last, 5) if problem.last < len(frame.note.tokens) else ():
        between = frame.note.tokens.words[problem.last : frame.mentions[part].first]
        linked = [word for word in between if word in _PLACE]
        if between and between[0] in _PLACE and len(linked) + 1 >= len(between):
            yield "located_in", place, part
