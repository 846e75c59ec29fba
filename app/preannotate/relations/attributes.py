"""What belongs to a drug, a test or a problem: dose, route, …, reason, value, place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from app.preannotate.entities.lexicon import CLASSES, MODIFIER
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
EXAMINED = TESTS | {"PROCEDURE"}
ANATOMY = frozenset({"ANATOMY"})
_REACH = 18  # tokens between a drug and its attribute
_AMOUNT_OF = frozenset({"of", "dose", "total", "oral", "iv", "intravenous"})
_PLACE = frozenset(
    {
        *("in", "of", "at", "on", "over", "to", "within", "along", "around", "throughout", "involving", "affecting"),
        *("near", "behind", "under", "from", "across", "into", "inside", "about", "with", "and", "or", ","),
    }
)
_POSSESSIVE = frozenset({"the", "his", "her", "my", "both", "a", "an", "all", "entire", "its"})
_FOR = frozenset({"for", "to", "treat", "the", "treatment", "of", "his", "her", "a", "an", "suspected", "presumed"})


def find_links(frame: Frame) -> Iterator[Link]:
    """All links, in the order of the mentions."""
    for place, mention in enumerate(frame.mentions):
        if mention.label in _OF_DRUG:
            drug = _drug_of(frame, place)
            if drug is not None:
                yield _OF_DRUG[mention.label], drug, place
        elif mention.label == "LAB_VALUE":
            yield from _tests(frame, place)
        elif mention.label in PROBLEMS:
            yield from _places(frame, place)
            yield from _reasons(frame, place)


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


def _tests(frame: Frame, place: int) -> Iterator[Link]:
    """The test before a value; for a result in words also an examination, or the test right after it."""
    value = frame.mentions[place]
    if not value.source.startswith("result"):
        for test in frame.before(TESTS, value.first, 6)[:1]:
            yield "has_value", test, place
        return
    found = frame.after(EXAMINED, value.last, 1) if value.last < frame.note.ends[value.first] else []
    for test in (found or frame.before(EXAMINED, value.first, 6))[:1]:
        yield "has_value", test, place


def _places(frame: Frame, place: int) -> Iterator[Link]:
    """Anatomy within the problem, right after it behind "in", "of", "on", or what it is said of."""
    problem = frame.mentions[place]
    places, firsts = frame.of(ANATOMY)
    for at in range(bisect_left(firsts, problem.first), bisect_right(firsts, problem.last - 1)):
        yield "located_in", place, places[at]
    words = frame.note.tokens.words
    if problem.last < frame.note.ends[problem.first] and words[problem.last] in _PLACE:
        for part in frame.after(ANATOMY, problem.last, 8):
            between = words[problem.last : frame.mentions[part].first]
            if between and all(_leads_on(word) for word in between):
                yield "located_in", place, part
    if problem.source.startswith("said of"):
        for part in frame.before(ANATOMY, problem.first, 6)[:1]:
            yield "located_in", place, part


def _leads_on(word: str) -> bool:
    return word in _PLACE or word in _POSSESSIVE or bool(CLASSES[word] & MODIFIER)


def _reasons(frame: Frame, place: int) -> Iterator[Link]:
    """The drug before, when only such words stand between: "vancomycin for cellulitis"."""
    problem = frame.mentions[place]
    words = frame.note.tokens.words
    near = words[max(0, problem.first - 8) : problem.first]
    for drug in frame.before(DRUGS, problem.first, 8) if "for" in near or "treat" in near else ():
        between = frame.note.tokens.words[frame.mentions[drug].last : problem.first]
        if "for" in between or "treat" in between:
            near = between[between.index("for" if "for" in between else "treat") :]
            if all(word in _FOR for word in near):
                yield "has_reason", drug, place
    before = frame.note.tokens.words[problem.last : problem.last + 5]
    if "treated" in before or "managed" in before:
        for drug in frame.after(DRUGS, problem.last, 6):
            yield "has_reason", drug, place
